"""Writes files that appear whole or not at all, in threads."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from aiofiles.threadpool import wrap

from ..errors import APITimeoutError
from ..response.body import StreamAlreadyConsumed
from .exceptions import with_deadline
from .threads import FILES, run, run_cleanup
from .timers import PhaseTimer

if TYPE_CHECKING:
    from .body import AioBody

_MAX_NAME_BYTES = 200
"""File systems allow 255, and the temporary name is longer."""


async def save_body(
    body: AioBody,
    content: bytes | None,
    path: str | os.PathLike[str],
    chunk_bytes: int,
    timer: PhaseTimer,
) -> int:
    """Write the body, or its ``content`` if it was read before, to ``path``, ``chunk_bytes`` at a time.

    Returns the bytes written. Raises `OSError` if it cannot be written, `APITimeoutError` when the deadline of the call
    passes, and `StreamAlreadyConsumed` if some of the body was streamed before: the file would not be complete.
    """
    if content is not None:  # the call has ended
        return await write_atomically(path, _split(content, chunk_bytes))
    if body.is_consumed:
        raise StreamAlreadyConsumed
    writing = write_atomically(path, _joined(body.iter_chunks(), chunk_bytes))
    try:
        return await with_deadline(writing, timer.deadline, timer.total_s, body.request)
    except APITimeoutError as error:
        if not error.attempts:
            body.with_attempts(error)
        raise


async def write_atomically(path: str | os.PathLike[str], chunks: AsyncIterator[bytes | memoryview]) -> int:
    """Write ``chunks`` to ``<name>.<random>.part`` beside ``path``, then rename it to ``path``. Return the bytes written.

    After an error or a cancellation the old file is still there, or none. The new file gets the permissions of the old one, a
    link stays a link, and a device or pipe (``/dev/stdout``) is written to, not replaced. Raises `OSError` if the directory is
    missing or not writable.
    """
    written = 0
    target = _Target(path)
    try:
        file = wrap(await run(FILES, target.open), executor=FILES)
        async for chunk in chunks:
            written += len(chunk)
            await file.write(chunk)
        await run(FILES, target.replace)
    except BaseException:
        # Start it before anything is awaited: another cancellation may come then.
        discarded = run_cleanup(target.discard)
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()
        await discarded
        raise
    return written


class _Target:
    """A file that is replaced as a whole. Its methods block: call them in threads.

    Their order is not guaranteed, because a thread goes on after the task that awaits it was cancelled.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._given = path
        self._lock = threading.Lock()
        self._is_discarded = False
        self._file: IO[bytes] | None = None
        self._path = self._part = Path()
        self._is_special = False

    def open(self) -> IO[bytes]:
        """Open the temporary file, or the device or pipe. Raises `OSError`."""
        try:
            return self._open()
        except OSError as error:
            error.filename = os.fspath(self._given)  # the name that the user knows
            raise

    def _open(self) -> IO[bytes]:
        self._path = path = Path(os.path.realpath(self._given))
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            mode = None
        # A device or pipe is written to. Opening a pipe may wait for a reader.
        self._is_special = mode is not None and not stat.S_ISREG(mode)
        if self._is_special:
            file = path.open("wb")
            with self._lock:
                self._file = file
                if self._is_discarded:  # in between
                    file.close()
                return file
        name = path.name if len(os.fsencode(path.name)) <= _MAX_NAME_BYTES else "download"
        self._part = path.with_name(f"{name}.{secrets.token_hex(4)}.part")
        # It never has more permissions than in the end. Bits such as setuid were for the old content.
        permissions = None if mode is None else mode & 0o777
        with self._lock:
            if self._is_discarded:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            self._file = open(
                self._part,
                "xb",
                opener=lambda path, flags: os.open(
                    path, flags, 0o666 if permissions is None else permissions
                ),
            )
            if permissions is not None:
                with contextlib.suppress(OSError):
                    os.chmod(self._part, permissions)  # those that the umask removed
            return self._file

    def replace(self) -> None:
        """Replace the old file, after all bytes are on the disk. Raises `OSError`."""
        assert self._file is not None
        self._file.flush()
        if not self._is_special:
            try:
                # Otherwise the new name may be on the disk before the bytes when the power fails.
                os.fsync(self._file.fileno())
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # the file system does not support it
                    raise
        self._file.close()
        if not self._is_special:
            os.replace(self._part, self._path)

    def discard(self) -> None:
        """Remove all that was written."""
        with self._lock:
            self._is_discarded = True
            # Closing flushes, which fails if the disk is full.
            with contextlib.suppress(OSError):
                if self._file is not None:
                    self._file.close()
            if not self._is_special:
                with contextlib.suppress(OSError):
                    os.unlink(self._part)


async def _split(content: bytes, size: int) -> AsyncIterator[bytes | memoryview]:
    """Yield ``content`` in chunks of ``size`` bytes."""
    view = memoryview(content)
    for start in range(0, len(content), size):
        yield view[start : start + size]


async def _joined(chunks: AsyncGenerator[bytes, None], size: int) -> AsyncIterator[bytes]:
    """Join ``chunks`` until they are at least ``size`` bytes: one hop to the thread of the file for many of them."""
    buffer: list[bytes] = []
    buffer_bytes = 0
    try:
        async for chunk in chunks:
            buffer.append(chunk)
            buffer_bytes += len(chunk)
            if buffer_bytes >= size:
                yield b"".join(buffer)
                buffer, buffer_bytes = [], 0
    finally:
        await chunks.aclose()
    if buffer:
        yield b"".join(buffer)
