"""`ResponseStream` and its manager: the sync versions of those in ``aiogroq/streaming``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..streaming.needs_with import NeedsWith
from ..streaming.response_reader import ResponseReader, text_of
from ..types._typing import Self
from ..types.responses.parsed_response import ParsedResponse
from ..types.responses.response import Response
from ..types.responses.response_stream_event import ResponseStreamEvent
from ..types.responses.response_usage import ResponseUsage
from .stream import Stream

T = TypeVar("T")


class ResponseStream(Generic[T]):
    """A response that arrives event by event: iterate it, or its ``text_stream``, or call `get_final_response`.

    Raises while iterating what `Stream` raises, each error with the `Response` so far as ``partial``.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""

    def __init__(self, source: Stream[ResponseStreamEvent], reader: ResponseReader[T]) -> None:
        self.response = source.response
        self._source = source
        self._reader = reader

    def __repr__(self) -> str:
        return repr(self._source).replace(type(self._source).__name__, type(self).__name__, 1)

    @property
    def snapshot(self) -> Response:
        """The response so far: made when it is read. It may be ahead of the events that were iterated."""
        found: Response = self._source.partial
        return found

    @property
    def usage(self) -> ResponseUsage | None:
        """The token counts; None until the last event."""
        found: ResponseUsage | None = self._source.usage
        return found

    @property
    def text_stream(self) -> Iterator[str]:
        """The text as it arrives."""
        for event in self._source:
            if text := text_of(event):
                yield text

    def __iter__(self) -> Iterator[ResponseStreamEvent]:
        return iter(self._source)

    def __next__(self) -> ResponseStreamEvent:
        return next(self._source)

    def until_done(self) -> Self:
        """Read the stream to its end, and return it. The events that were not iterated before are dropped."""
        self._source.collect()
        return self

    def get_final_response(self) -> ParsedResponse[T]:
        """Read the stream to its end. Returns what the same request without ``stream`` returns.

        With ``text_format`` its ``output_parsed`` is the value. Raises `StructuredOutputError` where the text does not match
        the type, and `LengthFinishReasonError` where the maximum of tokens was reached.
        """
        return self._reader.parsed(self._source.collect())

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended or was closed."""
        return self._source.is_closed

    def close(self) -> None:
        """Close the stream now. May be called more than once, and from another thread."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()


class ResponseStreamManager(NeedsWith, Generic[T]):
    """Use it with ``with``: the request is sent at its begin, and the stream closed at its end."""

    _statement = "with client.responses.stream(...) as stream:"

    def __init__(
        self, create: Callable[..., Any], *, text_format: Any, mode: str | None, params: Mapping[str, Any]
    ) -> None:
        self._create = create
        self._reader: ResponseReader[T] = ResponseReader(text_format, mode, params)
        self._stream: ResponseStream[T] | None = None

    def __enter__(self) -> ResponseStream[T]:
        source = self._create(**self._reader.arguments, stream=True)
        self._stream = ResponseStream(source, self._reader)
        return self._stream

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
