"""What a journal asks of the operating system: a lock, reads at an offset, a flush to the disk."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import JournalError

READ_BYTES = 16 * 1024

if sys.platform == "win32":
    import msvcrt

    # Beyond the end of any journal: on Windows nobody can read locked bytes.
    _LOCKED_BYTE = 1 << 62

    def _lock(fd: int) -> None:
        os.lseek(fd, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

    def read_at(fd: int, offset: int, count: int = READ_BYTES) -> bytes:
        """Return up to ``count`` bytes at ``offset``. The file is appended to, wherever its position is."""
        os.lseek(fd, offset, os.SEEK_SET)
        return os.read(fd, count)

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def read_at(fd: int, offset: int, count: int = READ_BYTES) -> bytes:
        """Return up to ``count`` bytes at ``offset``."""
        return os.pread(fd, count, offset)


def open_locked(path: Path) -> int:
    """Open a journal for reading and appending, and lock it. Returns the file descriptor.

    Raises `JournalError` if another process, or another job of this one, has it, or if it cannot be opened.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    try:
        fd = os.open(path, flags, 0o666)
    except OSError as error:
        raise JournalError(f"the journal {path} cannot be opened: {error.strerror}") from error
    try:
        _lock(fd)
    except OSError:
        os.close(fd)
        raise JournalError(
            f"the journal {path} is in use by another job; wait for its end, or use another journal"
        ) from None
    return fd


def is_deleted(fd: int, path: Path) -> bool:
    """Return whether an open file has no name any more."""
    opened = os.fstat(fd)
    if opened.st_nlink:
        return False
    try:  # there are file systems that count no names
        return not os.path.samestat(os.stat(path), opened)
    except OSError:
        return True


def flush_to_disk(fd: int) -> None:
    """Return when all that was written is on the disk."""
    getattr(os, "fdatasync", os.fsync)(fd)
