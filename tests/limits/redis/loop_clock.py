"""`LoopClock`: lets the timeouts of a running event loop come without a wait, and only when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_TURNS = 20
"""More than a call takes until it is sent: it waits for nothing until then."""


class LoopClock:
    """The clock of the running event loop, which a test moves on. It goes on by itself too, as a real one.

    With it a timeout that must come may be as long as one that must not, however slow the machine is.
    """

    def __init__(self) -> None:
        loop: Any = asyncio.get_running_loop()
        self._time: Callable[[], float] = loop.time
        self._moved_s = 0.0
        loop.time = self

    def __call__(self) -> float:
        return self._time() + self._moved_s

    def move(self, seconds: float) -> None:
        """Let the timers of so many seconds be due."""
        self._moved_s += seconds

    async def after(self, seconds: float, *calls: Coroutine[Any, Any, T]) -> list[T | BaseException]:
        """Return what each of ``calls`` returns or raises, which take ``seconds`` once they are sent."""
        tasks = [asyncio.ensure_future(call) for call in calls]
        await sent()
        self.move(seconds)
        return await asyncio.gather(*tasks, return_exceptions=True)


async def sent() -> None:
    """Wait until the calls of all tasks are sent."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)
