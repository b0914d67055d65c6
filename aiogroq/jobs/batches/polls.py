"""`Polls`: the intervals at which batches are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[object]]

FIRST_S = 0.25
"""The first interval: a small batch may take a second."""
MAX_S = 60.0
"""The longest interval."""
_GROWTH = 1.5


class Polls:
    """When batches are asked for: soon at first, then at growing intervals."""

    def __init__(
        self,
        first_s: float = FIRST_S,
        max_s: float = MAX_S,
        sleep: Sleep = asyncio.sleep,
        stop: asyncio.Event | None = None,
    ) -> None:
        self._first_s = first_s
        self._max_s = max_s
        self._next_s = first_s
        self._sleep = sleep
        self._stop = stop

    @property
    def is_stopped(self) -> bool:
        """Whether the run should end."""
        return self._stop is not None and self._stop.is_set()

    def restart(self) -> None:
        """Begin with short intervals again: there is a new batch."""
        self._next_s = self._first_s

    async def pause(self) -> None:
        """Wait until the next poll, or until the run should end."""
        wait_s, self._next_s = self._next_s, min(self._max_s, self._next_s * _GROWTH)
        if self._stop is None:
            await self._sleep(wait_s)
            return
        waits = {asyncio.ensure_future(self._sleep(wait_s)), asyncio.ensure_future(_until(self._stop))}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


async def _until(event: asyncio.Event) -> object:
    return await event.wait()
