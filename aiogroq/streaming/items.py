"""`ItemReader`: the items of a list while a model writes it, without I/O."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_args, get_origin

from ..schemas.partial import PartialJson
from ..schemas.typed_format import TypedFormat, typed_format

if TYPE_CHECKING:
    from .reader import EventReader

ItemT = TypeVar("ItemT")


class ItemReader(Generic[ItemT]):
    """Takes the items of the first choice's list out of what a reader has accumulated.

    Raises `TypeError` if the format is no list.
    """

    def __init__(self, reader: EventReader[Any], typed: TypedFormat[Any] | None, key: str | None) -> None:
        if typed is None or get_origin(typed.type) is not list:
            given = "there is none" if typed is None else f"it is {typed.type!r}"
            raise TypeError(f"items() needs a list type as response_format, such as list[Person]; {given}")
        self._reader = reader
        self._item: TypedFormat[Any] = typed_format(get_args(typed.type)[0])
        self._json = PartialJson(key)
        self._parts = 0  # of the text that were read
        self._texts: deque[str] = deque()
        self._rest: deque[Any] = deque()  # values known at the end only
        self._count = 0

    def has_next(self) -> bool:
        """Whether an item is complete in what has been accumulated, so that `take` returns it."""
        if not self._texts and self._reader.accumulator.choices:
            content = next(iter(self._reader.accumulator.choices.values())).content
            if len(content) != self._parts:
                self._json.feed("".join(content[self._parts :]))
                self._parts = len(content)
                self._texts += self._json.take_items()
        return bool(self._texts or self._rest)

    def take(self) -> ItemT:
        """Return the next item. Raises `StructuredOutputError` if it does not match its type."""
        self._count += 1
        if self._texts:
            return cast("ItemT", self._reader.decode_item(self._item, self._texts.popleft(), self._count - 1))
        return cast("ItemT", self._rest.popleft())

    def end(self) -> None:
        """Add the items that were found at the end of the stream only, where the list is not where it is expected."""
        completion = self._reader.completion
        if completion is not None:
            parsed: Any = completion.choices[0].message.parsed
            self._rest.extend(parsed[self._count :])
            self._count = len(parsed)
