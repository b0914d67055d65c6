"""A fake clock: an event loop whose time stands still while anything happens, and jumps when all of it waits.

So hours of waiting pass in no time, over real sockets, and how long something waited is exact. Servers and clients must
run on the same loop; what works in another thread is not waited for.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_QUIET_S = 0.002
"""Real seconds that the sockets must be silent before time jumps: the kernel delivers over loopback sooner."""


class _Selector(selectors.DefaultSelector):  # type: ignore[valid-type,misc] # which one it is depends on the platform
    """Never waits for a timer: it is asked to, and the clock goes on by as much."""

    skipped_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        ready = super().select(_QUIET_S if timeout is not None else None)
        if not ready and timeout is not None:
            self.skipped_s += timeout
        return ready


class FakeClockLoop(asyncio.SelectorEventLoop):
    """Its ``time()`` begins at 1000 s, and goes on from timer to timer only."""

    def __init__(self) -> None:
        self._skipping = _Selector()
        super().__init__(self._skipping)
        self._clock_resolution = 1e-6  # what is lost in adding up seconds is no reason to wait again

    def time(self) -> float:
        return 1000.0 + self._skipping.skipped_s

    def hold_up(self, duration_s: float) -> None:
        """Let time pass in which nothing runs, as where a callback blocks."""
        self._skipping.skipped_s += duration_s


def run_on_fake_clock(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """`asyncio.run` with a fake clock."""
    loop = FakeClockLoop()
    try:
        return loop.run_until_complete(main())
    finally:
        loop.run_until_complete(_end_tasks(asyncio.all_tasks(loop)))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _end_tasks(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
