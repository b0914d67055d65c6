"""`Intake`: reads the input and says which items must be sent; outcomes of earlier runs and of equal items are delivered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from .errors import JobInputError, JournalError
from .ids import Ids
from .journals.folder import FolderJournal
from .journals.index import JournalIndex
from .journals.journal import Journal
from .options import JobOptions
from .outcome import ItemError, ItemUsage, JobRequest, Outcome
from .reader import Reader

Deliver = Callable[[int, Outcome, Any], None]

_PAUSE_EVERY = 100
"""Resumed items are delivered without waiting: so often other tasks get a turn."""


class Intake:
    """The items of one run that have no outcome yet."""

    def __init__(
        self, reader: Reader, journal: Journal | FolderJournal, options: JobOptions, deliver: Deliver
    ) -> None:
        self._reader = reader
        self._journal = journal
        self._options = options
        self._deliver = deliver
        self._ids = Ids()
        self._find = journal.find_done if options.retry_failed else journal.find
        self._is_new = not len(journal) and not options.dedupe
        self._first: JournalIndex | None = JournalIndex() if options.dedupe else None
        """With ``dedupe``: where the outcome of each request is, 0 while it is not known."""
        self._equal: dict[bytes, list[JobRequest]] = {}

    async def next(self) -> JobRequest | None:
        """Return the next request to be sent; None at the end of the input.

        Raises `JobInputError` if the first item cannot be sent, which no later one would repair, and for an id that two items
        have; `JournalError` for an item that does not fit the journal; and what the caller's own iterator raises.
        """
        passed = 0
        while True:
            read = self._reader.ready()
            if read is None:
                if not await self._reader.wait():
                    return None
                continue
            request = self._request(*read)
            if request is not None and not self._has_outcome(request):
                return request
            passed += 1
            if passed % _PAUSE_EVERY == 0:
                await asyncio.sleep(0)

    def _request(self, index: int, item: Any) -> JobRequest | None:
        try:
            return self._options.requests.request(index, item)
        except JobInputError as error:
            if index == 0 and not self._options.is_part:
                raise
            self._fail(index, item, error)
            return None

    def _fail(self, index: int, item: Any, error: Exception) -> None:
        outcome = _unsendable(index, error)
        self._deliver(self._journal.append(outcome), outcome, item)

    def _has_outcome(self, request: JobRequest) -> bool:
        """Return whether an item is not to be sent. Raises for an item that does not fit the others, or the journal."""
        if not self._options.is_part:
            self._ids.check(request)
            return self._is_settled(request)
        try:
            return self._is_settled(request)
        except (JobInputError, JournalError) as error:
            self._fail(request.index, request.source, error)
            return True

    def _is_settled(self, request: JobRequest) -> bool:
        """Deliver the outcome of an item that has one already, or will get that of an equal one."""
        if self._is_new and not request.is_id_given:
            return False
        offset = self._find(request)
        if offset is not None:
            outcome = replace(self._journal.read(offset), index=request.index, id=request.id, is_resumed=True)
            self._deliver(offset, outcome, request.source)
            if self._first is not None:
                self._first.set(request.key, offset)
            return True
        return self._first is not None and self._has_equal(self._first, request)

    def _has_equal(self, first: JournalIndex, request: JobRequest) -> bool:
        entry = first.get(request.key)
        if entry is None:
            first.add(request.key, 0)
        elif entry.offset:
            self._deliver_copy(self._journal.read(entry.offset), request)
        else:
            self._equal.setdefault(request.key, []).append(request)
        return entry is not None

    def settled(self, request: JobRequest, offset: int, outcome: Outcome) -> None:
        """Deliver the outcome of a request that was sent, and those of the items that are equal to it."""
        self._deliver(offset, outcome, request.source)
        if self._first is not None:
            self._first.set(request.key, offset)
            for equal in self._equal.pop(request.key, ()):
                self._deliver_copy(outcome, equal)

    def _deliver_copy(self, outcome: Outcome, request: JobRequest) -> None:
        copy = replace(
            outcome,
            index=request.index,
            id=request.id,
            is_id_given=request.is_id_given,
            usage=ItemUsage(),
            is_resumed=False,
        )
        self._deliver(self._journal.append(copy), copy, request.source)


def _unsendable(index: int, error: Exception) -> Outcome:
    return Outcome(
        index=index,
        id=str(index),
        key=blake2b(str(error).encode("utf-8", "replace"), digest_size=16).digest(),
        status="failed",
        attempts=0,
        finished_at=time.time(),
        error=ItemError(type(error).__name__, str(error)),
        is_id_given=False,
    )
