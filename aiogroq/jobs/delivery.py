"""`Delivery`: hands outcomes to whoever iterates a job, in the order of the input or as they come.

It reads them from the journal, so results that wait for an earlier, slow item are not in memory: of each there are some
bytes. The newest ones are held too, so that the usual case reads nothing back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from .outcome import Outcome
from .waiting import Sources, Window

_HELD = 512
_HELD_BYTES = 8 * 1024 * 1024
_RESUMED = 1
_FLAG_BITS = 1


class Delivery:
    """The outcomes of one run that were not yet yielded. Several tasks may take them: each outcome goes to one."""

    def __init__(self, read: Callable[[int], Outcome], sources: Sources, *, ordered: bool) -> None:
        self._read = read
        self._sources = sources
        self._ordered = ordered
        self._offsets = Window()
        self._indexes = None if ordered else Window()
        """With results as they come: the index of each position, and 1."""
        self._next = 0
        self._held: dict[int, Outcome] = {}
        self._held_bytes = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._is_ended = False
        self.error: BaseException | None = None
        """What is raised at the end."""

    def put(self, offset: int, outcome: Outcome, source: Any) -> None:
        """Add an outcome, which is at ``offset`` of the journal, and its item."""
        position = outcome.index if self._ordered else self._offsets.end
        self._offsets.set(position, offset << _FLAG_BITS | outcome.is_resumed)
        if self._indexes is not None:
            self._indexes.set(position, outcome.index + 1)
        size = len(outcome.body or b"")
        if len(self._held) < _HELD and self._held_bytes + size <= _HELD_BYTES:
            self._held[position] = outcome
            self._held_bytes += size
        self._sources.put(position, outcome.index, source)
        if position == self._next and self._waiters:
            self._wake()

    def end(self, error: BaseException | None = None) -> None:
        """Nothing will be added any more. What is there is yielded, then ``error`` is raised."""
        self._is_ended = True
        self.error = error
        self._wake()

    def _wake(self) -> None:
        # All of them: the first one may be cancelled before it takes the outcome.
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def ready(self) -> tuple[Outcome, Any] | None:
        """Return the next outcome and its item, if it is there."""
        value = self._offsets.get(self._next)
        while not value and self._is_ended and self._next < self._offsets.end:
            self._next += 1  # the job was stopped: this item has no outcome
            value = self._offsets.get(self._next)
        if not value:
            return None
        position = self._next
        outcome = self._held.pop(position, None)
        if outcome is not None:
            self._held_bytes -= len(outcome.body or b"")
        else:
            outcome = self._read_back(position, value)
        self._next += 1
        self._offsets.forget_before(self._next)
        if self._indexes is not None:
            self._indexes.forget_before(self._next)
        return outcome, self._sources.take(position)

    def _read_back(self, position: int, value: int) -> Outcome:
        outcome = self._read(value >> _FLAG_BITS)
        if not value & _RESUMED:
            return outcome
        # An item without an id may have had another index in the earlier run.
        index = position if self._indexes is None else self._indexes.get(position) - 1
        id = outcome.id if outcome.is_id_given else str(index)
        return replace(outcome, index=index, id=id, is_resumed=True)

    async def wait(self) -> bool:
        """Wait until an outcome may be `ready`. Returns False at the end."""
        if self._offsets.get(self._next):
            return True
        if self._is_ended:
            return self._next < self._offsets.end
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except BaseException:  # cancelled
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            raise
        return True
