"""Parses the regular expressions of JSON schemas into a tree. Raises `PatternError` for unsupported syntax."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

MAX_PATTERN = 1000
_MAX_DEPTH = 50
_MAX_REPEAT = 1000
_COUNTS = re.compile(r"\{(\d{0,4})(,?)(\d{0,4})\}")
_GROUP = re.compile(r"\?(?::|P?<[A-Za-z_]\w{0,60}>)")
_CODE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})")
_CATEGORIES: dict[str, tuple[Callable[[str], bool], str]] = {
    "d": (str.isdecimal, "1"),
    "w": (lambda letter: letter.isalnum() or letter == "_", "a"),
    "s": (str.isspace, " "),
    "D": (lambda letter: not letter.isdecimal(), "a"),
    "W": (lambda letter: not letter.isalnum() and letter != "_", "-"),
    "S": (lambda letter: not letter.isspace(), "a"),
}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}
_EXAMPLES = "a1A-_ Z~"


class PatternError(ValueError):
    """A pattern that is invalid, too large or unsupported."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character that passes `test`, such as `example`."""

    test: Callable[[str], bool]
    example: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A condition on a position: `^`, `$`, `b` or `B`."""

    kind: str

    def holds(self, text: str, at: int) -> bool:
        """Whether it holds between the characters *at* - 1 and *at*."""
        if self.kind == "^":
            return at == 0
        if self.kind == "$":
            return at == len(text) or (at == len(text) - 1 and text[at] == "\n")
        is_word = _CATEGORIES["w"][0]
        before, after = at > 0 and is_word(text[at - 1]), at < len(text) and is_word(text[at])
        return (before != after) == (self.kind == "b")


@dataclass(frozen=True, slots=True)
class Look:
    """A lookahead: `inner` must follow, or must not follow if not `is_positive`."""

    inner: Node
    is_positive: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """`inner`, repeated `low` to `high` times; `None` is unbounded."""

    inner: Node
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """The parts in order."""

    parts: list[Node]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of the options."""

    options: list[Node]


Node: TypeAlias = "Chars | Edge | Look | Repeat | Sequence | Choice"


def parse(pattern: str) -> Node:
    """Return the tree of *pattern*. Raises `PatternError`."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError("the pattern is too long")
    parser = _Parser(pattern)
    node = parser.choice(0)
    if parser.at < len(pattern):
        parser.fail()
    return node


class _Parser:
    """A recursive descent parser. `at` is the position of the next character."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.at = 0

    def fail(self) -> NoReturn:
        """Raise `PatternError` for the current position."""
        raise PatternError(f"cannot read {self._pattern[self.at : self.at + 20]!r} in the pattern")

    def choice(self, depth: int) -> Node:
        """Parse the alternatives up to a closing bracket or the end."""
        if depth > _MAX_DEPTH:
            raise PatternError("the pattern is nested too deeply")
        options = [self._sequence(depth)]
        while self._takes("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Choice(options)

    def _takes(self, sign: str) -> bool:
        if not self._pattern.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def _next(self) -> str:
        if self.at >= len(self._pattern):
            self.fail()
        self.at += 1
        return self._pattern[self.at - 1]

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self._pattern) and self._pattern[self.at] not in "|)":
            atom = self._atom(depth)
            counts = self._quantifier()
            if counts is not None:
                if isinstance(atom, Edge | Look):
                    self.fail()
                atom = Repeat(atom, *counts)
                if self._quantifier() is not None:
                    self.fail()
            parts.append(atom)
        return parts[0] if len(parts) == 1 else Sequence(parts)

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, low, high in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self._takes(sign):
                self._takes("?")
                return low, high
        found = _COUNTS.match(self._pattern, self.at)
        # A brace without a number is a literal.
        if found is None or not (found[1] or found[3]):
            return None
        self.at = found.end()
        self._takes("?")
        at_least = int(found[1] or 0)
        at_most = (int(found[3]) if found[3] else None) if found[2] else at_least
        if max(at_least, at_most or 0) > _MAX_REPEAT or (at_most is not None and at_most < at_least):
            raise PatternError("the pattern repeats too often")
        return at_least, at_most

    def _atom(self, depth: int) -> Node:
        sign = self._next()
        if sign in "^$":
            return Edge(sign)
        if sign == ".":
            return Chars(lambda letter: letter != "\n", "a")
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return self._char_class()
        if sign == "\\":
            return self._escape()
        if sign in "*+?":
            self.at -= 1
            self.fail()
        return Chars(sign.__eq__, sign)

    def _group(self, depth: int) -> Node:
        look = next((sign for sign in ("?=", "?!") if self._takes(sign)), None)
        named = None if look else _GROUP.match(self._pattern, self.at)
        if named:
            self.at = named.end()
        elif look is None and self._pattern.startswith("?", self.at):
            self.fail()
        inner = self.choice(depth + 1)
        if not self._takes(")"):
            self.fail()
        return inner if look is None else Look(inner, look == "?=")

    def _escape(self) -> Node:
        sign = self._pattern[self.at : self.at + 1]
        if sign in ("b", "B"):
            self.at += 1
            return Edge(sign)
        if sign in ("A", "Z"):
            self.at += 1
            return Edge("^" if sign == "A" else "$")
        if sign in _CATEGORIES:
            self.at += 1
            return Chars(*_CATEGORIES[sign])
        letter = self._escaped_letter()
        return Chars(letter.__eq__, letter)

    def _escaped_letter(self) -> str:
        code = _CODE.match(self._pattern, self.at)
        if code:
            self.at = code.end()
            return chr(int(code[1] or code[2], 16))
        sign = self._next()
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign.isalnum():
            self.at -= 1
            self.fail()
        return sign

    def _char_class(self) -> Node:
        negated = self._takes("^")
        ranges: list[tuple[str, str]] = []
        categories: list[tuple[Callable[[str], bool], str]] = []
        is_first = True
        while is_first or not self._takes("]"):
            is_first = False
            low = self._class_item(categories)
            if low is None:
                continue
            high: str | None = low
            if self._pattern.startswith("-", self.at) and not self._pattern.startswith("-]", self.at):
                self.at += 1
                high = self._class_item(categories)
            if high is None or high < low:
                self.fail()
            ranges.append((low, high))

        def test(letter: str) -> bool:
            inside = any(low <= letter <= high for low, high in ranges) or any(
                fits(letter) for fits, _ in categories
            )
            return inside != negated

        candidates = [low for low, _ in ranges] + [example for _, example in categories]
        example = next((letter for letter in [*candidates, *_EXAMPLES] if test(letter)), "~")
        return Chars(test, example)

    def _class_item(self, categories: list[tuple[Callable[[str], bool], str]]) -> str | None:
        """Return a character of a class. For a category, append it to *categories* and return `None`."""
        sign = self._next()
        if sign != "\\":
            return sign
        category = _CATEGORIES.get(self._pattern[self.at : self.at + 1])
        if category is not None:
            self.at += 1
            categories.append(category)
            return None
        if self._takes("b"):
            return "\b"
        return self._escaped_letter()
