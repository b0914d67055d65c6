"""`ChatCompletionStream` and its manager: the sync versions of those in ``aiogroq/streaming``.

The events are made in the thread that reads them: a type may have validators of the user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..errors import GroqError
from ..streaming.events import ChatCompletionStreamEvent, ContentDeltaEvent
from ..streaming.items import ItemReader
from ..streaming.needs_with import NeedsWith
from ..streaming.reader import EventReader
from ..streaming.request import EventRequest
from ..structured.modes import ModeName
from ..transport import threads
from ..types._typing import Self
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.chat.parsed_chat_completion import ParsedChatCompletion
from ..types.completion_usage import CompletionUsage
from .stream import Stream

T = TypeVar("T")
ItemT = TypeVar("ItemT")


class ChatCompletionStream(Generic[T]):
    """A chat completion that arrives event by event: iterate it, its `text_stream` or its `items`, or take the whole of it.

    All of these read the same stream: an event that one has taken the others do not see. Raises while reading what a plain
    stream raises, with what had arrived in ``partial``; and at the end, if ``response_format`` is a type,
    `StructuredOutputError` or `LengthFinishReasonError`.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""

    def __init__(self, source: Stream[ChatCompletionChunk], reader: EventReader[T]) -> None:
        self.response = source.response
        self._source = source
        self._next_chunk = source.__next__
        self._reader = reader
        self._read = reader.read
        self._ready: list[ChatCompletionStreamEvent[T]] = []  # the next event last

    def __repr__(self) -> str:
        return repr(self._source).replace(type(self._source).__name__, type(self).__name__, 1)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ChatCompletionStreamEvent[T]:
        if self._ready:
            return self._ready.pop()
        try:
            events = self._read(self._next_chunk())
        except StopIteration:
            events = threads.call(self._reader.end) if self._source.is_complete else []
            if not events:
                raise
        except GroqError:
            raise
        except BaseException as error:  # an interrupt: a chunk may be lost, and the rest would look complete
            self._source.interrupt(error)
            raise
        events.reverse()
        self._ready = events
        return events.pop()

    @property
    def text_stream(self) -> TextStream:
        """The text as it arrives, part by part, without the other events."""
        return TextStream(self.__next__)

    def items(self: ChatCompletionStream[list[ItemT]]) -> ItemStream[ItemT]:
        """Return the items of a list, for a ``response_format`` such as ``list[Person]``: each is validated and yielded when
        it is complete in the text, while the model writes the next. Every call begins with the first item of the list.

        Raises `TypeError` if ``response_format`` is no list type. While reading it raises `StructuredOutputError` for an item
        that does not match.
        """
        return ItemStream(self.__next__, self._reader)

    def until_done(self) -> Self:
        """Read the stream to its end, and return it. The events that were not iterated before are dropped."""
        self._ready = []
        skip = self._reader.skip
        try:
            for chunk in self._source:
                skip(chunk)
        except GroqError:
            raise
        except BaseException as error:
            self._source.interrupt(error)
            raise
        if self._source.is_complete:
            threads.call(self._reader.end)
        return self

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read the stream to its end. Returns what the same request without ``stream`` returns, and its value in ``parsed``
        if ``response_format`` is a type.

        Raises as iterating does, and `APIConnectionError` for a stream that was closed before its end.
        """
        self.until_done()
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

    def close(self) -> None:
        """Close the stream now. May be called more than once, and from another thread."""
        self._ready = []
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()


class TextStream:
    """The text of a stream, part by part."""

    def __init__(self, next_event: Callable[[], object]) -> None:
        self._next_event = next_event

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        while True:
            event = self._next_event()
            if type(event) is ContentDeltaEvent:
                return event.delta


class ItemStream(Generic[ItemT]):
    """The items of a list that a model writes."""

    def __init__(self, next_event: Callable[[], object], reader: EventReader[list[ItemT]]) -> None:
        self._next_event = next_event
        self._reader = reader
        self._items: ItemReader[ItemT] = reader.items()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ItemT:
        while not self._items.has_next():
            try:
                self._next_event()
            except StopIteration:
                self._items.end(self._reader.completion)
                if not self._items.has_next():
                    raise
        return threads.call(self._items.take)


class ChatCompletionStreamManager(NeedsWith, Generic[T]):
    """What `stream` returns: ``with`` sends the request, and closes the stream at its end."""

    _statement = "with client.chat.completions.stream(...) as stream:"

    def __init__(
        self,
        create: Callable[..., Any],
        *,
        response_format: Any,
        tools: Any,
        mode: ModeName | None,
        params: Mapping[str, Any],
    ) -> None:
        self._create = create
        self._request: EventRequest[T] = EventRequest(
            response_format=response_format, tools=tools, mode=mode, params=params
        )
        self._stream: ChatCompletionStream[T] | None = None

    def __enter__(self) -> ChatCompletionStream[T]:
        source = self._create(**self._request.arguments)
        self._stream = ChatCompletionStream(source, self._request.reader())
        return self._stream

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
