"""`AsyncStream`: the events of an answer as they arrive, decoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from multidict import CIMultiDict

from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    ErrorResponse,
    GroqError,
)
from ..protocol import answer, stream_end
from ..protocol.accumulate import LazyAccumulator
from ..protocol.headers import scrub, scrub_headers, scrub_text
from ..protocol.sse import DEFAULT_MAX_EVENT_BYTES, Event, EventTooLargeError, SSEParser
from ..protocol.stream_end import DONE
from ..protocol.tracebacks import without_frames
from ..types._decode import DECODE_ERRORS, NotJSONError, decode_json, decode_untyped, typed_decoder
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.completion_usage import CompletionUsage
from .body import AioBody

T = TypeVar("T")

_NOTHING: Any = object()
"""What there is to hand out for an event without data."""
_SHOWN_BYTES = 64 * 1024
_NOTHING_SENT: Mapping[str, str] = {}


def _leave(error: APIStatusError) -> None:
    """Nobody is told of an error inside a stream."""


class AsyncStream(Generic[T]):
    """An answer that arrives event by event: iterate it with ``async for``, or `collect` it.

    It ends the connection's use by itself at its end; leave it earlier with `close`, or by ``async with``. Raises
    while iterating: `APIStatusError` of the inner status for an error that the service sends in the stream,
    `APITimeoutError` when no event comes for the ``idle`` limit, `APIConnectionError` when the stream breaks off
    before its end; each carries what had arrived in ``partial``.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""
    twin: type[Any] | None = None
    """The blocking class that the caller wants it as, where it is a class of the caller's own."""

    def __init__(
        self,
        *,
        body: AioBody,
        cast_to: type[T],
        max_event_bytes: int = DEFAULT_MAX_EVENT_BYTES,
        on_error: Callable[[APIStatusError], object] = _leave,
        sent: Mapping[str, str] = _NOTHING_SENT,
        on_end: Callable[[CompletionUsage | None, APIError | None], object] | None = None,
    ) -> None:
        self.response = body
        self._body = body
        body.expect_events()
        self._cast_to = cast_to
        self._parser = SSEParser(max_event_bytes)
        self._on_error = on_error
        self._on_end = on_end  # called once, with the usage and the error that the stream ended with
        self._sent = sent  # the headers of the request: what is secret in them is in no error
        self._ready: list[bytes] = []  # the next one last: an empty deque is ten times as large
        self._failed: APIError | None = None
        self._is_done = False
        self._is_whole = False
        self._is_read = False
        self._last = b""  # event of a stream of something else than chat chunks
        # The beginning of an answer that has no event in it so far: it may be no stream at all.
        self._first_bytes: bytearray | None = bytearray()
        self._kept = LazyAccumulator() if cast_to is ChatCompletionChunk else None
        self._keep = self._kept.events.append if self._kept is not None else None
        self._decode = typed_decoder(cast_to).decode

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.described()}>"

    def described(self) -> str:
        """What the stream is of and how it stands, for a repr of it."""
        kind = getattr(self._cast_to, "__name__", str(self._cast_to))
        state = "open"
        if self._failed is not None:
            state = "broken off"
        elif self._is_done:
            state = "at its end" if self._is_whole else "closed"
        return f"{kind}, {state}"

    def __aiter__(self) -> AsyncStream[T]:
        return self

    async def __anext__(self) -> T:
        # The hot path of every stream: a plain chunk is decoded when it is asked for, so that one read does not make
        # hundreds of objects at once, at which the garbage collector would begin to look for garbage.
        ready, keep = self._ready, self._keep
        while True:
            event = ready.pop() if ready else await self._next_event()
            if keep is not None and type(event) is bytes:
                try:
                    chunk: Any = self._decode(event)
                except DECODE_ERRORS:
                    pass
                else:
                    x_groq = chunk.x_groq
                    if x_groq is None or not x_groq.error:
                        chunk.__dict__["_body"] = event
                        keep(event)
                        plain: T = chunk  # a `cast` would be a call
                        return plain
            special = [event]
            del event  # what a server sent is in no frame of an error: it may have sent the request back
            item = await self._take(special)
            if item is not _NOTHING:
                return item

    async def next_batch(self) -> list[T]:
        """All events that have arrived, waiting for the first; empty at the end. Raises as iterating does."""
        batch: list[T] = []
        ready = self._ready
        try:
            batch.append(await self.__anext__())
            while ready and ready[-1] != DONE:
                if ready[-1]:
                    batch.append(await self.__anext__())
                else:
                    ready.pop()  # there is nothing in it to wait for behind it
        except StopAsyncIteration:
            pass
        except APIError:
            if not batch:
                raise
            # Raised again once these have been handed out.
        return batch

    async def _next_event(self) -> bytes:
        """Wait for bytes until they end an event; line up all events that they end, and take the first."""
        ready, body = self._ready, self._body
        if self._is_read:
            raise GroqError(
                "another task is reading this stream; hand its chunks on, or ask for a stream each"
            )
        self._is_read = True
        body.start_idle_timer()  # the limit runs from event to event, whatever bytes come between
        try:
            while not ready:
                if self._is_done or self._failed is not None:
                    raise self._end()
                try:
                    piece = await body.read_chunk()
                    if self._is_done:
                        continue  # closed meanwhile, by another task
                    if piece:
                        self._line_up(piece)
                    else:
                        self._end_of_body()
                    piece = b""
                except (APIError, EventTooLargeError) as error:
                    piece = b""
                    if not self._is_done:
                        self._fail(error)
        finally:
            self._is_read = False
            body.stop_idle_timer()
        return ready.pop()

    def _end(self) -> Exception:
        """What there is instead of more events."""
        return (
            StopAsyncIteration() if self._failed is None else self._with_partial(without_frames(self._failed))
        )

    def _line_up(self, piece: bytes) -> None:
        if self._first_bytes is not None:
            self._first_bytes += piece[:_SHOWN_BYTES]
        events = self._parser.feed(piece)
        if events:
            self._first_bytes = None
            self._ready[:0] = reversed(events)
            if self._kept is not None:
                self._kept.add_bytes(len(piece))

    async def _take(self, special: list[bytes]) -> T:
        """What is handed out for an event that is no plain chunk, taken out of ``special``. Raises the error that it is."""
        event = special.pop()
        if event.startswith(DONE):
            event = b""
            await self._finish()
            raise StopAsyncIteration
        if not event:
            return cast("T", _NOTHING)  # some gateways keep a connection alive by these
        try:
            item = self._item(event)
        except APIError as error:
            self._ready.clear()
            self._fail(error)
            event = b""
            raise self._end() from error.__cause__
        if self._kept is None:
            self._last = event
        elif type(item) is ChatCompletionChunk:
            self._kept.events.append(event)
            reason = getattr(item.x_groq, "error", None)
            if reason:
                self._ready.clear()
                self._fail(self._stopped_early(reason))
        return cast("T", item)

    async def _finish(self) -> None:
        """The stream has said ``[DONE]``. Raises `APIConnectionError` where it is cut all the same."""
        self._ready.clear()
        self._is_done = True
        break_error = await self._body.drain()
        is_broken = break_error is not None
        if self._kept is not None:
            why = stream_end.chat_cut_at_done(self._kept, is_broken=is_broken)
        else:
            why = stream_end.other_cut_at_done(is_broken=is_broken)
        if why is None:
            self._is_whole = True
            self._tell_end(None)
            return
        error = APIConnectionError(why, self._body.request)
        error.__cause__ = break_error
        self._fail(error)
        raise self._end()

    def _item(self, event: bytes) -> Any:
        if type(event) is Event and event.name == "error":
            raise self._error(event)
        try:
            item: Any = decode_json(cast("type[Any]", self._cast_to), event)
        except NotJSONError as error:
            raise APIConnectionError(
                f"The stream has an event that is no JSON: {scrub(event, self._sent)[:200]!r}",
                self._body.request,
            ) from error
        if self._kept is None or type(item) is not ChatCompletionChunk:
            self._check_error(item, event)
        elif item.model_extra is not None and "error" in item.model_extra:
            raise self._error(event)
        return item

    def _answered_headers(self) -> CIMultiDict[str]:
        return scrub_headers(self._body.headers, self._sent)

    def _check_error(self, item: Any, event: bytes) -> None:
        error = item.get("error") if hasattr(item, "get") else None
        if error and (isinstance(error, dict) or type(event) is Event):
            raise self._error(event)

    def _error(self, event: bytes) -> APIStatusError:
        error = answer.error_from_event(
            scrub(bytes(event), self._sent), self._body.status, self._answered_headers(), self._body.request
        )
        self._on_error(error)
        return error

    def _stopped_early(self, reason: Any) -> APIError:
        said = scrub_text(str(reason), self._sent)
        return APIError(f"The service stopped the stream early: {said}", self._body.request, body=said)

    def _end_of_body(self) -> None:
        rest = self._parser.end()
        if rest and stream_end.is_whole(rest):
            self._first_bytes = None
            self._ready.insert(0, rest)
            return
        if self._first_bytes is not None and (self._kept is not None or rest is not None):
            self._fail(self._no_stream(scrub(bytes(self._first_bytes), self._sent)))
            return
        is_within_event = rest is not None
        if self._kept is not None:
            why = stream_end.chat_cut_at_end(self._kept, is_within_event=is_within_event)
        else:
            why = stream_end.other_cut_at_end(
                self._last, is_within_event=is_within_event, is_framed=self._body.is_framed
            )
        if why is None:
            self._is_done = self._is_whole = True
            self._tell_end(None)
        else:
            self._fail(APIConnectionError(why, self._body.request))

    def _no_stream(self, content: bytes) -> APIError:
        """The error for an answer that has no event in it: what came instead."""
        body = self._body
        try:
            said = decode_untyped(content)
        except NotJSONError:
            said = None
        if isinstance(said, dict) and "error" in said:
            return self._error(content)
        kind = body.headers.get("content-type", "no content type")
        shown = content[:_SHOWN_BYTES].decode(errors="replace")
        return APIResponseValidationError(
            ErrorResponse(body.status, self._answered_headers(), content, body.request),
            shown,
            message=f"The answer ({body.status}, {kind}) is no stream of events: {shown[:300]!r}"
            if shown
            else f"The response ({body.status}, {kind}) is empty: the stream ended before its first event.",
        )

    def _fail(self, error: APIError | EventTooLargeError) -> None:
        """End the connection, and raise this once the events before it have been handed out, and ever after."""
        if isinstance(error, EventTooLargeError):
            self._ready[:0] = reversed(error.events)
            error = APIConnectionError(
                f"{error} (the `max_event_bytes` of DefaultAioHttpClient).", self._body.request
            )
        error.request_id = error.request_id or self._answered_headers().get("x-request-id")
        self._failed = without_frames(self._body.with_attempts(error))
        self._tell_end(error)
        self._body.abort()

    def _tell_end(self, error: APIError | None) -> None:
        if self._on_end is not None:
            self._on_end(self.usage, error)
            self._on_end = None

    def _with_partial(self, error: APIError) -> APIError:
        error.partial = self.partial
        return error

    @property
    def partial(self) -> ChatCompletion | None:
        """What has arrived so far, as a completion; None for a stream of something else than chat chunks."""
        return self._kept.accumulated().completion if self._kept is not None else None

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens used and their times; None until the service sent it, with its last chunk."""
        return self._kept.accumulated().usage if self._kept is not None else None

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended or was closed."""
        return self._is_done or self._body.is_closed

    async def collect(self) -> ChatCompletion:
        """Read the stream to its end, and return what the same request without ``stream`` would have given.

        Chunks that were iterated before are in it too. Raises as iterating does, and `TypeError` for a
        stream of something else than chat chunks.
        """
        if self._kept is None:
            raise TypeError(f"collect() folds chat chunks, and this is a stream of {self._cast_to.__name__}")
        kept, fold = self._kept, self._kept.accumulated()
        async for chunk in self:
            if type(chunk) is ChatCompletionChunk:
                kept.accumulate_last(cast("ChatCompletionChunk", chunk))
        if not self._is_whole:
            raise self.left_early()
        return fold.completion

    def left_early(self, by: str = "") -> APIError:
        """The error for a stream that was closed before its end, ``by`` something, with what had arrived in ``partial``."""
        rest = "the rest of it is lost" if self._kept is None else "what had arrived is in `partial`"
        message = f"The stream was closed before its end{by}; {rest}."
        return self._with_partial(APIConnectionError(message, self._body.request))

    async def close(self) -> None:
        """End the stream now. May be called more than once, and from another task."""
        self._is_done = True
        self._ready.clear()
        self._failed = None
        self._tell_end(None)
        await self._body.close()

    aclose = close

    async def __aenter__(self) -> AsyncStream[T]:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()
