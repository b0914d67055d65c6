"""`AsyncStream`: the events of a response as they arrive, decoded."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from ..errors import APIConnectionError, APIError, APIStatusError, GroqError
from ..protocol.chat_stream import ByEventType
from ..protocol.sse import DEFAULT_MAX_EVENT_BYTES, EventTooLargeError, SSEParser
from ..protocol.status_errors import not_a_stream, request_id, stopped_early
from ..protocol.stream_protocol import StreamEnd, StreamProtocol
from ..protocol.tracebacks import drop_frames
from ..types._decode import DECODE_ERRORS
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.completion_usage import CompletionUsage
from .body import AioBody

if TYPE_CHECKING:
    from ..types.responses.response import Response
    from ..types.responses.response_stream_event import ResponseStreamEvent

T = TypeVar("T")

_SHOWN_BYTES = 64 * 1024
"""Bytes of a response without events that its error has."""
_NO_VALUE: Any = object()
"""The value of an event without data."""


class AsyncStream(Generic[T]):
    """A response that arrives event by event: iterate it with ``async for``, or `collect` it.

    It releases its connection by itself at its end; leave it earlier with `close`, or use it with ``async with``. Raises
    while iterating: `APIStatusError` with the inner status for an error that the service sends in the stream,
    `APITimeoutError` when no event comes for the ``idle`` timeout, `APIConnectionError` when the stream is truncated.
    Each error has what had arrived in ``partial``.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""
    sync_cls: type[Any] | None = None
    """The sync class that the caller chose, if any."""

    def __init__(
        self,
        *,
        body: AioBody,
        protocol: StreamProtocol[T],
        max_event_bytes: int = DEFAULT_MAX_EVENT_BYTES,
        on_error: Callable[[APIStatusError], object] | None = None,
        on_end: Callable[[CompletionUsage | None, APIError | None], object] | None = None,
    ) -> None:
        self.response = body
        self._body = body
        body.expect_events()
        self._protocol = protocol
        self._add_bytes = protocol.add_bytes
        self._decode = protocol.fast_decode
        self._store = protocol.store
        self._parser = SSEParser(max_event_bytes)
        self._on_error = on_error
        self._on_end = on_end  # called once, with the usage and the error that the stream ended with
        self._ready: list[bytes] = []  # the next event last: an empty deque is ten times as large
        self._error: APIError | None = None
        self._is_done = False
        self._is_complete = False
        self._is_read = False
        # The beginning of a response in which no event has come yet: it may not be a stream at all.
        self._first_bytes: bytearray | None = bytearray()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.describe()}>"

    def describe(self) -> str:
        """Return the type of the events and the state of the stream, for its repr."""
        event_type: Any = self._protocol.event_type
        state = "open"
        if self._error is not None:
            state = "broken off"
        elif self._is_done:
            state = "at its end" if self._is_complete else "closed"
        return f"{getattr(event_type, '__name__', event_type)}, {state}"

    def __aiter__(self) -> AsyncStream[T]:
        return self

    async def __anext__(self) -> T:
        # The hot path of every stream: a plain event is decoded when the caller takes it, so that one read does not make
        # hundreds of objects at once, at which the garbage collector would begin to look for garbage.
        ready, decode = self._ready, self._decode
        while True:
            event = ready.pop() if ready else await self._next_event()
            if decode is not None and type(event) is bytes:
                try:
                    value = decode(event)
                except DECODE_ERRORS:
                    pass
                else:
                    if value.x_groq is None or self._protocol.stop_reason(value) is None:
                        value.__dict__["_body"] = event
                        self._store(event)
                        plain: T = value  # a `cast` would be a call
                        return plain
            special = [event]
            del event  # no frame of an error has data of the server: it may have sent the request back
            value = await self._take(special)
            if value is not _NO_VALUE:
                return value

    async def next_batch(self) -> list[T]:
        """Return the values of all events that have arrived, waiting for the first; an empty list at the end.

        Raises as iterating does.
        """
        batch: list[T] = []
        ready, end_marker = self._ready, self._protocol.end_marker
        try:
            batch.append(await self.__anext__())
            while ready and ready[-1] != end_marker:
                if ready[-1]:
                    batch.append(await self.__anext__())
                else:
                    ready.pop()  # without data: `__anext__` would wait for the event behind it
        except StopAsyncIteration:
            pass
        except APIError:
            if not batch:
                raise
            # The next call raises it again.
        return batch

    async def _next_event(self) -> bytes:
        """Read until at least one event is complete; store all of them in ``_ready`` but the first, and return that."""
        ready, body = self._ready, self._body
        if self._is_read:
            raise GroqError(
                "another task is reading this stream; share its chunks, or use one stream per task"
            )
        self._is_read = True
        body.start_idle_timer()  # it runs from event to event, whatever bytes come between
        try:
            while not ready:
                if self._is_done or self._error is not None:
                    raise self._end()
                try:
                    chunk = await body.read_chunk()
                    if self._is_done:
                        continue  # another task has closed the stream
                    if chunk:
                        self._parse(chunk)
                    else:
                        self._end_of_body()
                    chunk = b""
                except (APIError, EventTooLargeError) as error:
                    chunk = b""
                    if not self._is_done:
                        self._fail(error)
        finally:
            self._is_read = False
            body.stop_idle_timer()
        return ready.pop()

    def _end(self) -> Exception:
        """Return what is raised instead of another event."""
        if self._error is None:
            return StopAsyncIteration()
        return self._with_partial(drop_frames(self._error))

    def _parse(self, chunk: bytes) -> None:
        if self._first_bytes is not None:
            self._first_bytes += chunk[:_SHOWN_BYTES]
        events = self._parser.feed(chunk)
        if events:
            self._first_bytes = None
            self._ready[:0] = reversed(events)
            self._add_bytes(len(chunk))

    async def _take(self, special: list[bytes]) -> T:
        """Take the event out of ``special``, and return its value. Raises the error that it is."""
        event = special.pop()
        protocol = self._protocol
        if event.startswith(protocol.end_marker):
            event = b""
            self._ready.clear()
            self._is_done = True
            break_error = await self._body.drain()
            self._end_with(StreamEnd(is_marked=True, is_broken=break_error is not None), break_error)
            raise self._end()
        if not event:
            return cast("T", _NO_VALUE)  # some gateways keep a connection alive by these
        try:
            value = protocol.read(event, self._body)
        except APIError as error:
            self._ready.clear()
            self._fail(error)
            event = b""
            raise self._end() from error.__cause__
        reason = protocol.stop_reason(value)
        if reason is not None:
            self._ready.clear()
            self._fail(stopped_early(self._body, reason))
        elif protocol.is_end(event):
            self._ready[:] = [protocol.end_marker]  # ends the stream at the next event
        return value

    def _end_with(self, end: StreamEnd, cause: APIError | None = None) -> None:
        """End the stream: complete, or truncated because of ``cause`` if it is known."""
        why = self._protocol.truncation(end)
        if why is None:
            self._is_done = self._is_complete = True
            self._report_end(None)
            return
        error = APIConnectionError(why, self._body.request)
        error.__cause__ = cause
        self._fail(error)

    def _end_of_body(self) -> None:
        rest = self._parser.end()
        if rest and self._protocol.is_complete(rest):
            self._first_bytes = None
            self._ready.insert(0, rest)
        elif self._first_bytes is not None and (self._protocol.has_result or rest is not None):
            self._fail(not_a_stream(self._body, bytes(self._first_bytes)))
        else:
            self._end_with(StreamEnd(False, is_within_event=rest is not None, is_framed=self._body.is_framed))

    def _fail(self, error: APIError | EventTooLargeError) -> None:
        """Close the connection, and raise this error after the events before it, and ever after."""
        if isinstance(error, EventTooLargeError):
            self._ready[:0] = reversed(error.events)
            error = APIConnectionError(
                f"{error} (`max_event_bytes` of DefaultAioHttpClient).", self._body.request
            )
        if self._on_error is not None and isinstance(error, APIStatusError):
            self._on_error(error)
        error.request_id = error.request_id or request_id(self._body)
        self._error = drop_frames(self._body.with_attempts(error))
        self._report_end(error)
        self._body.abort()

    def _report_end(self, error: APIError | None) -> None:
        if self._on_end is not None:
            on_end, self._on_end = self._on_end, None
            on_end(self._protocol.usage(), error)

    def call_at_end(self, function: Callable[[CompletionUsage | None, APIError | None], object]) -> None:
        """Call ``function`` at the end of the stream too, with the usage and the error that it ended with."""
        others = self._on_end

        def on_end(usage: CompletionUsage | None, error: APIError | None) -> None:
            function(usage, error)
            if others is not None:
                others(usage, error)

        self._on_end = on_end

    def _with_partial(self, error: APIError) -> APIError:
        error.partial = self._protocol.result()
        return error

    if TYPE_CHECKING:
        partial: ByEventType[ChatCompletion | None] = ByEventType()
        usage: ByEventType[CompletionUsage | None] = ByEventType()
    else:

        @property
        def partial(self) -> ChatCompletion | None:
            """What has arrived so far, as `collect` returns it; None if the events of the stream have no result together."""
            return self._protocol.result()

        @property
        def usage(self) -> CompletionUsage | None:
            """The tokens used and their times; None until the service sent it, with its last chunk."""
            return self._protocol.usage()

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended or was closed."""
        return self._is_done or self._body.is_closed

    @property
    def is_complete(self) -> bool:
        """Whether all events were read, and the stream has ended in order."""
        return self._is_complete

    @overload
    async def collect(self: AsyncStream[ChatCompletionChunk]) -> ChatCompletion: ...
    @overload
    async def collect(self: AsyncStream[ResponseStreamEvent]) -> Response: ...
    @overload
    async def collect(self) -> Any: ...
    async def collect(self) -> Any:
        """Read the stream to its end. Returns what the same request without ``stream`` returns.

        Chunks that were iterated before are in it too. Raises as iterating does, and `TypeError` if the events of the
        stream have no result together, such as plain dicts.
        """
        protocol = self._protocol
        if not protocol.has_result:
            raise TypeError(f"collect() needs a stream of chat chunks; this is a stream of {self.describe()}")
        collect = protocol.collect
        async for value in self:
            collect(value)
        if not self._is_complete:
            raise self.closed_early()
        return protocol.result()

    def closed_early(self, by: str = "") -> APIError:
        """Return the error for a stream that was closed before its end, ``by`` an exception, with the ``partial`` result."""
        rest = "what had arrived is in `partial`" if self._protocol.has_result else "the rest of it is lost"
        message = f"The stream was closed before its end{by}; {rest}."
        return self._with_partial(APIConnectionError(message, self._body.request))

    async def close(self) -> None:
        """Close the stream now. May be called more than once, and from another task."""
        self._is_done = True
        self._ready.clear()
        self._error = None
        self._report_end(None)
        await self._body.close()

    aclose = close

    async def __aenter__(self) -> AsyncStream[T]:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()
