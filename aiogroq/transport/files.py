"""Files that appear whole or not at all, written and read off the loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import stat
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import IO, Literal

from aiofiles.threadpool import wrap

_MAX_NAME_BYTES = 200
"""File systems take 255, and the temporary name is longer."""


async def write_atomically(path: str | os.PathLike[str], pieces: AsyncIterator[bytes | memoryview]) -> int:
    """Write ``pieces`` to ``<name>.<random>.part`` beside ``path``, then rename it to ``path``.

    Returns the bytes written. Whatever goes wrong, cancellation included, leaves the old file, or none. A file that is
    replaced hands its permissions on, a link stays a link, and a device or a pipe (``/dev/stdout``) is written to, never
    replaced. Raises `OSError` where the directory is missing or may not be written.
    """
    written = 0
    target = _Target(path)
    try:
        file = wrap(await asyncio.to_thread(target.open))
        async for piece in pieces:
            written += len(piece)
            await file.write(piece)
        await file.close()
        await asyncio.to_thread(target.take_place)
    except BaseException:
        # Begun before anything is awaited, where another cancellation could come between.
        discarded = in_background(target.discard)
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
        await discarded
        raise
    return written


class _Target:
    """A file to be replaced as a whole. Its methods block, and may be called in any order: a call that nobody waits for
    any more still runs."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._given = path
        self._lock = threading.Lock()
        self._is_discarded = False
        self._file: IO[bytes] | None = None
        self._path = self._part = Path()
        self._is_special = False

    def open(self) -> IO[bytes]:
        """Open what is written to. Raises `OSError`."""
        self._path = path = Path(self._given).resolve()
        # Something that is no ordinary file stands there: that is written to. To open it may wait for somebody who reads.
        self._is_special = path.exists() and not path.is_file()
        if self._is_special:
            self._file = self._opened(path, "wb")
            return self._file
        name = path.name if len(os.fsencode(path.name)) <= _MAX_NAME_BYTES else "download"
        self._part = path.with_name(f"{name}.{secrets.token_hex(4)}.part")
        with self._lock:
            if self._is_discarded:
                raise FileNotFoundError(os.fspath(self._given))
            self._file = self._opened(self._part, "xb")
            with contextlib.suppress(OSError):
                os.chmod(self._part, stat.S_IMODE(path.stat().st_mode))
            return self._file

    def _opened(self, path: Path, mode: Literal["wb", "xb"]) -> IO[bytes]:
        try:
            return path.open(mode)
        except OSError as error:
            error.filename = os.fspath(self._given)  # the name that the caller knows
            raise

    def take_place(self) -> None:
        """Take the place of the old file. Raises `OSError`."""
        if not self._is_special:
            os.replace(self._part, self._path)

    def discard(self) -> None:
        """Leave nothing of what was written."""
        with self._lock:
            self._is_discarded = True
            # The disk may be full, and what is still to be written is not wanted.
            with contextlib.suppress(OSError):
                if self._file is not None:
                    self._file.close()
            if not self._is_special:
                with contextlib.suppress(OSError):
                    os.unlink(self._part)


def in_background(work: Callable[[], object]) -> Awaitable[object]:
    """Do what blocks in a thread, from now on and to its end, whoever still waits for it or is cancelled."""
    loop = asyncio.get_running_loop()
    try:
        return asyncio.shield(loop.run_in_executor(None, work))
    except RuntimeError:  # the loop is coming to its end, and takes no more
        work()
        done = loop.create_future()
        done.set_result(None)
        return done


async def sliced(content: bytes, size: int) -> AsyncIterator[bytes | memoryview]:
    """``content`` in pieces of ``size`` bytes."""
    view = memoryview(content)
    for start in range(0, len(content), size):
        yield view[start : start + size]


async def gathered(pieces: AsyncGenerator[bytes, None], size: int) -> AsyncIterator[bytes]:
    """``pieces`` joined until they are at least ``size`` bytes: one hop to the file's thread for many of them."""
    held: list[bytes] = []
    held_bytes = 0
    try:
        async for piece in pieces:
            held.append(piece)
            held_bytes += len(piece)
            if held_bytes >= size:
                yield b"".join(held)
                held, held_bytes = [], 0
    finally:
        await pieces.aclose()
    if held:
        yield b"".join(held)
