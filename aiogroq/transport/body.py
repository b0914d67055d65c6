"""The body of one answer, on its socket: reading it, streaming it, saving it to a file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    Attempt,
    ErrorResponse,
    GroqError,
    RequestInfo,
)
from ..protocol.headers import scrub, scrub_headers
from ..protocol.tracebacks import without_frames
from ..response.body import StreamAlreadyConsumed
from ._aiohttp import arrived_before, end_tracing, forget_connection, read_events
from .decompress import DecompressionError, decompressor_for
from .exchange import in_time, translate, without_secrets
from .threads import PARSING, run
from .timers import PhaseTimer

if TYPE_CHECKING:
    from .http_client import DefaultAioHttpClient

T = TypeVar("T")

_DRAIN_S = 0.5
"""Seconds that a server is given to end a body of which nothing more is wanted."""
_LARGE_JOIN_BYTES = 8 * 1024 * 1024
"""From here on joining the chunks of a body takes so long that the loop should not wait for it."""
_ERROR_BODY_S = 5.0
"""Seconds that a server is given for the body of an error."""


class AioBody:
    """A `response.Body` over an ``aiohttp.ClientResponse``.

    The connection goes back to the pool at the end of the body by itself; closing earlier closes it, because what
    is left on the wire cannot be told apart from the next answer.
    """

    __slots__ = (
        "__weakref__",
        "_broken",
        "_content",
        "_decompressor",
        "_ended_at",
        "_guard",
        "_loop",
        "_max_bytes",
        "_pool",
        "_reader",
        "_response",
        "_started_at",
        "_timer",
        "attempts",
        "headers",
        "is_consumed",
        "request",
        "sent",
        "status",
    )  # fmt: skip

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        request: RequestInfo,
        loop: asyncio.AbstractEventLoop,
        timer: PhaseTimer,
        pool: DefaultAioHttpClient,
        sent: Mapping[str, str],
    ) -> None:
        self._response = response
        self._reader = response.content
        encoding = response.headers.get("Content-Encoding")
        self._decompressor = decompressor_for(encoding) if encoding else None
        self._loop = loop
        self._started_at = timer.started_at
        self._ended_at: float | None = None
        self._max_bytes = pool.max_response_bytes
        # A client may be a temporary: its connections are not closed while this one is in use.
        self._pool: DefaultAioHttpClient | None = pool
        self._timer = timer
        timer.stop_phase()
        timer.on_expiry = self._expire
        self._content: bytes | None = None
        self._broken: APIError | None = None
        self.request: RequestInfo = request
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self.sent: Mapping[str, str] = sent
        """The headers of the request: what is secret in them is in no error."""
        self.is_consumed: bool = False
        self.attempts: list[Attempt] = []
        """The tries before the one that this answers."""
        self._guard: weakref.finalize[..., AioBody] | None = None

    @property
    def url(self) -> str:
        """The URL that the request went to."""
        return self.request.url

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that the connection belongs to."""
        return self._loop

    @property
    def http_version(self) -> str:
        """Such as ``HTTP/1.1``."""
        version = self._response.version
        return f"HTTP/{version.major}.{version.minor}" if version else "HTTP/1.1"

    @property
    def is_framed(self) -> bool:
        """Whether HTTP says where the body ends: else that is where the connection does, which a cut looks like too."""
        return "Content-Length" in self.headers or "Transfer-Encoding" in self.headers

    @property
    def raw(self) -> aiohttp.ClientResponse:
        """aiohttp's own response."""
        return self._response

    @property
    def is_closed(self) -> bool:
        """Whether the body was read to its end or closed."""
        # aiohttp's own flag says that the connection is free again, which a small body frees before it is read.
        return self._content is not None or self._ended_at is not None

    @property
    def elapsed_s(self) -> float:
        """Seconds from sending the request to the end of the body, or to now."""
        return (self._ended_at or self._loop.time()) - self._started_at

    def guard(self) -> None:
        """Hand the body to a user, who may forget it: a body that is collected unread closes its connection.

        The timer must not keep it alive meanwhile, so it refers to it weakly from now on.
        """
        this = weakref.ref(self)

        def expire() -> None:
            body = this()
            if body is not None:
                body._expire()

        self._timer.on_expiry = expire
        self._guard = weakref.finalize(self, _abandon, self._response, self._timer, self._loop)
        self._guard.atexit = False

    def _expire(self) -> None:
        self.abort(translate(TimeoutError(), self._timer, self.request))

    async def read(self) -> bytes:
        """The whole body. Raises `APITimeoutError`, `APIConnectionError` when it does not come whole, and
        `APIResponseValidationError` when it is longer, decompressed, than the pool allows."""
        if self._content is None:
            reader = self._reader
            self.is_consumed = True
            if reader.is_eof() and reader.exception() is None and self._decompressor is None:
                # A small answer has arrived whole with its headers: no wait, no timer.
                content = reader.read_nowait()
                self._end()
            else:
                content = await self._read_on(self._max_bytes)
            if self._max_bytes is not None and len(content) > self._max_bytes:
                del content  # what a server sent is in no frame of an error: it may be the request
                raise self._too_long(self._max_bytes)
            self._content = content
        return self._content

    async def _read_on(self, max_bytes: int | None) -> bytes:
        """The body up to its end. Raises as `read` does."""
        chunks: list[bytes] = []
        try:
            size = await self._gather(max_bytes, chunks)
        except BaseException:
            chunks = []  # what a server sent is in no frame of an error: it may have sent the request back
            raise
        if max_bytes is not None and size > max_bytes:
            chunks.clear()
            raise self._too_long(max_bytes)
        if size < _LARGE_JOIN_BYTES:
            return b"".join(chunks)
        return await self.compute(_joined, chunks)

    async def read_start(self, max_bytes: int) -> bytes:
        """The first ``max_bytes`` of the body, or what comes of them soon; the rest is not read.

        For the body of an error, whose status says the most: it may break off, or drip for ever.
        """
        kept: list[bytes] = []
        give_up = self._loop.call_later(_ERROR_BODY_S, self.abort)
        try:
            await self._gather(max_bytes, kept)
        except (APIConnectionError, APIResponseValidationError):
            pass
        except BaseException:
            kept = []  # as in `_read_on`
            raise
        finally:
            give_up.cancel()
        return b"".join(kept)[:max_bytes]

    async def _gather(self, max_bytes: int | None, kept: list[bytes]) -> int:
        """Read the body up to its end, or to the first chunk beyond ``max_bytes``, into ``kept``. Returns its bytes."""
        size = 0
        failed: APIError
        try:
            async with contextlib.aclosing(self.pieces()) as pieces:
                async for piece in pieces:
                    kept.append(piece)
                    size += len(piece)
                    if max_bytes is not None and size > max_bytes:
                        break
            return size
        except APIConnectionError as error:
            # If it cannot be unpacked, all that the server sent has come: the response is wrong, not the connection.
            is_packed = isinstance(error.__cause__, DecompressionError)
            failed = self._not_unpacked(b"".join(kept), error) if is_packed else error
        except BaseException:
            kept, piece = [], b""  # as below: what reports a cancellation shows its frames, too
            raise
        # What a server sent is in no frame of an error: it may have sent the request back.
        del kept
        piece = b""
        try:
            raise without_frames(failed)
        finally:
            del failed  # its traceback refers to this frame: a cycle otherwise

    def _not_unpacked(self, content: bytes, error: APIError) -> APIResponseValidationError:
        content = scrub(content, self.sent)
        response = ErrorResponse(self.status, scrub_headers(self.headers, self.sent), content, self.request)
        message = f"The answer ({self.status}) cannot be unpacked: {error.__cause__}."
        made = APIResponseValidationError(response, content.decode(errors="replace"), message=message)
        made.__cause__ = error.__cause__
        return made

    def _too_long(self, max_bytes: int) -> APIResponseValidationError:
        return APIResponseValidationError(
            ErrorResponse(self.status, scrub_headers(self.headers, self.sent), b"", self.request),
            message=f"The answer is longer than {max_bytes} bytes (the `max_response_bytes` of DefaultAioHttpClient) once it "
            "is decompressed, and was not read to its end.",
        )

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces as they arrive."""
        self.is_consumed = True
        try:
            while True:
                piece = await self.next_piece()
                if not piece:
                    return
                yield piece
                del piece  # the next error must not have it in its frames
        finally:
            if not self._reader.at_eof():
                self.abort()

    async def next_piece(self) -> bytes:
        """The bytes that have arrived, waiting for some; ``b""`` at the end."""
        reader = self._reader
        timer = self._timer
        if asyncio.get_running_loop() is not self._loop:
            raise GroqError(
                "an answer is read on the event loop that it was made on, and this is another one"
            )
        if not timer.phase:
            timer.start_phase("read")
        try:
            piece = await (
                reader.readany() if self._decompressor is None else self._decompressor.readany(reader)
            )
        except asyncio.CancelledError:
            self.abort()
            raise
        except BaseException as error:
            piece = self._arrived_before()
            if piece:
                return piece  # the next call meets the error again
            self._end()
            _close(self._response)
            translated = self._broken or translate(error, self._timer, self.request)
            if translated is None:
                raise
            cause = error.__cause__ if translated is error else without_secrets(error)
            without_frames(error)  # it becomes the context
            raise without_frames(self.told(translated)) from cause
        if self._broken is not None:
            del piece
            raise without_frames(self.told(self._broken))
        if timer.phase == "read":
            timer.stop_phase()
        if not piece:
            self._end()
        return piece

    def _arrived_before(self) -> bytes:
        piece = arrived_before(self._reader)
        if piece and self._decompressor is not None:
            with contextlib.suppress(DecompressionError):
                return self._decompressor.decompress(piece)
            return b""
        return piece

    def told(self, error: APIError) -> APIError:
        """The error with all tries of the call in it: those before this answer, and this one."""
        error.attempts = (*self.attempts, Attempt(None, error.message, 0.0, error.request_id))
        return error

    def expect_events(self) -> None:
        """It is a stream of events, each in an HTTP chunk of its own: the way of reading that is cheapest for that."""
        read_events(self._reader)

    def wait_for_event(self) -> None:
        """The ``idle`` limit runs from now on, whatever bytes come."""
        self._timer.start_phase("idle")

    def event_came(self) -> None:
        """Nobody waits for an event at the moment."""
        self._timer.stop_phase()

    def _end(self) -> None:
        if self._ended_at is None:
            self._ended_at = self._loop.time()
            self._pool = None
            end_tracing(self._reader)
        self._timer.stop()
        if self._guard is not None:
            self._guard.detach()

    def abort(self, error: APIError | None = None) -> None:
        """Close the connection at once. A reader that waits for the body gets ``error``."""
        if self._ended_at is not None:
            return
        self._end()
        if error is None:
            error = APIConnectionError("The response was closed before its body had been read.", self.request)
        self._broken = error
        if self._reader.exception() is None:
            self._reader.set_exception(error)
        _close(self._response)

    def client_closed(self) -> None:
        """The connections of the client are being closed: whoever reads the body gets an error."""
        self.abort(
            APIConnectionError(
                "Connection error: the client was closed while the response was being read.", self.request
            )
        )

    async def drain(self) -> APIError | None:
        """Read what little is left, so that the connection is clean and is used again; give up soon.

        Returns the error of a body that broke off, None for one that ended in order or that nobody waited for.
        """
        give_up = self._loop.call_later(_DRAIN_S, self.abort)
        try:
            while await self.next_piece():
                pass
        except APIError as error:
            return error if self._broken is None else None
        finally:
            give_up.cancel()
        return None

    async def close(self) -> None:
        """Close the body; the connection is reused when it was read to its end."""
        if self._reader.is_eof() and self._reader.exception() is None:
            # Everything has arrived, read or not: the connection is clean.
            self._response.release()
            self._end()
        else:
            self.abort()

    async def compute(self, work: Callable[..., T], /, *args: Any) -> T:
        """``work(*args)``, which takes long, off the loop. Raises what it raises."""
        return await run(PARSING, work, *args)

    async def save(self, path: str | os.PathLike[str], chunk_bytes: int) -> int:
        """Write the body to ``path``, which appears whole or not at all, within the deadline of the call.

        Returns the bytes written. Raises `OSError` where it cannot be written, `StreamAlreadyConsumed` where some of
        it was read already and not kept: the file would not be whole.
        """
        from .files import gathered, sliced, write_atomically

        if self._content is not None:  # the call has ended
            return await write_atomically(path, sliced(self._content, chunk_bytes))
        if self.is_consumed:
            raise StreamAlreadyConsumed
        timer = self._timer
        saving = write_atomically(path, gathered(self.pieces(), chunk_bytes))
        try:
            return await in_time(saving, timer.deadline, timer.total_s, self.request)
        except APITimeoutError as error:
            if not error.attempts:
                self.told(error)
            raise


def _joined(chunks: list[bytes]) -> bytes:
    """``chunks`` as one. They are let go of in between, not all at once: freeing them takes as long as copying."""
    content = b"".join(chunks)  # without the GIL, from 1 MiB on
    while chunks:
        del chunks[-1]
    return content


def _abandon(response: aiohttp.ClientResponse, timer: PhaseTimer, loop: asyncio.AbstractEventLoop) -> None:
    """Close the connection of a body that was collected, in whichever thread that happened."""

    def close() -> None:
        timer.stop()
        _close(response)

    if loop.is_closed():
        _close(response)
        return
    with contextlib.suppress(RuntimeError):  # the loop may close in between
        loop.call_soon_threadsafe(close)


def _close(response: aiohttp.ClientResponse) -> None:
    response.close()
    forget_connection(response)
