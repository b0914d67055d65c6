"""`SuspendingStore`: a store in memory behind a way to it that takes time and may break, as one of another process has."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, TypeVar

from aiogroq.limits import Ask, Granted, Level, MemoryStore, Never, Seen, Wait

T = TypeVar("T")

Break = Literal["before", "after"]
"""When a call fails: before it took effect, or after it, so that the caller does not know."""


class SuspendingStore:
    """A `LimitStore` whose calls take up to ``most_s`` seconds each way, by the event loop's clock.

    With ``keeps_order`` they take effect in the order in which they were made, otherwise in any.
    """

    def __init__(
        self, clock: Callable[[], float], *, most_s: float = 0.02, keeps_order: bool = False, seed: int = 0
    ) -> None:
        self.memory = MemoryStore(clock)
        self.keeps_order = keeps_order
        self.breaks: list[Break] = []
        """How the next calls fail, one each."""
        self.calls: list[tuple[str, Any]] = []
        """The names of the calls, and of `reserve` the ids that were asked for."""
        self.active = 0
        """How many calls have begun and not ended."""
        self.failures = 0
        """How many calls failed."""
        self._most_s = most_s
        self._random = random.Random(seed)
        self._turn = asyncio.Lock()

    async def reserve(self, scope: str, asks: Sequence[Ask]) -> Granted | Wait | Never:
        self.calls.append(("reserve", [ask.id for ask in asks]))
        return await self._call("reserve", lambda: self.memory.reserve(scope, asks))

    async def settle(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None = None
    ) -> None:
        self.calls.append(("settle", id))
        await self._call("settle", lambda: self.memory.settle(scope, id, used, seen))

    async def observe(self, scope: str, seen: Mapping[str, Seen]) -> None:
        self.calls.append(("observe", None))
        await self._call("observe", lambda: self.memory.observe(scope, seen))

    async def block(self, scope: str, wait_s: float) -> None:
        self.calls.append(("block", None))
        await self._call("block", lambda: self.memory.block(scope, wait_s))

    async def levels(self, scope: str) -> Sequence[Level]:
        return await self._call("levels", lambda: self.memory.levels(scope))

    async def _call(self, name: str, step: Callable[[], Coroutine[Any, Any, T]]) -> T:
        breaks = self.breaks.pop(0) if self.breaks and name != "levels" else None
        self.active += 1
        try:
            if self.keeps_order:
                async with self._turn:
                    result = await self._step(name, step, breaks)
            else:
                result = await self._step(name, step, breaks)
            await self._way()
            if breaks == "after":
                raise ConnectionError(f"{name}: the connection ended before the response")
        except ConnectionError:
            self.failures += 1
            raise
        finally:
            self.active -= 1
        return result

    async def _step(self, name: str, step: Callable[[], Coroutine[Any, Any, T]], breaks: Break | None) -> T:
        await self._way()
        if breaks == "before":
            raise ConnectionError(f"{name}: the store is not reached")
        return await step()

    async def _way(self) -> None:
        await asyncio.sleep(self._random.uniform(0.0001, self._most_s))  # no two at the same time
