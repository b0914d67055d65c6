"""`ItemReader`: the items of a list while a model writes it, without I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Generic, TypeVar, cast, get_args, get_origin

from ..errors import StructuredOutputError
from ..protocol.accumulate import ChatAccumulator
from ..schemas.annotations import unwrap
from ..schemas.mismatch import MismatchError
from ..schemas.names import type_text
from ..schemas.partial import PartialJson
from ..schemas.typed_format import TypedFormat, typed_format
from ..structured.content import decode_text
from ..types.chat.parsed_chat_completion import ParsedChatCompletion

ItemT = TypeVar("ItemT")


class ItemReader(Generic[ItemT]):
    """Takes the items of the first choice's list out of what has been accumulated.

    Raises `TypeError` if the format is no list.
    """

    def __init__(self, accumulator: ChatAccumulator, typed: TypedFormat[Any] | None, key: str | None) -> None:
        item = None if typed is None else _item_type(typed.type)
        if item is None:
            given = "there is none" if typed is None else f"it is {typed.type!r}"
            raise TypeError(f"items() needs a list type as response_format, such as list[Person]; {given}")
        self._accumulator = accumulator
        self._item: TypedFormat[Any] = typed_format(item)
        self._json = PartialJson(key)
        self._parts = 0  # of the text that were read
        self._texts: deque[str] = deque()
        self._rest: deque[Any] = deque()  # values known at the end only
        self._count = 0

    def has_next(self) -> bool:
        """Whether an item is complete in what has been accumulated, so that `take` returns it."""
        if not self._texts and self._accumulator.choices:
            content = next(iter(self._accumulator.choices.values())).content
            if len(content) != self._parts:
                self._json.feed("".join(content[self._parts :]))
                self._parts = len(content)
                self._texts += self._json.take_items()
        return bool(self._texts or self._rest)

    def take(self) -> ItemT:
        """Return the next item. Raises `StructuredOutputError` if it does not match its type."""
        self._count += 1
        if not self._texts:
            return cast("ItemT", self._rest.popleft())
        text = self._texts.popleft()
        try:
            return cast("ItemT", decode_text(text, self._item))
        except MismatchError as mismatch:
            raise self._error(text, str(mismatch)) from None

    def _error(self, text: str, why: str) -> StructuredOutputError:
        why = f"item {self._count}: {why}"
        error = StructuredOutputError(
            f"The response has an item that is no {type_text(self._item.type)}: {why}. It is: {text!r}"
        )
        completion = error.completion = error.partial = self._accumulator.completion
        error.content = completion.choices[0].message.content or ""
        error.errors = (why,)
        return error

    def end(self, completion: ParsedChatCompletion[Any] | None) -> None:
        """Add the items that were found at the end of the stream only, where the list is not where it is expected.

        ``completion`` is the parsed completion, None if the stream was closed. Its list may be another than the one that was
        read: then nothing of it is added.
        """
        if completion is not None and not self._count:
            parsed: Any = completion.choices[0].message.parsed
            self._rest.extend(parsed or ())


def _item_type(annotation: Any) -> Any:
    """Return the type of the items of a list, a sequence or a ``tuple[T, ...]``; None if the type is none of these."""
    core = unwrap(annotation).core
    origin, arguments = get_origin(core), get_args(core)
    if origin is tuple and arguments[1:] != (Ellipsis,):
        return None
    return arguments[0] if origin in (list, tuple, Sequence) else None
