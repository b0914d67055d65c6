"""`Reader`: reads the items of a job one by one, with a bounded look-ahead, whatever kind of iterable they are in."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence, Sized
from typing import Any, cast

from .errors import JobInputError
from .files.arrow_rows import has_arrow_stream, rows_of_stream
from .files.text_rows import lines_of, lines_of_async
from .read_ahead import BATCH_ITEMS, AsyncItems, ThreadItems

Items = Iterable[Any] | AsyncIterable[Any]
_OPEN_SOURCE = "jobs.open_source(path)"


class Reader:
    """The items of a job, at most ``limit`` of them.

    A sequence is read by index. Any other iterable is read in a thread, at most 400 items or 8 MiB ahead; by ``clock``, in
    seconds, fewer where they are slow to come. Of an open file the items are the lines without their ends, and no blank ones.
    Raises `JobInputError` for what cannot be iterated.
    """

    def __init__(
        self, items: Items, limit: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        given: Any = items
        self.total: int | None = len(given) if isinstance(given, Sized) else None
        """How many there are; None while that is not known."""
        if limit is not None and self.total is not None:
            self.total = min(self.total, limit)
        self._count = 0
        """How many were taken."""
        if isinstance(given, (str, bytes, Mapping)):
            rows = "" if isinstance(given, Mapping) else f", or for the rows of a file {_OPEN_SOURCE}"
            raise JobInputError(
                f"items is {type(cast('Any', given)).__name__}, which is one item; pass a list: [item]{rows}"
            )
        is_table = has_arrow_stream(given)  # to iterate a data frame yields columns
        if not is_table and not isinstance(given, (Iterable, AsyncIterable)):
            rows = f"; for the rows of a file pass {_OPEN_SOURCE}" if isinstance(given, os.PathLike) else ""
            raise JobInputError(
                f"items must be an iterable or an async iterable, not {type(cast('Any', given)).__name__}{rows}"
            )
        self.sequence: Sequence[Any] | None = None
        """The items, where each can be read again by its index."""
        self._source: ThreadItems | AsyncItems | None = None
        # The items of a pipe come when somebody writes them: one must not wait for the next.
        batch_items = 1 if getattr(cast("Any", items), "is_stream", False) else BATCH_ITEMS
        is_file = callable(getattr(cast("Any", items), "readline", None))
        if is_table:
            self._source = ThreadItems(rows_of_stream(given), limit, batch_items, clock)
        elif isinstance(items, AsyncIterable):
            self._source = AsyncItems(aiter(lines_of_async(items) if is_file else items), limit)
        elif isinstance(given, (list, tuple, range)):
            self.sequence = cast("Sequence[Any]", given)
        else:
            self._source = ThreadItems(iter(lines_of(items) if is_file else items), limit, batch_items, clock)

    def ready(self) -> tuple[int, Any] | None:
        """Return the next item and its index, if it has been read."""
        index = self._count
        if self._source is None:
            if index == self.total:
                return None
            item = cast("Sequence[Any]", self.sequence)[index]
        else:
            if not self._source.buffer:
                return None
            item = self._source.buffer.popleft()
            self._source.read_on()
        self._count = index + 1
        return index, item

    async def wait(self) -> bool:
        """Wait until an item may be `ready`. Returns False at the end. May be called by several tasks at once.

        Raises what the iterator raised, once the items before it are taken.
        """
        if self._source is not None and await self._source.wait():
            return True
        self.total = self._count
        return False

    async def close(self) -> None:
        """Close a generator of the caller's that was not read to its end."""
        if self._source is not None:
            await self._source.close()
