"""Reads the source of an upload: no byte is lost, and a truncated source is never taken for whole."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Any, ParamSpec, TypeVar, cast

from ..errors import GroqError
from .threads import FILES, run, run_cleanup

P = ParamSpec("P")
T = TypeVar("T")

CHUNK_BYTES = 256 * 1024
"""Bytes read or written at a time."""
_SPOOL_BYTES = 1024 * 1024
"""A source that can be read only once is spooled while it is sent: on disk once it is longer than this."""
_CLEANUP_S = 1.0
"""Seconds that a source is given to end after its task was cancelled."""


class UploadSourceError(Exception):
    """Wraps the exception of a source, as ``error``, on its way to the caller.

    Unwrapped, asyncio would take a `SystemExit` for the end of its loop and a `CancelledError` for the end of the task that
    writes, and it cannot pass on a `StopIteration` at all.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(type(error).__name__)
        self.error: BaseException = error
        if isinstance(error, asyncio.CancelledError):
            # The caller was not cancelled, and must not see a cancellation.
            self.error = GroqError("the source of an upload was cancelled before it had given all its bytes")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that may block in a thread. Raises `UploadSourceError` with what it raises."""

    def call() -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            raise UploadSourceError(error) from None

    return await run(FILES, call)


def as_bytes(chunk: object) -> bytes:
    """Return the result of a source's read as bytes. Raises `TypeError` if it is not bytes.

    Raises `BlockingIOError` for None: a non-blocking file has no bytes at the moment, which is not its end.
    """
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, (bytearray, memoryview)):
        return bytes(cast("bytearray", chunk))
    if isinstance(chunk, str):
        raise TypeError("the file returns text; open it with mode 'rb'")
    if chunk is None:
        raise BlockingIOError("the file has no bytes at the moment; open it in blocking mode")
    raise TypeError(f"the file returns {type(chunk).__name__}, not bytes")


class SpooledSource:
    """A source that can be read only once. The bytes read so far are spooled for the next attempt.

    One task reads the source from start to end, because a timeout within the source may require that. It reads a chunk when one
    is needed, and outlives a failed attempt, so that the next attempt goes on where the source is.
    """

    def __init__(self, source: Any) -> None:
        self._source: AsyncIterable[object]
        self._source = source if isinstance(source, AsyncIterable) else _chunks(source)
        self._spool: Any = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)
        self._lock = threading.Lock()
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._arrived = asyncio.Event()
        self._latest = b""
        self._spooled_bytes = 0
        self._is_on_disk = False
        self._is_whole = False
        self._failed: UploadSourceError | None = None

    async def read(self, offset: int) -> bytes:
        """Return some bytes from ``offset`` on, ``b""`` at the end. Raises `UploadSourceError`."""
        while True:
            if self._failed is not None:
                raise self._failed
            if offset < self._spooled_bytes or self._is_whole:
                break
            # Before the task starts: under an eager task factory it runs at once, up to its first await or its end.
            self._arrived.clear()
            self._wanted.set()
            if self._task is None:
                self._task = asyncio.create_task(self._read())
            await self._arrived.wait()
        start = offset - (self._spooled_bytes - len(self._latest))
        if start >= 0:
            return self._latest[start : start + CHUNK_BYTES]
        if not self._is_on_disk:
            return self._spooled(offset)
        return await in_thread(self._spooled, offset)

    async def _read(self) -> None:
        try:
            async for chunk in self._source:
                await self._append_chunk(as_bytes(chunk))
            self._is_whole = True
        except UploadSourceError as failed:
            self._failed = failed
        except BaseException as error:
            self._failed = UploadSourceError(error)
        finally:
            self._arrived.set()

    async def _append_chunk(self, chunk: bytes) -> None:
        """Spool a chunk, and wait until another one is needed."""
        if not chunk:
            return
        if self._spooled_bytes + len(chunk) > _SPOOL_BYTES:
            self._is_on_disk = True
        if self._is_on_disk:
            await run(FILES, self._append, chunk)
        else:
            self._append(chunk)
        self._latest = chunk
        self._spooled_bytes += len(chunk)
        self._wanted.clear()
        self._arrived.set()
        await self._wanted.wait()

    # The thread of a failed attempt may still run: each of the two seeks to its own offset, one at a time.

    def _append(self, chunk: bytes) -> None:
        with self._lock:
            self._spool.seek(self._spooled_bytes)
            self._spool.write(chunk)

    def _spooled(self, offset: int) -> bytes:
        with self._lock:
            self._spool.seek(offset)
            return as_bytes(self._spool.read(min(CHUNK_BYTES, self._spooled_bytes - offset)))

    def close(self) -> Awaitable[object]:
        """Stop reading and discard the spooled bytes, even if the returned awaitable is cancelled."""
        if self._task is not None:
            self._task.cancel()
        return asyncio.shield(asyncio.create_task(self._end()))

    async def _end(self) -> None:
        try:
            if self._task is not None:
                await asyncio.wait([self._task], timeout=_CLEANUP_S)
        finally:
            if self._is_on_disk:
                await run_cleanup(self._discard)
            else:
                self._discard()

    def _discard(self) -> None:
        with self._lock:
            self._spool.close()


async def _chunks(file: Any) -> AsyncIterator[bytes]:
    while chunk := as_bytes(await in_thread(file.read, CHUNK_BYTES)):
        yield chunk
