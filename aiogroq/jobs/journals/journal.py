"""`Journal`: the file in which a job writes down what became of each item, and from which it is resumed.

Append-only JSONL: a header, then one line for each outcome. The lines of one turn of the event loop are one write, before the
next requests are sent, and the outcomes are delivered after that: so a process that is killed at any moment loses nothing that
was delivered; only a power failure may lose the last second. A last line that is not complete is truncated before anything is
appended.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import JournalError
from ..outcome import JobRequest, Outcome
from .file import flush_to_disk, is_deleted, open_locked, read_at
from .finding import Finder
from .index import JournalIndex, digest_of_id
from .lines import (
    HEADER_START,
    JournalHeader,
    decode_note,
    decode_outcome,
    encode_header,
    encode_note,
    encode_outcome,
    plain_header,
)
from .reading import check_header, entry_of, line_at, lines_from, no_journal

__all__ = ["Journal", "JournalError", "JournalHeader"]

_log = logging.getLogger("aiogroq")


class Journal:
    """One journal, open and locked. All methods block, `append` and `read` for some microseconds only."""

    path: Path | None
    """None for a temporary journal, which is deleted when it is closed."""
    header: JournalHeader

    def __init__(self, fd: int, path: Path | None, header: JournalHeader) -> None:
        self._fd = fd
        self.path = path
        self.header = header
        self._end = 0
        self._added: list[bytes] = []
        """Lines that are not written yet."""
        self._added_end = 0
        """Where they will end."""
        self._is_dirty = False
        self.failure: str | None = None
        """Why nothing can be written any more."""
        self._notes: dict[str, list[int]] = {}
        self._index = JournalIndex()
        self._finder = Finder(self._index, self.read, path)

    @classmethod
    def open(cls, path: str | os.PathLike[str], header: JournalHeader, *, fresh: bool = False) -> Journal:
        """Open the journal of a job, or begin it. Reads all of it: some seconds for 10**6 items.

        ``fresh``: begin anew. The old file is renamed to ``<name>.old``. Raises `JournalError` for a file that another
        process has, that is no journal, or that has another header.
        """
        file = Path(path)
        fd = open_locked(file)
        journal = cls(fd, file, plain_header(header))
        try:
            if fresh and os.fstat(fd).st_size:
                journal._set_aside(file)
            journal._load()
        except BaseException:
            journal.close()
            raise
        return journal

    @classmethod
    def temporary(cls, header: JournalHeader) -> Journal:
        """Make a journal that nobody resumes. It is deleted when it is closed, or with the process."""
        fd, name = tempfile.mkstemp(prefix="aiogroq-", suffix=".journal")
        os.close(fd)
        path = Path(name)
        fd = open_locked(path)
        with contextlib.suppress(OSError):  # Windows deletes no open file
            path.unlink()
        journal = cls(fd, None, plain_header(header))
        journal._temporary = path
        journal._write(encode_header(header))
        return journal

    _temporary: Path | None = None

    # ------------------------------------------------------------------------------------------------- reading

    @property
    def end(self) -> int:
        """Where the next line begins."""
        return self._added_end if self._added else self._end

    def __len__(self) -> int:
        """The number of outcomes that can still be found."""
        return len(self._index)

    def find(self, request: JobRequest) -> int | None:
        """Return where the outcome of an item is, from an earlier run; None if it has none.

        Each outcome is found once: of two equal items without an id each has its own. Raises `JournalError` if the id
        has the outcome of another request, `JobInputError` if this input had the id before.
        """
        entry = self._finder.find(request)
        return None if entry is None else entry.offset

    def find_done(self, request: JobRequest) -> int | None:
        """As `find`, for outcomes that are not ``failed``."""
        entry = self._finder.find(request)
        return None if entry is None or entry.is_failed else entry.offset

    def read(self, offset: int) -> Outcome:
        """Return the outcome at an offset that `append` or `find` returned."""
        return decode_outcome(self._line(offset))

    def notes(self, name: str) -> list[dict[str, Any]]:
        """Return the notes of this name, of all runs, in order."""
        return [decode_note(self._line(offset)) for offset in self._notes.get(name, ())]

    def _line(self, offset: int) -> bytes:
        return line_at(self._fd, offset, self.path)

    # ------------------------------------------------------------------------------------------------- writing

    def append(self, outcome: Outcome) -> int:
        """Write an outcome down. Returns its offset. Raises `JournalError` as `flush`."""
        return self._write(encode_outcome(outcome))

    def add(self, outcome: Outcome) -> int:
        """Add an outcome, which the next `flush` writes down. Returns its offset."""
        return self._add(encode_outcome(outcome))

    def note(self, name: str, fields: Mapping[str, Any]) -> None:
        """Write a note of another part of jobs down. ``fields`` must be JSON. Raises `JournalError` as `append`."""
        self._notes.setdefault(name, []).append(self._write(encode_note(name, fields)))

    def _write(self, line: bytes) -> int:
        start = self._add(line)
        self.flush()
        return start

    def _add(self, line: bytes) -> int:
        start = self.end
        self._added.append(line)
        self._added_end = start + len(line)
        return start

    def flush(self) -> None:
        """Write down what was added, in one write. Raises `JournalError` if the disk is full; the journal stays valid."""
        if not self._added:
            return
        if self.failure is not None:
            raise JournalError(self.failure)
        lines, self._added = b"".join(self._added), []
        written = 0
        try:
            while written < len(lines):  # more than once: a disk that is nearly full, or a signal
                written += os.write(self._fd, lines[written:] if written else lines)
        except OSError as error:
            self._end += lines.rfind(b"\n", 0, written) + 1
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._end)
            self.failure = (
                f"the journal {self.path or 'of this job'} cannot be written: {error.strerror}. What was written is "
                "valid: make room, and run the same again to go on"
            )
            raise JournalError(self.failure) from error
        self._end += len(lines)
        self._is_dirty = True

    def sync(self) -> None:
        """Return when all that was written is on the disk. Call it in a thread. Raises `JournalError`, also if the file was
        deleted."""
        if self.path is None:
            return
        if self.failure is None and is_deleted(self._fd, self.path):
            self.failure = (
                f"the journal {self.path} was deleted while it was in use: what was in it is lost, and would be sent "
                "again. Run the same again to begin a new one"
            )
            raise JournalError(self.failure)
        if not self._is_dirty:
            return
        self._is_dirty = False
        try:
            flush_to_disk(self._fd)
        except OSError as error:
            self.failure = f"the journal {self.path} cannot be written: {error.strerror}"
            raise JournalError(self.failure) from error

    def close(self) -> None:
        """Flush, unlock and close. May be called more than once."""
        fd, self._fd = self._fd, -1
        if fd < 0:
            return
        try:
            if self._is_dirty and self.path is not None:
                with contextlib.suppress(OSError):
                    flush_to_disk(fd)
        finally:
            os.close(fd)
            if self._temporary is not None:
                with contextlib.suppress(OSError):
                    self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------------- opening

    def _set_aside(self, path: Path) -> None:
        """Rename the old file and open a new one. The lock goes with the old file."""
        if not read_at(self._fd, 0, len(HEADER_START)).startswith(HEADER_START):
            raise no_journal(self.path)
        old_fd = self._fd
        if os.name == "nt":  # an open file cannot be renamed there
            os.close(old_fd)
            os.replace(path, f"{path}.old")
            self._fd = open_locked(path)
            return
        os.replace(path, f"{path}.old")
        self._fd = open_locked(path)
        os.close(old_fd)

    def _load(self) -> None:
        head = read_at(self._fd, 0, len(HEADER_START))
        if not HEADER_START.startswith(head):
            raise no_journal(self.path)
        lines = lines_from(self._fd)
        first = next(lines, None)
        if first is None:  # empty, or killed while the header was written
            os.ftruncate(self._fd, 0)
            self._write(encode_header(self.header))
            return
        check_header(first[1], self.header, self.path)
        end, skipped = first[0] + len(first[1]), 0
        for offset, line in lines:
            end = offset + len(line)
            skipped += not self._add_line(offset, line)
        if skipped:
            plural = "line" if skipped == 1 else "lines"
            _log.warning("%d %s of the journal %s cannot be read; left out", skipped, plural, self.path)
        os.ftruncate(self._fd, end)
        self._end = end

    def _add_line(self, offset: int, line: bytes) -> bool:
        """Add a line to the index. Return whether it could be read."""
        entry = entry_of(line)
        if entry is None:
            return False
        if entry.note is not None:
            self._notes.setdefault(entry.note, []).append(offset)
        elif entry.attempts or entry.status != "failed":  # what was never sent is looked at again
            is_failed = entry.status == "failed"
            if entry.id is None:
                self._index.add(bytes.fromhex(entry.key), offset, is_failed=is_failed)
            else:
                self._index.set(digest_of_id(entry.id), offset, is_failed=is_failed)
        return True
