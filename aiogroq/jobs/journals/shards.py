"""`Shards`: the journals in a folder, one for each writer, as one list of outcomes.

An outcome has an address, which is the number of its shard and its offset there. Only the process that made a shard appends to
it. The others read what is complete: the last line of a writer that was killed stays torn and does not count.
"""

from __future__ import annotations

import contextlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from ..errors import JournalError
from .claim import CLAIM_NAME
from .file import open_locked
from .lines import HEADER_START, JournalHeader
from .reading import check_header, line_at, lines_from, no_journal

SUFFIX = ".jsonl"
_HISTORY_SUFFIX = ".history.jsonl"
_OFFSET_BITS = 32
MAX_SHARDS = 1 << 14
_MAX_OPEN = 64
"""How many shards of others are open at a time."""


def address_of(number: int, offset: int) -> int:
    """Return the address of an offset of a shard. Shard 0 begins with a header, so no outcome has the address 0."""
    return number << _OFFSET_BITS | offset


def place_of(address: int) -> tuple[int, int]:
    """Return the number of the shard and the offset of an address."""
    return address >> _OFFSET_BITS, address & ((1 << _OFFSET_BITS) - 1)


class Shards:
    """The shards of a folder, numbered in the order in which they were found. The methods block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names: list[str] = []
        self._ends: dict[str, int] = {}
        """How far each shard of others was read."""
        self._open: OrderedDict[int, int] = OrderedDict()
        """The file descriptors of shards of others, the longest unused first."""

    def new_lines(self, header: JournalHeader) -> Iterator[tuple[int, bytes]]:
        """Yield address and content of each complete line that others wrote since the last call.

        Raises `JournalError` for a shard of another job, and for a file that is no journal.
        """
        for name in sorted(self._listed()):
            try:
                fd = os.open(self._path / name, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            except OSError:  # it was renamed by fresh=True, or this user may not read it
                continue
            try:
                yield from self._lines_of(name, fd, header)
            finally:
                os.close(fd)

    def _listed(self) -> Iterator[str]:
        """Yield the names of the shards of others that have grown."""
        with os.scandir(self._path) as files:
            for file in files:
                name = file.name
                if not name.endswith(SUFFIX) or name.endswith(_HISTORY_SUFFIX) or not file.is_file():
                    continue
                end = self._ends.get(name, 0)
                if end >= 0 and file.stat().st_size > end:
                    yield name

    def _lines_of(self, name: str, fd: int, header: JournalHeader) -> Iterator[tuple[int, bytes]]:
        start = self._ends.get(name, 0)
        number = -1
        for offset, line in lines_from(fd, start):
            if offset == 0:
                if not line.startswith(HEADER_START):
                    raise no_journal(self._path / name)
                check_header(line, header, self._path / name)
                self._number(name)
            else:
                if number < 0:
                    number = self._names.index(name)
                yield address_of(number, offset), line
            self._ends[name] = offset + len(line)

    def _number(self, name: str) -> int:
        if len(self._names) >= MAX_SHARDS:
            raise JournalError(
                f"the journal {self._path} has more than {MAX_SHARDS:,} shards, one for each process that wrote to it; go on "
                "with another folder"
            )
        self._names.append(name)
        return self._names.index(name)  # another thread may have added one

    def add_own(self, name: str) -> int:
        """Add a shard that this process writes. Returns its number."""
        self._ends[name] = -1
        return self._number(name)

    def line(self, number: int, offset: int) -> bytes:
        """Return a line of a shard of others. Raises `JournalError`."""
        path = self._path / self._names[number]
        fd = self._open.pop(number, None)
        if fd is None:
            try:
                fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            except OSError as error:
                raise JournalError(f"the journal {path} cannot be read: {error.strerror}") from error
        self._open[number] = fd
        if len(self._open) > _MAX_OPEN:
            os.close(self._open.popitem(last=False)[1])
        return line_at(fd, offset, path)

    def close(self) -> None:
        """Close all files. May be called more than once."""
        while self._open:
            os.close(self._open.popitem()[1])


_CHECKED = 64
"""How many shards are looked at where nothing is read: those of one folder have the same header."""


def check_headers(path: Path, header: JournalHeader) -> None:
    """Raise `JournalError` if a folder has a shard of another job. Looks at the first ones only."""
    for name in sorted(_shards_in(path))[:_CHECKED]:
        with (path / name).open("rb") as file:
            line = file.readline()
        if not HEADER_START.startswith(line[: len(HEADER_START)]):
            raise no_journal(path / name)
        if line.endswith(b"\n"):  # else its writer was killed, or has just begun
            check_header(line, header, path / name)


def file_of_others(path: Path) -> str:
    """Return the name of a file in a folder that holds no journal; empty for a journal, and for a folder without files."""
    found = ""
    for file in sorted(path.iterdir()):
        if file.name == CLAIM_NAME or _is_shard(file):
            return ""
        is_ours = file.name == "old" or file.name.startswith(".") or file.name.endswith(_HISTORY_SUFFIX)
        if not is_ours:
            found = found or file.name
    return found


def _is_shard(file: Path) -> bool:
    if file.suffix != SUFFIX or not file.is_file():
        return False
    try:
        with file.open("rb") as opened:
            return opened.read(len(HEADER_START)) == HEADER_START
    except OSError:
        return False


def _shards_in(path: Path) -> list[str]:
    return [file.name for file in path.glob(f"*{SUFFIX}") if not file.name.endswith(_HISTORY_SUFFIX)]


def set_aside(path: Path) -> None:
    """Move the shards of a folder to its folder ``old``, where nobody reads them.

    Raises `JournalError` if a writer of one still runs, or if a file is no journal.
    """
    names = _shards_in(path)
    fds: list[int] = []
    try:
        for name in names:
            fds.append(open_locked(path / name))  # raises for one that is in use
            with (path / name).open("rb") as file:
                if not HEADER_START.startswith(file.read(len(HEADER_START))):  # it may be torn
                    raise no_journal(path / name)
        (path / "old").mkdir(exist_ok=True)
        if os.name == "nt":  # an open file cannot be renamed there
            while fds:
                os.close(fds.pop())
        for name in names:
            os.replace(path / name, path / "old" / name)
        with contextlib.suppress(FileNotFoundError):
            os.replace(path / CLAIM_NAME, path / "old" / CLAIM_NAME)
    finally:
        for fd in fds:
            os.close(fd)
