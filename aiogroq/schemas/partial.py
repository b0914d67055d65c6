"""`PartialJson`: the JSON value in a text that is still being written, and the items of its list that are complete."""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from ..types._decode import DECODE_ERRORS

_START = re.compile(r"\s*[{\[]")
_LATER_START = re.compile(r"\n\s*[{\[]")
_OUTSIDE = re.compile(r'["{}\[\],]')
_INSIDE = re.compile(r'["\\]')
_CLOSING = {"{": "}", "[": "]"}
_THINK, _THINK_END = "<think>", "</think>"
# What a string cannot end with: the first half of a surrogate pair, and a part of an escape.
_HALF_ESCAPE = re.compile(
    r"(?<!\\)(?:\\\\)*((?:\\u[dD][89abAB][0-9a-fA-F]{2})?(?:\\(?:u[0-9a-fA-F]{0,3})?)?)\Z"
)


def partial_value(text: str) -> object:
    """Return the JSON value in the beginning of a text, as `PartialJson.value` does."""
    partial = PartialJson()
    partial.feed(text)
    return partial.value()


class PartialJson:
    """Follows a text with `feed`, at a cost in proportion to what is new.

    The value is the first object or list that begins a line, so that prose and a code fence may come before it. What is in
    ``<think>`` at the beginning is skipped. ``key`` is the key of the root object that the value is in, if it is in one.
    """

    def __init__(self, key: str | None = None) -> None:
        self.is_complete: bool = False
        """Whether the root is closed."""
        self._key = key
        self._before = _Preamble()
        self._parts: list[str] = []  # from the first bracket on
        self._length = 0  # of the parts
        self._stack: list[str] = []
        self._is_in_string = False
        self._is_key = False  # whether the next or the current string is a key
        self._is_escaped = False
        self._safe = 0  # up to here, and with what `_stack` closes, the text is valid
        self._root_key = ""  # the last key of the root, as it is written
        self._string_start = 0
        self._list_depth = 0  # of the list of items; 0 before it begins
        self._is_list_over = False
        self._item_start: int | None = None  # of the current item
        self._items: list[str] = []
        # The parts from `_recent_start` on: all that an item can still need.
        self._recent: list[str] = []
        self._recent_start = 0

    def feed(self, text: str) -> None:
        """Take the next part of the text."""
        if self.is_complete:
            return
        if not self._stack:
            text = self._before.rest(text)
            if not text:
                return
        self._parts.append(text)
        self._recent.append(text)
        offset = self._length
        self._length += len(text)
        self._scan(text, offset)

    def take_items(self) -> list[str]:
        """Return the JSON texts of the items of the list that were completed since the last call.

        The list is the root, or the value of ``key`` in it.
        """
        items, self._items = self._items, []
        return items

    def value(self) -> Any:
        """Return the value so far as plain data; None before it begins, and where the text is no JSON.

        Strings have what has arrived of them. Numbers, literals and keys are left out until they are complete.
        """
        if not self._length:
            return None
        text = "".join(self._parts)
        if self._is_in_string and not self._is_key:
            half = _HALF_ESCAPE.search(text)
            closed = text[: half.start(1) if half else None] + '"'
        else:
            closed = text[: self._safe]
        closed += "".join(_CLOSING[bracket] for bracket in reversed(self._stack))
        try:
            value: Any = msgspec.json.decode(closed)
        except (*DECODE_ERRORS, UnicodeError):
            return None
        if self._key is not None and isinstance(value, dict):
            return cast("dict[str, Any]", value).get(self._key)
        return value

    def _scan(self, text: str, offset: int) -> None:
        position, length = 0, len(text)
        while position < length:
            if self._is_escaped:
                self._is_escaped = False
                position += 1
                continue
            found = (_INSIDE if self._is_in_string else _OUTSIDE).search(text, position)
            if found is None:
                return
            position = found.end()
            character = found[0]
            if character == "\\":
                self._is_escaped = True
            elif character == '"':
                self._quote(offset + position)
            elif character == ",":
                self._comma(offset + position)
            elif character in "{[":
                self._open(character, offset + position)
            else:
                self._close(offset + position)
                if self.is_complete:
                    return

    def _quote(self, end: int) -> None:
        if not self._is_in_string:
            self._is_in_string = True
            self._string_start = end - 1
            return
        self._is_in_string = False
        if not self._is_key:
            self._safe = end
            if len(self._stack) == self._list_depth:
                self._item_ends(end)
            return
        self._is_key = False
        if len(self._stack) == 1:
            self._root_key = self._text(self._string_start, end)

    def _comma(self, end: int) -> None:
        self._safe = end - 1
        self._is_key = bool(self._stack) and self._stack[-1] == "{"
        if len(self._stack) == self._list_depth:
            self._item_ends(end - 1)
            self._item_start = end

    def _open(self, bracket: str, end: int) -> None:
        self._stack.append(bracket)
        self._safe = end
        self._is_key = bracket == "{"
        if bracket == "[" and not self._list_depth and not self._is_list_over and self._is_list():
            self._list_depth = len(self._stack)
            self._item_start = end

    def _is_list(self) -> bool:
        """Whether the bracket that has just opened is the one of the list of items."""
        if len(self._stack) == 1:
            return True
        return len(self._stack) == 2 and self._root_key == f'"{self._key}"'

    def _close(self, end: int) -> None:
        depth = len(self._stack)
        if depth == self._list_depth:
            self._item_ends(end - 1)
            self._list_depth, self._is_list_over = 0, True
        self._stack.pop()
        self._safe = end
        self._is_key = False
        if self._list_depth and depth - 1 == self._list_depth:
            self._item_ends(end)
        self.is_complete = not self._stack

    def _item_ends(self, end: int) -> None:
        """Store the item that ends here, if one has begun."""
        if self._item_start is None:
            return
        item = self._text(self._item_start, end).strip()
        self._item_start = None  # until the next comma
        if item:
            self._items.append(item)
        self._recent_start = self._length - len(self._parts[-1])
        self._recent = [self._parts[-1]]

    def _text(self, start: int, end: int) -> str:
        return "".join(self._recent)[start - self._recent_start : end - self._recent_start]


class _Preamble:
    """Finds the bracket that begins the value."""

    def __init__(self) -> None:
        self._head: str | None = (
            ""  # the beginning of the text, until it shows whether the model thinks aloud
        )
        self._is_thinking = False
        self._tail: str = ""  # of the thoughts
        self._is_line_blank = True  # whether the current line has only spaces so far

    def rest(self, text: str) -> str:
        """Return the next part of the text from the bracket on; empty if it has none."""
        if self._head is not None:
            text = self._head + text
            start = text.lstrip()
            if len(start) < len(_THINK) and _THINK.startswith(start):
                self._head = text
                return ""
            self._head = None
            self._is_thinking = start.startswith(_THINK)
        if self._is_thinking:
            text = self._tail + text
            before, end, text = text.partition(_THINK_END)
            if not end:
                self._tail = before[1 - len(_THINK_END) :]
                return ""
            self._is_thinking = False
        found = _START.match(text) if self._is_line_blank else None
        found = found or _LATER_START.search(text)
        if found is not None:
            return text[found.end() - 1 :]
        _, newline, line = text.rpartition("\n")
        self._is_line_blank = not line.strip() and (bool(newline) or self._is_line_blank)
        return ""
