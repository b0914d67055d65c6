"""`AsyncStream`: the events of an answer as they arrive, decoded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from multidict import CIMultiDict

from ..errors import APIConnectionError, APIError, APIStatusError
from ..types._decoding import DECODE_ERRORS, NotJSONError, decode_json, typed_decoder
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.completion_usage import CompletionUsage
from ..wire import answer
from ..wire.kept_events import KeptEvents
from ..wire.sse import DEFAULT_MAX_EVENT_BYTES, Event, EventTooLargeError, SSEParser
from .body import AioBody

T = TypeVar("T")

_DONE = b"[DONE]"
_BYTES: frozenset[object] = frozenset({bytes})


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

    def __init__(
        self,
        *,
        body: AioBody,
        cast_to: type[T],
        max_event_bytes: int = DEFAULT_MAX_EVENT_BYTES,
        on_error: Callable[[APIStatusError], object] = _leave,
        scrub: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self.response = body
        self._body = body
        self._cast_to = cast_to
        self._parser = SSEParser(max_event_bytes)
        self._on_error = on_error
        self._scrub = scrub
        self._ready: deque[T] = deque()
        self._failed: BaseException | None = None
        self._is_done = False
        self._kept = KeptEvents() if cast_to is ChatCompletionChunk else None
        self._is_collected = False
        self._decode = typed_decoder(cast_to).decode

    def __aiter__(self) -> AsyncStream[T]:
        return self

    async def __anext__(self) -> T:
        try:
            return self._ready.popleft()
        except IndexError:
            return await self._next()

    async def _next(self) -> T:
        while not self._ready:
            if self._failed is not None:
                error, self._failed = self._failed, None
                self._is_done = True
                raise error
            if self._is_done:
                raise StopAsyncIteration
            await self._receive()
        return self._ready.popleft()

    async def next_batch(self) -> list[T]:
        """All events that have arrived, waiting for the first; empty at the end. Raises as iterating does."""
        try:
            batch = [await self.__anext__()]
        except StopAsyncIteration:
            return []
        batch.extend(self._ready)
        self._ready.clear()
        return batch

    async def _receive(self) -> None:
        """Wait for bytes until they end an event; decode all events that they end."""
        self._body.wait_for_event()
        try:
            events: list[bytes] = []
            while not events:
                piece = await self._body.next_piece()
                if not piece:
                    self._end_of_body()
                    return
                events = self._parser.feed(piece)
            self._take_all(events)
        except (APIError, EventTooLargeError) as error:
            if not self._is_done:  # else it was closed meanwhile, by another task
                self._fail(error)
        finally:
            self._body.event_came()
        if self._is_done and self._failed is None:
            await self._body.drain()

    def _take_all(self, events: list[bytes]) -> None:
        """Decode events, in order."""
        if self._kept is not None and self._take_plain(events, self._kept):
            return
        for event in events:
            self._take(event)
            if self._is_done:
                return

    def _take_plain(self, events: list[bytes], kept: KeptEvents) -> bool:
        """Decode events that all are chunks as they should be: the hot path of every stream. Says whether they are."""
        is_last = events[-1] == _DONE
        chunks = events[:-1] if is_last else events
        if not _BYTES.issuperset(map(type, chunks)):
            return False  # one has a name
        try:
            decoded = list(map(self._decode, chunks))
        except DECODE_ERRORS:
            return False
        chunk: Any
        for chunk, event in zip(decoded, chunks, strict=True):
            if chunk.x_groq is not None and chunk.x_groq.error:
                return False
            chunk.__dict__["_body"] = event
        if self._is_collected:
            kept.fold(cast("list[ChatCompletionChunk]", decoded))
        else:
            kept.keep(chunks)
        self._ready.extend(decoded)
        self._is_done = is_last
        return True

    def _take(self, event: bytes) -> None:
        if event.startswith(_DONE):
            self._is_done = True
            return
        if type(event) is Event and event.name == "error":
            raise self._error(event)
        try:
            item: Any = decode_json(cast("type[Any]", self._cast_to), event)
        except NotJSONError as error:
            raise APIConnectionError(
                f"The stream has an event that is no JSON: {self._scrub(event)[:200]!r}", self._body.request
            ) from error
        kept = self._kept
        if kept is None or type(item) is not ChatCompletionChunk:
            self._check_error(item, event)
            self._ready.append(item)
            return
        chunk: ChatCompletionChunk = item
        if chunk.model_extra is not None and "error" in chunk.model_extra:
            raise self._error(event)
        kept.keep([event])
        self._ready.append(cast("T", chunk))
        x_groq = chunk.x_groq
        if x_groq is not None and x_groq.error:
            raise self._stopped_early(x_groq.error)

    def _check_error(self, item: Any, event: bytes) -> None:
        error = item.get("error") if hasattr(item, "get") else None
        if error and (isinstance(error, dict) or type(event) is Event):
            raise self._error(event)

    def _error(self, event: bytes) -> APIStatusError:
        error = answer.error_from_event(
            self._scrub(bytes(event)), self._body.status, CIMultiDict(self._body.headers), self._body.request
        )
        self._on_error(error)
        return error

    def _stopped_early(self, reason: Any) -> APIError:
        said = self._scrub(str(reason).encode(errors="replace")).decode()
        error = APIError(f"The service stopped the stream early: {said}", self._body.request, body=said)
        error.request_id = self._body.headers.get("x-request-id")
        return error

    def _end_of_body(self) -> None:
        if self._kept is None or self._kept.folded().is_finished:
            self._is_done = True
            return
        self._fail(
            APIConnectionError(
                "The stream broke off: it ended without [DONE] and without a finish reason.",
                self._body.request,
            )
        )

    def _fail(self, error: APIError | EventTooLargeError) -> None:
        """Raise this once the events before it have been handed out."""
        if isinstance(error, EventTooLargeError):
            error = APIConnectionError(
                f"{error} (the `max_event_bytes` of DefaultAioHttpClient).", self._body.request
            )
        if self._kept is not None:
            error.partial = self._kept.folded().completion
        error.request_id = error.request_id or self._body.headers.get("x-request-id")
        self._failed = error
        self._body.abort()

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens used and their times; None until the service sent it, with its last chunk."""
        return self._kept.folded().usage if self._kept is not None else None

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
        self._is_collected = True
        async for _ in self:
            pass
        return self._kept.folded().completion

    async def close(self) -> None:
        """End the stream now. May be called more than once, and from another task."""
        self._is_done = True
        self._ready.clear()
        self._failed = None
        await self._body.close()

    aclose = close

    async def __aenter__(self) -> AsyncStream[T]:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()
