"""`AsyncResponseStream` and its manager: a response of the Responses API as it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..transport.stream import AsyncStream
from ..types._typing import Self
from ..types.responses.parsed_response import ParsedResponse
from ..types.responses.response import Response
from ..types.responses.response_stream_event import ResponseStreamEvent
from ..types.responses.response_usage import ResponseUsage
from .needs_with import NeedsAsyncWith
from .response_reader import ResponseReader, text_of

T = TypeVar("T")


class AsyncResponseStream(Generic[T]):
    """A response that arrives event by event: iterate it, or its ``text_stream``, or await `get_final_response`.

    Raises while iterating what `AsyncStream` raises, each error with the `Response` so far as ``partial``.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""

    def __init__(self, source: AsyncStream[ResponseStreamEvent], reader: ResponseReader[T]) -> None:
        self.response = source.response
        self._source = source
        self._reader = reader

    def __repr__(self) -> str:
        return repr(self._source).replace(type(self._source).__name__, type(self).__name__, 1)

    @property
    def snapshot(self) -> Response:
        """The response so far: made when it is read, from the events that were iterated."""
        found: Response = self._source.partial
        return found

    @property
    def usage(self) -> ResponseUsage | None:
        """The token counts; None until the last event."""
        found: ResponseUsage | None = self._source.usage
        return found

    @property
    async def text_stream(self) -> AsyncIterator[str]:
        """The text as it arrives."""
        async for event in self._source:
            if text := text_of(event):
                yield text

    def __aiter__(self) -> AsyncStream[ResponseStreamEvent]:
        return self._source

    async def __anext__(self) -> ResponseStreamEvent:
        return await self._source.__anext__()

    async def until_done(self) -> Self:
        """Read the stream to its end, and return it. The events that were not iterated before are dropped."""
        await self._source.collect()
        return self

    async def get_final_response(self) -> ParsedResponse[T]:
        """Read the stream to its end. Returns what the same request without ``stream`` returns.

        With ``text_format`` its ``output_parsed`` is the value. Raises `StructuredOutputError` where the text does not match
        the type, and `LengthFinishReasonError` where the maximum of tokens was reached.
        """
        return self._reader.parsed(await self._source.collect())

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended or was closed."""
        return self._source.is_closed

    async def close(self) -> None:
        """Close the stream now. May be called more than once, and from another task."""
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()


class AsyncResponseStreamManager(NeedsAsyncWith, Generic[T]):
    """Use it with ``async with``: the request is sent at its begin, and the stream closed at its end."""

    _statement = "async with client.responses.stream(...) as stream:"

    def __init__(
        self,
        create: Callable[..., Awaitable[Any]],
        *,
        text_format: Any,
        mode: str | None,
        params: Mapping[str, Any],
    ) -> None:
        self._create = create
        self._reader: ResponseReader[T] = ResponseReader(text_format, mode, params)
        self._stream: AsyncResponseStream[T] | None = None

    async def __aenter__(self) -> AsyncResponseStream[T]:
        source = await self._create(**self._reader.arguments, stream=True)
        self._stream = AsyncResponseStream(source, self._reader)
        return self._stream

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
