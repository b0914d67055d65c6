"""Reading what a user gave to be uploaded, so that no byte of it is lost and nothing cut short is taken for whole."""

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
"""What cannot be read twice is kept aside while it is sent: on disk, once it is longer than this."""
_CLEANUP_S = 1.0
"""Seconds that a source is given to end once nobody wants its bytes any more."""


class UploadSourceError(Exception):
    """Carries what a source raised, as ``error``, to the one who called.

    As it is it would not get there: asyncio takes a `SystemExit` for the end of its loop, a `CancelledError` for an
    end of the task that writes, and cannot hand on a `StopIteration` at all.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(type(error).__name__)
        self.error: BaseException = error
        if isinstance(error, asyncio.CancelledError):
            # Nobody cancelled the caller, so it must not look like that.
            self.error = GroqError("the source of an upload was cancelled before it had given all its bytes")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call what may block, off the loop. Raises `UploadSourceError` with whatever it raises."""

    def call() -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            raise UploadSourceError(error) from None

    return await run(FILES, call)


def as_bytes(chunk: object) -> bytes:
    """What a source gave, as bytes. Raises `TypeError` for what is none, `BlockingIOError` for a file that has none
    at the moment, which must not be taken for its end."""
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, (bytearray, memoryview)):
        return bytes(cast("bytearray", chunk))
    if isinstance(chunk, str):
        raise TypeError("the file gives text; open it with mode 'rb'")
    if chunk is None:
        raise BlockingIOError("the file has no bytes at the moment; open it in blocking mode")
    raise TypeError(f"the file gives {type(chunk).__name__}, not bytes")


class SpooledSource:
    """A source that can be read only once, and what it gave so far, kept for another try.

    One task reads it, a chunk whenever one is wanted. It outlives a try that breaks off, so that the next one goes on
    where the source is; and the source is read by the same task from its start to its end, as its own time limits
    may ask.
    """

    def __init__(self, source: Any) -> None:
        self._source: AsyncIterable[object]
        self._source = source if isinstance(source, AsyncIterable) else _chunks(source)
        self._spool: Any = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)
        self._lock = threading.Lock()
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._came = asyncio.Event()
        self._latest = b""
        self._kept_bytes = 0
        self._is_on_disk = False
        self._is_whole = False
        self._failed: UploadSourceError | None = None

    async def read(self, offset: int) -> bytes:
        """Some bytes from ``offset`` on, none at the end. Raises `UploadSourceError`."""
        while True:
            if self._failed is not None:
                raise self._failed
            if offset < self._kept_bytes or self._is_whole:
                break
            # Before the task: under an eager task factory it runs at once, up to its first wait or to its end.
            self._came.clear()
            self._wanted.set()
            if self._task is None:
                self._task = asyncio.create_task(self._read())
            await self._came.wait()
        start = offset - (self._kept_bytes - len(self._latest))
        if start >= 0:
            return self._latest[start : start + CHUNK_BYTES]
        if not self._is_on_disk:
            return self._kept(offset)
        return await in_thread(self._kept, offset)

    async def _read(self) -> None:
        try:
            async for chunk in self._source:
                await self._keep(as_bytes(chunk))
            self._is_whole = True
        except UploadSourceError as failed:
            self._failed = failed
        except BaseException as error:
            self._failed = UploadSourceError(error)
        finally:
            self._came.set()

    async def _keep(self, chunk: bytes) -> None:
        """Set a chunk aside, and wait until another one is wanted."""
        if not chunk:
            return
        if self._kept_bytes + len(chunk) > _SPOOL_BYTES:
            self._is_on_disk = True
        if self._is_on_disk:
            await run(FILES, self._append, chunk)
        else:
            self._append(chunk)
        self._latest = chunk
        self._kept_bytes += len(chunk)
        self._wanted.clear()
        self._came.set()
        await self._wanted.wait()

    # A thread whose try broke off goes on for a while, so both go to their place themselves, one at a time.

    def _append(self, chunk: bytes) -> None:
        with self._lock:
            self._spool.seek(self._kept_bytes)
            self._spool.write(chunk)

    def _kept(self, offset: int) -> bytes:
        with self._lock:
            self._spool.seek(offset)
            return as_bytes(self._spool.read(min(CHUNK_BYTES, self._kept_bytes - offset)))

    def close(self) -> Awaitable[object]:
        """Read no more from now on, and drop what was kept, whoever waits for it."""
        if self._task is not None:
            self._task.cancel()
        return asyncio.shield(asyncio.create_task(self._end()))

    async def _end(self) -> None:
        try:
            if self._task is not None:
                await asyncio.wait([self._task], timeout=_CLEANUP_S)
        finally:
            if self._is_on_disk:
                await run_cleanup(self._drop)
            else:
                self._drop()

    def _drop(self) -> None:
        with self._lock:
            self._spool.close()


async def _chunks(file: Any) -> AsyncIterator[bytes]:
    while chunk := as_bytes(await in_thread(file.read, CHUNK_BYTES)):
        yield chunk
