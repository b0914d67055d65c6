"""`JournalFolder`: a journal that several processes write at once, on one machine or on many.

A folder with a shard for each writer, ``<host>-<pid>-<random>.jsonl``: a file with the lines of a `Journal`, to which this
process alone appends. What all shards have is read at the start of each job. The file ``job.header`` says whose folder it is.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import uuid
from pathlib import Path
from typing import Any

from ..errors import JobInputError, JournalError
from ..outcome import JobRequest, Outcome
from .claim import check_claim, claim
from .finding import Finder, SharedFinder
from .index import JournalIndex, digest_of_id
from .journal import Journal
from .lines import EntryLine, JournalHeader, decode_outcome, plain_header
from .reading import entry_of
from .shards import SUFFIX, Shards, address_of, check_headers, file_of_others, place_of, set_aside

SHARD_BYTES = 1 << 31
"""A shard that is as large is followed by another one."""
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)

_lock = threading.Lock()
_of_process: dict[str, JournalFolder] = {}


class JournalFolder:
    """A journal that is a folder: ``run(client, items, journal="labels.journal/")``.

    Several processes may write to it at once, also on several machines that have mounted it: each appends to a shard of its
    own. A job reads all shards at its start, so what any writer completed is not sent again. Each process has its own part of
    the items: two that run at once do not see what the other one is sending.

    Pass an object of this class where one process runs many small jobs, one after the other or at once: they share one shard,
    and each reads only what others have added since. Equal items without an id that are in several jobs may share a response.
    Thread-safe. Raises `JournalError` and `JobInputError` as a journal of one file does.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not _text_of("path", path):
            raise JobInputError("a path must not be empty: pass the name of a folder")
        self.path: Path = Path(path).expanduser()
        self._is_of_one_job = False
        self._begin_lock = threading.Lock()
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        """Of the index and of what is written."""
        self._read_lock = threading.Lock()
        self._pid = os.getpid()
        self._header: JournalHeader | None = None
        self._shards = Shards(self.path)
        self._index = JournalIndex()
        self._own: Journal | None = None
        self._own_number = 0
        self._owns: dict[int, Journal] = {}
        """The shards of this process, by number. Only the last one is written."""
        self._unflushed: list[tuple[Outcome, int]] = []

    @classmethod
    def of_one_job(cls, path: str | os.PathLike[str]) -> JournalFolder:
        """Return a folder that is closed with its first job."""
        folder = cls(path)
        folder._is_of_one_job = True
        return folder

    @classmethod
    def of_process(cls, path: str | os.PathLike[str]) -> JournalFolder:
        """Return the object that this process has for a folder: for functions that an engine calls with a part of the items."""
        place = os.path.abspath(os.path.expanduser(path))
        with _lock:
            return _of_process.setdefault(place, cls(place))

    # ------------------------------------------------------------------------------------------------- a job

    def begin(self, header: JournalHeader, *, fresh: bool = False) -> FolderJournal:
        """Return the journal of a job, after reading what others have written. Blocks.

        ``fresh``: begin anew; the shards are moved to the folder ``old`` in it.
        """
        with self._begin_lock:
            if self._pid != os.getpid():  # forked: what the parent has open is its own
                self._reset()
            if self._header is not None and (difference := self._header.difference(plain_header(header))):
                raise JournalError(
                    f"the journal {self.path} belongs to another job: {difference}. Use a folder for each kind of job"
                )
            self._make(fresh)
            plain = plain_header(header)
            self._refresh(plain)
            self._header = plain
            finder = Finder if self._is_of_one_job else SharedFinder
            return FolderJournal(self, finder(self._index, self.read, self.path))

    def check(self, header: JournalHeader) -> None:
        """Raise `JournalError` if the folder is there and a job with this header cannot have it. Makes nothing. Blocks."""
        if self.path.is_file():
            raise self._file_error()
        if self.path.is_dir():
            try:
                check_claim(self.path, plain_header(header))
                check_headers(self.path, plain_header(header))
            except OSError as error:
                raise JournalError(f"the journal {self.path} cannot be read: {error.strerror}") from error

    def _file_error(self) -> JournalError:
        return JournalError(
            f"the journal {self.path} is a file; leave out the slash at its end, or name a folder"
        )

    def _make(self, fresh: bool) -> None:
        try:
            if self.path.is_file():
                raise self._file_error()
            self.path.mkdir(parents=True, exist_ok=True)
            if fresh:
                set_aside(self.path)
        except OSError as error:
            raise JournalError(f"the journal {self.path} cannot be opened: {error.strerror}") from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise JournalError(f"the journal {self.path} cannot be written: this user may not write there")

    def _refresh(self, header: JournalHeader) -> None:
        """Add what others wrote to the index."""
        try:
            if self._header is None:
                check_claim(self.path, header)
            for address, line in self._shards.new_lines(header):
                entry = entry_of(line)
                if entry is not None and entry.note is None and (entry.attempts or entry.status != "failed"):
                    with self._lock:
                        self._add_entry(entry, address)
        except OSError as error:
            raise JournalError(f"the journal {self.path} cannot be read: {error.strerror}") from error

    def _add_entry(self, entry: EntryLine, address: int) -> None:
        is_failed = entry.status == "failed"
        if entry.id is None:
            self._index.add(bytes.fromhex(entry.key), address, is_failed=is_failed)
        else:
            self._set(digest_of_id(entry.id), address, is_failed, None)

    def _set(self, identity: bytes, address: int, is_failed: bool, finished_at: float | None) -> None:
        """Set the outcome of an id. Shards are read in any order: what is done replaces what failed, then the later one."""
        known = self._index.get(identity)
        if known is not None and known.offset and is_failed:
            if not known.is_failed:
                return
            at = self.read(address).finished_at if finished_at is None else finished_at
            if self.read(known.offset).finished_at > at:
                return
        self._index.set(identity, address, is_failed=is_failed, is_seen=known is not None and known.is_seen)

    # ------------------------------------------------------------------------------------------------- outcomes

    def __len__(self) -> int:
        """The number of outcomes that can be found."""
        return len(self._index)

    def find(self, finder: Finder, request: JobRequest) -> tuple[int, bool] | None:
        """Return where the outcome of an item is, and whether it failed."""
        with self._lock:
            entry = finder.find(request)
            return None if entry is None else (entry.offset, entry.is_failed)

    def read(self, address: int) -> Outcome:
        """Return the outcome at an address."""
        number, offset = place_of(address)
        own = self._owns.get(number)
        if own is not None:
            return own.read(offset)
        with self._read_lock:
            return decode_outcome(self._shards.line(number, offset))

    def add(self, outcome: Outcome) -> int:
        """Add an outcome, which the next `flush` writes down. Returns its address."""
        with self._lock:
            own = self._own
            if own is None or own.end >= SHARD_BYTES:
                own = self._new_shard()
            if own.failure is not None:
                raise JournalError(own.failure)
            address = address_of(self._own_number, own.add(outcome))
            if not self._is_of_one_job:
                self._unflushed.append((outcome, address))
            return address

    def flush(self) -> None:
        """Write down what was added, in one write. Raises `JournalError`, then and in every later call, if the disk is full."""
        with self._lock:
            own = self._own
            if own is None:
                return
            if own.failure is not None:
                raise JournalError(own.failure)
            own.flush()
            unflushed, self._unflushed = self._unflushed, []
            for outcome, address in unflushed:
                is_failed = outcome.status == "failed"
                if outcome.is_id_given:
                    self._set(digest_of_id(outcome.id), address, is_failed, outcome.finished_at)
                elif outcome.attempts or not is_failed:
                    self._index.add(outcome.key, address, is_failed=is_failed)

    def sync(self) -> None:
        """Return when all that was written is on the disk. Raises `JournalError`, also if the folder was deleted."""
        own = self._own
        if own is not None:
            own.sync()

    def _new_shard(self) -> Journal:
        assert self._header is not None
        if self._own is not None:
            self._own.flush()
            self._own.sync()
        host = re.sub(r"[^\w.-]", "_", socket.gethostname()) or "host"
        name = f"{host}-{os.getpid()}-{uuid.uuid4().hex[:12]}{SUFFIX}"
        try:
            claim(self.path, self._header)
        except OSError as error:
            raise JournalError(f"the journal {self.path} cannot be written: {error.strerror}") from error
        self._own_number = self._shards.add_own(name)
        self._own = self._owns[self._own_number] = Journal.open(self.path / name, self._header)
        return self._own

    # ------------------------------------------------------------------------------------------------- the end

    def close(self) -> None:
        """Close the files. A later job opens others. May be called more than once; no job may be running."""
        with self._begin_lock:
            if self._pid == os.getpid():
                for own in self._owns.values():
                    own.close()
                self._shards.close()
                self._reset()

    def job_ended(self) -> None:
        """Close the folder if it was opened for one job."""
        if self._is_of_one_job:
            self.close()

    def __enter__(self) -> JournalFolder:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"JournalFolder({str(self.path)!r})"


class FolderJournal:
    """The journal of one job in a `JournalFolder`, with the methods of a `Journal` that jobs use."""

    def __init__(self, folder: JournalFolder, finder: Finder) -> None:
        self._folder = folder
        self._finder = finder
        self.path: Path | None = folder.path

    def __len__(self) -> int:
        """The number of outcomes that can be found."""
        return len(self._folder)

    def find(self, request: JobRequest) -> int | None:
        """Return where the outcome of an item is; see `Journal.find`."""
        found = self._folder.find(self._finder, request)
        return None if found is None else found[0]

    def find_done(self, request: JobRequest) -> int | None:
        """As `find`, for outcomes that are not ``failed``."""
        found = self._folder.find(self._finder, request)
        return None if found is None or found[1] else found[0]

    def read(self, offset: int) -> Outcome:
        """Return the outcome at an offset that `append`, `add` or `find` returned."""
        return self._folder.read(offset)

    def append(self, outcome: Outcome) -> int:
        """Write an outcome down. Returns its offset."""
        offset = self._folder.add(outcome)
        self._folder.flush()
        return offset

    def add(self, outcome: Outcome) -> int:
        """Add an outcome, which the next `flush` writes down. Returns its offset."""
        return self._folder.add(outcome)

    def flush(self) -> None:
        """Write down what was added. Raises `JournalError`."""
        self._folder.flush()

    def sync(self) -> None:
        """Return when all that was written is on the disk. Call it in a thread. Raises `JournalError`."""
        self._folder.sync()

    def notes(self, name: str) -> list[dict[str, Any]]:
        """Return nothing: other parts of jobs write no notes to a folder."""
        return []

    def close(self) -> None:
        """End the job. May be called more than once."""
        self._folder.job_ended()


def _text_of(name: str, path: Any) -> str:
    """Return a path as text. Raises `TypeError`, naming the argument, for what is none."""
    text = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str or a path, not {path!r}")
    return text


def journal_place(
    journal: str | os.PathLike[str] | JournalFolder | None,
) -> tuple[Path | None, JournalFolder | None]:
    """Return the path of the argument ``journal``, and the folder where its name ends with a slash or it is a
    `JournalFolder`. Raises `JobInputError` for a URL or an empty text."""
    if journal is None:
        return None, None
    if isinstance(journal, JournalFolder):
        return journal.path, journal
    text = _text_of("journal", journal)
    if not text:
        raise JobInputError("a path must not be empty: pass the name of a file or a folder, or None")
    if _URL.match(text):
        raise JobInputError(
            f"the journal must be a file or a folder that this machine can append to, not {text}; on several machines use a "
            "folder that all of them have mounted, such as NFS"
        )
    path = Path(text).expanduser()
    return path, JournalFolder.of_one_job(path) if text.endswith(("/", os.sep)) else None


def open_journal(
    path: Path, folder: JournalFolder | None, header: JournalHeader, *, via: str, fresh: bool
) -> Journal | FolderJournal:
    """Open the journal of a job: a file, or a folder. Blocks.

    Raises `JournalError`, and `JobInputError` for a folder where ``via`` needs a file.
    """
    if folder is None and path.is_dir():
        if problem := folder_problem(via, path):
            raise JobInputError(problem)
        _check_is_ours(path)
        folder = JournalFolder.of_one_job(path)
    if folder is None:
        return Journal.open(path, header, fresh=fresh)
    return folder.begin(header, fresh=fresh)


def _check_is_ours(path: Path) -> None:
    """Raise `JournalError` for a folder that may have been named by mistake: it has files, and no journal."""
    try:
        other = file_of_others(path)
    except OSError as error:
        raise JournalError(f"the journal {path} cannot be read: {error.strerror}") from error
    if other:
        raise JournalError(
            f"the journal {path} is a folder that holds other files, such as {other}, and no journal. Name a file, such as "
            f"{path / 'job.journal'}; or, for a journal that several processes write, a folder of its own, such as "
            f"{path / 'job.journal'}{os.sep}"
        )


def folder_problem(via: str, path: Path) -> str:
    """Return why a job cannot have this folder as its journal; empty if it can."""
    if via == "live":
        return ""
    return f"via={via!r} needs a journal of one file, because several processes would make the same batches; {path} is a folder"
