"""A fake clock: an event loop whose time stands still while anything runs, and jumps to the next timer when all tasks wait.

Hours of waiting pass in no time, over real sockets, and measured durations are exact. Server and client must run on the
same event loop; the clock does not wait for other threads.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_QUIET_S = 0.002
"""Real seconds without data on any socket before time jumps. The kernel delivers over loopback sooner."""


class _Selector(selectors.DefaultSelector):  # type: ignore[valid-type,misc] # which one it is depends on the platform
    """Advances the clock instead of waiting for a timer."""

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
    """An event loop whose ``time()`` starts at 1000 s and advances from timer to timer only."""

    def __init__(self) -> None:
        self._skipping = _Selector()
        super().__init__(self._skipping)
        self._clock_resolution = 1e-6  # rounding errors of added seconds must not cause another wait

    def time(self) -> float:
        return 1000.0 + self._skipping.skipped_s

    def advance(self, duration_s: float) -> None:
        """Advance the clock while nothing runs, as a blocking callback would."""
        self._skipping.skipped_s += duration_s


def current_loop() -> FakeClockLoop:
    """The loop that runs."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, FakeClockLoop)
    return loop


def run_on_fake_clock(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``main`` as `asyncio.run` does, on a fake clock."""
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
