"""`AsyncChatCompletionStream`: the events of a chat completion as they arrive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..transport.stream import AsyncStream
from ..types._typing import Self
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.chat.parsed_chat_completion import ParsedChatCompletion
from ..types.completion_usage import CompletionUsage
from .events import ChatCompletionStreamEvent, ContentDeltaEvent
from .items import ItemReader
from .reader import EventReader

T = TypeVar("T")
ItemT = TypeVar("ItemT")


class AsyncChatCompletionStream(Generic[T]):
    """A chat completion that arrives event by event: iterate it, its `text_stream` or its `items`, or await the whole of it.

    All of these read the same stream: an event that one has taken the others do not see. Raises while reading what a plain
    stream raises, with what had arrived in ``partial``; and at the end, if ``response_format`` is a type,
    `StructuredOutputError` or `LengthFinishReasonError`.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""

    def __init__(self, source: AsyncStream[ChatCompletionChunk], reader: EventReader[T]) -> None:
        self.response = source.response
        self._source = source
        self._next_chunk = source.__anext__
        self._reader = reader
        self._read = reader.read
        self._ready: list[ChatCompletionStreamEvent[T]] = []  # the next event last

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._source.describe()}>"

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChatCompletionStreamEvent[T]:
        if self._ready:
            return self._ready.pop()
        try:
            events = self._read(await self._next_chunk())
        except StopAsyncIteration:
            events = self._reader.end() if self._source.is_complete else []
            if not events:
                raise
        events.reverse()
        self._ready = events
        return events.pop()

    @property
    def text_stream(self) -> AsyncTextStream:
        """The text as it arrives, part by part, without the other events."""
        return AsyncTextStream(self.__anext__)

    def items(self: AsyncChatCompletionStream[list[ItemT]]) -> AsyncItemStream[ItemT]:
        """Return the items of a list, for a ``response_format`` such as ``list[Person]``: each is validated and yielded when
        it is complete in the text, while the model writes the next. Every call begins with the first item of the list.

        Raises `TypeError` if ``response_format`` is no list type. While reading it raises `StructuredOutputError` for an item
        that does not match.
        """
        return AsyncItemStream(self.__anext__, self._reader)

    async def until_done(self) -> Self:
        """Read the stream to its end, and return it. The events that were not iterated before are dropped."""
        self._ready = []
        skip = self._reader.skip
        async for chunk in self._source:
            skip(chunk)
        if self._source.is_complete:
            self._reader.end()
        return self

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end. Returns what the same request without ``stream`` returns, and its value in ``parsed``
        if ``response_format`` is a type.

        Raises as iterating does, and `APIConnectionError` for a stream that was closed before its end.
        """
        await self.until_done()
        if self._reader.completion is None:
            raise self._source.closed_early()
        return self._reader.completion

    @property
    def current_completion_snapshot(self) -> ChatCompletion:
        """The completion up to the chunk that was read last."""
        return self._reader.accumulator.completion

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens used and their times; None until the service sent it, with its last chunk."""
        return self._reader.accumulator.usage

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended or was closed."""
        return self._source.is_closed

    async def close(self) -> None:
        """Close the stream now. May be called more than once, and from another task."""
        self._ready = []
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()


class AsyncTextStream:
    """The text of a stream, part by part."""

    def __init__(self, next_event: Callable[[], Awaitable[object]]) -> None:
        self._next_event = next_event

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            event = await self._next_event()
            if type(event) is ContentDeltaEvent:
                return event.delta


class AsyncItemStream(Generic[ItemT]):
    """The items of a list that a model writes."""

    def __init__(self, next_event: Callable[[], Awaitable[object]], reader: EventReader[list[ItemT]]) -> None:
        self._next_event = next_event
        self._reader = reader
        self._items: ItemReader[ItemT] = reader.items()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ItemT:
        while not self._items.has_next():
            try:
                await self._next_event()
            except StopAsyncIteration:
                self._items.end(self._reader.completion)
                if not self._items.has_next():
                    raise
        return self._items.take()
