"""`SimulatedServer`: the server of the store on a driven clock, with one thread, a time for each call, and a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class SimulatedServer:
    """Runs one step after the other, as Redis does, and lets each take its time on the clock of *loop*."""

    def __init__(self, loop: asyncio.AbstractEventLoop, latency_s: float) -> None:
        self.loop: asyncio.AbstractEventLoop = loop
        self._latency_s = latency_s
        self._thread = asyncio.Lock()
        self.calls: int = 0
        self.operations: int = 0
        self.busy_s: float = 0.0

    async def call(self, step: Callable[[], T], took_s: float, operations: int) -> T:
        """Take *step* when the server comes to it, which takes *took_s*, and return what it returned.

        A call that is given up is carried out all the same.
        """
        return await asyncio.shield(asyncio.ensure_future(self._carry_out(step, took_s, operations)))

    async def _carry_out(self, step: Callable[[], T], took_s: float, operations: int) -> T:
        await asyncio.sleep(self._latency_s / 2)
        async with self._thread:
            self.calls += 1
            self.operations += operations
            self.busy_s += took_s
            result = step()
            await asyncio.sleep(took_s)
        await asyncio.sleep(self._latency_s / 2)
        return result
