"""Files that appear whole or not at all, written and read off the loop."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from aiofiles.threadpool import wrap

from .threads import FILES, run, run_cleanup

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
        file = wrap(await run(FILES, target.open), executor=FILES)
        async for piece in pieces:
            written += len(piece)
            await file.write(piece)
        await run(FILES, target.take_place)
    except BaseException:
        # Begun before anything is awaited, where another cancellation could come between.
        discarded = run_cleanup(target.discard)
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
        try:
            return self._open()
        except OSError as error:
            error.filename = os.fspath(self._given)  # the name that the caller knows
            raise

    def _open(self) -> IO[bytes]:
        self._path = path = Path(os.path.realpath(self._given))
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            mode = None
        # Something that is no ordinary file stands there: that is written to. To open it may wait for somebody who reads.
        self._is_special = mode is not None and not stat.S_ISREG(mode)
        if self._is_special:
            file = path.open("wb")
            with self._lock:
                self._file = file
                if self._is_discarded:  # meanwhile
                    file.close()
                return file
        name = path.name if len(os.fsencode(path.name)) <= _MAX_NAME_BYTES else "download"
        self._part = path.with_name(f"{name}.{secrets.token_hex(4)}.part")
        # Never with more permissions than it will have. Those to run as its owner were for another content.
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
                    os.chmod(self._part, permissions)  # those that the umask took away
            return self._file

    def take_place(self) -> None:
        """Take the place of the old file, with all bytes on the disk. Raises `OSError`."""
        assert self._file is not None
        self._file.flush()
        if not self._is_special:
            try:
                # A file system may put the new name on the disk before the bytes, and then lose its power.
                os.fsync(self._file.fileno())
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems that cannot
                    raise
        self._file.close()
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
