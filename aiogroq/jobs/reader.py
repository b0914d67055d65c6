"""`Reader`: reads the items of a job one by one, with a bounded look-ahead, whatever kind of iterable they are in."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping, Sequence, Sized
from typing import Any, cast

from ..transport.threads import FILES, run
from .errors import JobInputError
from .files.arrow_rows import has_arrow_stream, rows_of_stream

_BATCH_ITEMS = 100
_BATCH_BYTES = 4 * 1024 * 1024
_BATCH_S = 0.02

Items = Iterable[Any] | AsyncIterable[Any]


class Reader:
    """The items of a job.

    A sequence is read by index. Any other iterable is read in a thread, at most 100 items or 4 MiB ahead, because it may
    block: a file, a pipe, a database. Raises `JobInputError` for what cannot be iterated.
    """

    def __init__(self, items: Items) -> None:
        given: Any = items
        self.total: int | None = len(given) if isinstance(given, Sized) else None
        """How many there are; None while that is not known."""
        if isinstance(given, (str, bytes, Mapping)):
            raise JobInputError(
                f"items is {type(cast('Any', given)).__name__}, which is one item; pass a list: [item]"
            )
        is_table = has_arrow_stream(given)  # to iterate a data frame yields columns
        if not is_table and not isinstance(given, (Iterable, AsyncIterable)):
            raise JobInputError(f"items must be an iterable or an async iterable, not {type(given).__name__}")
        self.sequence: Sequence[Any] | None = None
        """The items, where each can be read again by its index."""
        self._async: AsyncIterator[Any] | None = None
        self._sync: Iterator[Any] | None = None
        # The items of a pipe come when somebody writes them: one must not wait for the next.
        self._batch_items: int = 1 if getattr(cast("Any", items), "is_stream", False) else _BATCH_ITEMS
        self._buffer: deque[Any] = deque()
        self._lock = asyncio.Lock()
        self._is_exhausted = False
        self._error: Exception | None = None
        """What the iterator raised, once the items before it are read."""
        self.count: int = 0
        """How many were read."""
        if is_table:
            self._sync = rows_of_stream(given)
        elif isinstance(items, AsyncIterable):
            self._async = aiter(items)
        elif isinstance(given, (list, tuple, range)):
            self.sequence = cast("Sequence[Any]", given)
        else:
            self._sync = iter(items)

    async def read(self) -> tuple[int, Any] | None:
        """Return the next item and its index, or None at the end. May be called by several tasks at once."""
        if self.sequence is not None:
            if self.count >= len(self.sequence):
                self.total = self.count
                return None
            return self._number(self.sequence[self.count])
        if not self._buffer and not self._is_exhausted:
            async with self._lock:
                if not self._buffer and not self._is_exhausted:
                    await self._fill()
        if not self._buffer:
            if self._error is not None:
                raise self._error
            self.total = self.count
            return None
        return self._number(self._buffer.popleft())

    def _number(self, item: Any) -> tuple[int, Any]:
        index = self.count
        self.count += 1
        return index, item

    async def _fill(self) -> None:
        if self._async is not None:
            try:
                self._buffer.append(await anext(self._async))
            except StopAsyncIteration:
                self._is_exhausted = True
            return
        batch, self._is_exhausted, error = await run(FILES, self._next_batch)
        self._buffer.extend(batch)
        self._error = error

    def _next_batch(self) -> tuple[list[Any], bool, Exception | None]:
        """Read some items: fewer where they are large or slow to come. In a thread."""
        assert self._sync is not None
        batch: list[Any] = []
        size, ends_at = 0, time.monotonic() + _BATCH_S
        try:
            for item in self._sync:
                batch.append(item)
                size += _size_of(item)
                if len(batch) >= self._batch_items or size >= _BATCH_BYTES or time.monotonic() >= ends_at:
                    return batch, False, None
        except Exception as error:  # of the caller's own iterator
            return batch, True, error
        return batch, True, None

    async def close(self) -> None:
        """Close a generator of the caller's that was not read to its end."""
        if self._async is not None and hasattr(self._async, "aclose"):
            await cast("Any", self._async).aclose()
        elif self._sync is not None and hasattr(self._sync, "close"):
            await run(FILES, cast("Any", self._sync).close)


def _size_of(item: Any) -> int:
    """Return about how many bytes an item has."""
    size = sys.getsizeof(item)
    if item.__class__ is dict:  # no instance check: it would make the values unknown to type checkers
        for value in item.values():
            size += sys.getsizeof(value)
    return size
