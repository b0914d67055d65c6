"""Iterators of the caller, whose next items are in a buffer: `ThreadItems` and `AsyncItems`."""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

from ..transport.threads import FILES, run

BATCH_ITEMS = 200
"""So many items are read at a time, the next ones when no more than these are in the buffer."""
_BATCH_BYTES = 4 * 1024 * 1024
_BATCH_S = 0.02
"""A batch that takes longer is smaller: its first items do not wait for the next one of a slow source."""


class ThreadItems:
    """The items of an iterator, which is read in a thread, because it may block: a file, a pipe, a database."""

    def __init__(
        self,
        items: Iterator[Any],
        limit: int | None,
        batch_items: int = BATCH_ITEMS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._items = items
        self._limited = itertools.islice(items, limit)
        self._batch_items = batch_items
        self.buffer: deque[Any] = deque()
        self._batch: deque[Any] = deque()
        """What the thread has read of the batch, and the buffer does not have yet."""
        self._batch_ends_at: float | None = None
        """The thread ends the batch with the first item from then on; None before it has begun."""
        self._timer: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        """Set when the buffer has new items, and at the end of a batch."""
        self._is_exhausted = False
        self._is_closed = False
        self._error: Exception | None = None
        """What the iterator raised, once the items before it are taken."""
        self._turn = threading.Lock()
        """Held by the thread that runs the iterator, which cannot be closed then."""

    def read_on(self) -> None:
        """Fill the buffer again, if it is half empty."""
        if self._reading is None and not self._is_exhausted and len(self.buffer) <= BATCH_ITEMS:
            self._reading = asyncio.get_running_loop().create_task(self._read())
            self._reading.add_done_callback(lambda _: self._changed.set())

    async def wait(self) -> bool:
        """Wait until the buffer has an item. Returns False at the end. Raises what the iterator raised."""
        while not self.buffer:
            self.read_on()
            if self._reading is None:
                if self._error is not None:
                    raise self._error
                return False
            if self._reading.done():
                await self._reading  # raises
            self._changed.clear()
            await self._changed.wait()
        return True

    async def _read(self) -> None:
        self._batch_ends_at = None
        self._take_early()
        try:
            self._is_exhausted, self._error = await run(FILES, self._next_batch)
        finally:
            if self._timer is not None:
                self._timer.cancel()
        self.buffer.extend(self._batch)
        self._batch.clear()
        self._reading = None
        self.read_on()

    def _take_early(self) -> None:
        """Take what there is of the batch as soon as it has ended by the clock: the thread may wait for the next item."""
        ends_at = self._batch_ends_at
        wait_s = _BATCH_S if ends_at is None else ends_at - self._clock()
        if wait_s > 0:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._take_early)
            return
        while self._batch:  # the thread may add one, and no more
            self.buffer.append(self._batch.popleft())
        if self.buffer:
            self._changed.set()

    def _next_batch(self) -> tuple[bool, Exception | None]:
        """Read some items: fewer where they are large or slow to come. In a thread. Returns whether the iterator ended."""
        batch = self._batch
        count = size = 0
        ends_at = self._batch_ends_at = self._clock() + _BATCH_S
        try:
            with self._turn:
                for item in self._limited:
                    batch.append(item)
                    count += 1
                    size += _size_of(item)
                    is_enough = count >= self._batch_items or size >= _BATCH_BYTES
                    if is_enough or self._clock() >= ends_at:
                        return False, None
        except Exception as error:  # of the caller's own iterator
            return True, error
        finally:
            if self._is_closed:
                self._close()
        return True, None

    async def close(self) -> None:
        """Close a generator that was not read to its end; one that runs in a thread as soon as it has its next item."""
        self._is_closed = True
        if self._reading is not None:
            self._reading.cancel()
        if hasattr(self._items, "close"):
            await run(FILES, self._close)

    def _close(self) -> None:
        if hasattr(self._items, "close") and self._turn.acquire(blocking=False):
            try:
                cast("Any", self._items).close()
            finally:
                self._turn.release()


class AsyncItems:
    """The items of an async iterator, each read when it is needed."""

    def __init__(self, items: AsyncIterator[Any], limit: int | None) -> None:
        self._items = items
        self._limit = limit
        self._count = 0
        self.buffer: deque[Any] = deque()
        self._lock = asyncio.Lock()
        """One task at a time may wait for the next item."""
        self._is_exhausted = False

    def read_on(self) -> None:
        """Do nothing: it is read when it is needed."""

    async def wait(self) -> bool:
        """Wait until the buffer has an item. Returns False at the end. Raises what the iterator raises."""
        async with self._lock:
            if not self.buffer and not self._is_exhausted and self._count != self._limit:
                try:
                    self.buffer.append(await anext(self._items))
                    self._count += 1
                except StopAsyncIteration:
                    self._is_exhausted = True
        return bool(self.buffer)

    async def close(self) -> None:
        """Close a generator that was not read to its end."""
        if hasattr(self._items, "aclose"):
            await cast("Any", self._items).aclose()


def _size_of(item: Any) -> int:
    """Return about how many bytes an item has."""
    size = sys.getsizeof(item)
    if item.__class__ is dict:  # no instance check: it would make the values unknown to type checkers
        for value in item.values():
            size += sys.getsizeof(value)
    return size
