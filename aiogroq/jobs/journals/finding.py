"""`Finder`: finds the outcome that an item has from an earlier run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import JobInputError, JournalError
from ..outcome import JobRequest, Outcome
from .index import IndexEntry, JournalIndex, identity_of


class Finder:
    """Finds each outcome of an index once, and removes it from the index: of two equal items without an id each has its own."""

    def __init__(self, index: JournalIndex, read: Callable[[int], Outcome], path: Path | None) -> None:
        self._index = index
        self._read = read
        self._path = path

    def find(self, request: JobRequest) -> IndexEntry | None:
        """Return where the outcome of an item is; None if it has none.

        Raises `JournalError` if the id has the outcome of another request, `JobInputError` if this input had the id before.
        """
        identity = identity_of(request)
        if not request.is_id_given:
            return self._take(identity)
        entry = self._index.get(identity)
        if self._is_seen(identity, entry):
            raise JobInputError(
                f"item {request.index} has the id {request.id!r}, and an earlier item has it too; give each item an id of "
                "its own, or take 'id' and 'custom_id' out of the items"
            )
        if entry is not None and self._read(entry.offset).key != request.key:
            if not entry.is_failed:
                raise JournalError(
                    f"item {request.index} (id {request.id!r}) is not the item that the journal {self._path} has under "
                    "this id: its content has changed. Give it another id, or pass fresh=True to begin anew"
                )
            entry = None  # it was mended
        self._see(identity, entry)
        return entry

    def _take(self, key: bytes) -> IndexEntry | None:
        return self._index.take(key)

    def _is_seen(self, identity: bytes, entry: IndexEntry | None) -> bool:
        return entry is not None and entry.is_seen

    def _see(self, identity: bytes, entry: IndexEntry | None) -> None:
        self._index.set(identity, 0 if entry is None else entry.offset, is_seen=True)


class SharedFinder(Finder):
    """As `Finder`, of an index that several jobs have: it changes nothing there and notes what its own job looked for."""

    def __init__(self, index: JournalIndex, read: Callable[[int], Outcome], path: Path | None) -> None:
        super().__init__(index, read, path)
        self._asked: dict[bytes, int] = {}

    def _take(self, key: bytes) -> IndexEntry | None:
        """Return the first outcome for the first item with a key, the second one for the second item: those that have not
        failed, then the latest of the failed ones."""
        number = self._asked[key] = self._asked.get(key, 0) + 1
        entries = self._index.entries(key)
        entries.sort(key=lambda entry: entry.is_failed)
        return entries[number - 1] if number <= len(entries) else None

    def _is_seen(self, identity: bytes, entry: IndexEntry | None) -> bool:
        return identity in self._asked

    def _see(self, identity: bytes, entry: IndexEntry | None) -> None:
        self._asked[identity] = 1
