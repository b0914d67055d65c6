"""`AioBody`: the body of one response, read from its connection chunk by chunk."""

from __future__ import annotations

import asyncio
import contextlib
import os
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from ..errors import APIConnectionError, APIError, Attempt, GroqError, RequestInfo
from ..protocol.status_errors import too_large
from ..protocol.tracebacks import drop_frames
from ._aiohttp import buffered_data, end_tracing, forget_connection, read_events
from .decompress import DecompressionError, decompressor_for
from .exceptions import map_exception, redact_exception
from .read_body import read_whole
from .threads import PARSING, run
from .timers import PhaseTimer

if TYPE_CHECKING:
    from .http_client import DefaultAioHttpClient

T = TypeVar("T")

_DRAIN_S = 0.5
"""Seconds to wait for the end of a body of which no more data is wanted."""


class AioBody:
    """A `response.Body` over an ``aiohttp.ClientResponse``.

    The connection goes back to the pool by itself at the end of the body. Closing the body earlier closes the
    connection, because the rest of the body cannot be told apart from the next response.
    """

    __slots__ = (
        "__weakref__", "_content", "_decompressor", "_ended_at", "_error", "_finalizer", "_loop", "_max_bytes", "_pool",
        "_reader", "_response", "_timer", "attempts", "headers", "is_consumed", "request", "sent", "status",
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
        self._ended_at: float | None = None
        self._max_bytes = pool.max_response_bytes
        # Keeps the client alive, which may be a temporary object and would close its connections.
        self._pool: DefaultAioHttpClient | None = pool
        self._timer = timer
        timer.stop_phase()
        timer.on_expiry = self._expire
        self._content: bytes | None = None
        self._error: APIError | None = None  # that of `abort`
        self.request: RequestInfo = request
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self.sent: Mapping[str, str] = sent
        """The headers of the request, whose secrets are redacted in errors."""
        self.is_consumed: bool = False
        self.attempts: list[Attempt] = []
        """The failed attempts before this response."""
        self._finalizer: weakref.finalize[..., AioBody] | None = None

    @property
    def url(self) -> str:
        """The URL of the request."""
        return self.request.url

    @property
    def http_version(self) -> str:
        """The version of the protocol, such as ``HTTP/1.1``."""
        version = self._response.version
        return f"HTTP/{version.major}.{version.minor}" if version else "HTTP/1.1"

    @property
    def is_framed(self) -> bool:
        """Whether HTTP says where the body ends. If not, it ends with its connection, and a truncated body looks the same."""
        return "Content-Length" in self.headers or "Transfer-Encoding" in self.headers

    @property
    def raw(self) -> aiohttp.ClientResponse:
        """The response object of aiohttp."""
        return self._response

    @property
    def is_closed(self) -> bool:
        """Whether the body was read to its end or closed."""
        # aiohttp's own flag tells whether the connection is free, which it is before a small body has been read.
        return self._content is not None or self._ended_at is not None

    @property
    def elapsed_s(self) -> float:
        """Seconds from sending the request to the end of the body, or to now."""
        return (self._ended_at or self._loop.time()) - self._timer.started_at

    def attach_finalizer(self) -> None:
        """Close the connection when the body is garbage-collected unread. To be called before a caller gets the body.

        The timer must not keep the body alive meanwhile, so it refers to it weakly from now on.
        """
        this = weakref.ref(self)

        def expire() -> None:
            body = this()
            if body is not None:
                body._expire()

        self._timer.on_expiry = expire
        self._finalizer = weakref.finalize(self, _finalize, self._response, self._timer, self._loop)
        self._finalizer.atexit = False

    def _expire(self) -> None:
        self.abort(map_exception(TimeoutError(), self._timer, self.request))

    async def read(self) -> bytes:
        """Return the whole body. Raises as `read_whole` does."""
        if self._content is None:
            reader = self._reader
            self.is_consumed = True
            if reader.is_eof() and reader.exception() is None and self._decompressor is None:
                # A small body mostly arrives with its headers: no wait, no timer.
                content = reader.read_nowait()
                self._end()
                if self._max_bytes is not None and len(content) > self._max_bytes:
                    del content
                    raise too_large(self, self._max_bytes)
            else:
                content = await read_whole(self, self._max_bytes)
            self._content = content
        return self._content

    async def iter_chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body in chunks as they arrive. Closes the connection if the caller stops early."""
        self.is_consumed = True
        try:
            while True:
                chunk = await self.read_chunk()
                if not chunk:
                    return
                yield chunk
                del chunk  # the next error must not have it in its frames
        finally:
            if not self._reader.at_eof():
                self.abort()

    async def read_chunk(self) -> bytes:
        """Return the bytes that have arrived, waiting for some; ``b""`` at the end.

        Raises `APITimeoutError`, and `APIConnectionError` when the body breaks off or is closed meanwhile.
        """
        reader = self._reader
        timer = self._timer
        if asyncio.get_running_loop() is not self._loop:
            raise GroqError("this response belongs to another event loop; read it on the loop of its call")
        if not timer.phase:
            timer.start_phase("read")
        try:
            chunk = await (
                reader.readany() if self._decompressor is None else self._decompressor.readany(reader)
            )
        except asyncio.CancelledError:
            self.abort()
            raise
        except BaseException as error:
            chunk = self._buffered_data()
            if chunk:
                return chunk  # the next call meets the error again
            self._end()
            _close(self._response)
            mapped = self._error or map_exception(error, self._timer, self.request)
            if mapped is None:
                raise
            cause = error.__cause__ if mapped is error else redact_exception(error)
            drop_frames(error)  # it becomes the context
            raise drop_frames(self.with_attempts(mapped)) from cause
        if self._error is not None:
            del chunk
            raise drop_frames(self.with_attempts(self._error))
        if timer.phase == "read":
            timer.stop_phase()
        if not chunk:
            self._end()
        return chunk

    def _buffered_data(self) -> bytes:
        """Return the bytes that arrived before the connection failed."""
        data = buffered_data(self._reader)
        if data and self._decompressor is not None:
            with contextlib.suppress(DecompressionError):
                return self._decompressor.decompress(data)
            return b""
        return data

    def with_attempts(self, error: APIError) -> APIError:
        """Set the attempts of ``error`` to those of the call, this response included, and return it."""
        error.attempts = (*self.attempts, Attempt(None, error.message, 0.0, error.request_id))
        return error

    def expect_events(self) -> None:
        """Use the way of reading that costs least for a stream, whose events each have an HTTP chunk of their own."""
        read_events(self._reader)

    def start_idle_timer(self) -> None:
        """Start the ``idle`` timeout, which goes on whatever bytes arrive."""
        self._timer.start_phase("idle")

    def stop_idle_timer(self) -> None:
        """Stop the ``idle`` timeout."""
        self._timer.stop_phase()

    def _end(self) -> None:
        if self._ended_at is None:
            self._ended_at = self._loop.time()
            self._pool = None
            end_tracing(self._reader)
        self._timer.stop()
        if self._finalizer is not None:
            self._finalizer.detach()

    def abort(self, error: APIError | None = None) -> None:
        """Close the connection at once. A task that waits for the body gets ``error``."""
        if self._ended_at is not None:
            return
        self._end()
        if error is None:
            error = APIConnectionError("The response was closed before its body had been read.", self.request)
        self._error = error
        if self._reader.exception() is None:
            self._reader.set_exception(error)
        _close(self._response)

    def client_closed(self) -> None:
        """Close the connection because its client is closed. A task that waits for the body gets an error."""
        message = "Connection error: the client was closed while the response was being read."
        self.abort(APIConnectionError(message, self.request))

    async def drain(self) -> APIError | None:
        """Read the short rest of the body for half a second at most, so that the connection can be reused.

        Returns the error if the body breaks off; None if it ends in order or does not end in time.
        """
        timeout = self._loop.call_later(_DRAIN_S, self.abort)
        try:
            while await self.read_chunk():
                pass
        except APIError as error:
            return error if self._error is None else None
        finally:
            timeout.cancel()
        return None

    async def close(self) -> None:
        """Close the body. The connection is reused if all of the body has arrived, read or not."""
        if self._reader.is_eof() and self._reader.exception() is None:
            self._response.release()
            self._end()
        else:
            self.abort()

    async def compute(self, function: Callable[..., T], /, *args: Any) -> T:
        """Return ``function(*args)``, run in a thread because it takes long. Raises what it raises."""
        return await run(PARSING, function, *args)

    async def save(self, path: str | os.PathLike[str], chunk_bytes: int) -> int:
        """Write the body to ``path``, which appears whole or not at all, within the deadline of the call.

        Returns the bytes written. Raises as `save_body` does.
        """
        from .files import save_body  # most clients save nothing

        return await save_body(self, self._content, path, chunk_bytes, self._timer)


def _finalize(response: aiohttp.ClientResponse, timer: PhaseTimer, loop: asyncio.AbstractEventLoop) -> None:
    """Close the connection of a body that was garbage-collected, in whichever thread that happened."""

    def close() -> None:
        timer.stop()
        _close(response)

    if loop.is_closed():
        _close(response)
        return
    with contextlib.suppress(RuntimeError):  # the loop may be closed in between
        loop.call_soon_threadsafe(close)


def _close(response: aiohttp.ClientResponse) -> None:
    response.close()
    forget_connection(response)
