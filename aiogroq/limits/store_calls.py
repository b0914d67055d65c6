"""`StoreCalls`: the calls of one queue to its store.

The end of a request is stored in the background. Where that fails it is stored again, until the store responds: what a request
used is charged once, because a reservation ends once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from ..errors import PacingError
from .memory import MemoryStore
from .store import Ask, Granted, Level, LimitStore, Never, Seen, Wait

T = TypeVar("T")

_log = logging.getLogger("aiogroq")

STORE_TIMEOUT_S = 10.0
"""How long a store may take for one step."""
_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 10.0
_OLD_S = 10.0
"""What a response said of the levels is not stored later than this: it would lower what has refilled."""
_MUCH = 1e15
_MAX_UNSTORED = 10_000
"""So many ends of requests are stored again at most; of more the oldest are forgotten."""


class _End(NamedTuple):
    """How a request ended."""

    used: Mapping[str, float]
    seen: Mapping[str, Seen] | None
    at_s: float


class StoreCalls:
    """The calls to a store about one scope. ``name`` is what the limits are of, for errors: a model."""

    def __init__(self, store: LimitStore, scope: str, name: str) -> None:
        self._store = store
        self._scope = scope
        self._name = name
        self.never_suspends: bool = bool(getattr(store, "never_suspends", False))
        self._keeps_order = self.never_suspends or bool(getattr(store, "keeps_order", False))
        self.memory: MemoryStore | None = store if isinstance(store, MemoryStore) else None
        """The store, where it can be asked without a coroutine."""
        self._has_warned = False
        """Whether an error of the store was logged that no request can raise."""
        self._steps: set[asyncio.Task[None]] = set()
        """What is being stored."""
        self._reading: asyncio.Task[None] | None = None
        self._unstored: dict[str, _End] = {}
        """The ends of requests that are not stored yet, by the ids of their reservations."""
        self._retry: asyncio.TimerHandle | None = None
        self._retry_s = _FIRST_RETRY_S
        self._levels: Sequence[Level] = ()

    @property
    def store_name(self) -> str:
        """The name of the store, for errors."""
        return type(self._store).__name__

    # ------------------------------------------------------------------------------------- with a result

    async def reserve(self, asks: Sequence[Ask]) -> Granted | Wait | Never:
        """Reserve for as many of ``asks`` as fit. Raises `PacingError` where the store hangs, and its error as it is."""
        if not self._keeps_order:
            await self.stored()  # a 429 must be stored before its request is sent again
        try:
            found = await self._bounded(self._store.reserve(self._scope, asks))
        except BaseException:
            if not self.never_suspends:  # it may have reserved all the same
                for ask in asks:
                    self._store_later(ask.id, _End({}, None, 0.0))
            raise
        self._retry_now()
        return found

    async def give(self, limits: Mapping[str, Seen]) -> None:
        """Set limits that the user gave. Raises as `reserve`."""
        await self._bounded(self._store.observe(self._scope, limits))

    def levels(self) -> Sequence[Level]:
        """Return the levels; of a store that suspends those that it had the last time."""
        if self.never_suspends:
            self.run_now(self._read_levels())
        elif self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._logged(self._read_levels))
        return self._levels

    async def _read_levels(self) -> None:
        with contextlib.suppress(PacingError):  # raised by the calls that wait for the store
            self._levels = await self._bounded(self._store.levels(self._scope))

    # ------------------------------------------------------------------------------------ in the background

    def settle(self, id: str, used: Mapping[str, float], seen: dict[str, Seen] | None = None) -> None:
        """End a reservation, then take over what its response says."""
        if self.memory is not None:
            self.memory.settle_now(self._scope, id, used, seen)
        else:
            self._run(self._settle, id, _End(used, seen, asyncio.get_running_loop().time()))

    def observe(self, seen: dict[str, Seen]) -> None:
        """Take over what a response says."""
        self._run(self._step, self._store.observe, seen)

    def block(self, wait_s: float) -> None:
        """Grant nothing for ``wait_s`` seconds."""
        self._run(self._step, self._store.block, wait_s)

    def leave(self) -> None:
        """Give up the place of this process in the line for the limits."""
        self._run(self._step, self._store.reserve, ())

    async def stored(self) -> None:
        """Wait until the store has taken what was told to it so far, or has failed."""
        if self._steps:
            await asyncio.wait(self._steps)

    async def _settle(self, id: str, end: _End) -> None:
        try:
            await self._bounded(self._store.settle(self._scope, id, end.used, end.seen))
        except BaseException:
            self._store_later(id, end)
            raise
        self._unstored.pop(id, None)
        self._retry_now()

    async def _step(self, step: Callable[[str, Any], Coroutine[Any, Any, object]], value: Any) -> None:
        await self._bounded(step(self._scope, value))

    def _store_later(self, id: str, end: _End) -> None:
        """Store the end of a request again when the store responds, or after a while."""
        if self.never_suspends:
            return
        self._unstored.setdefault(id, end)
        if len(self._unstored) > _MAX_UNSTORED:
            del self._unstored[next(iter(self._unstored))]
        if self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(self._retry_s, self._store_again)
            self._retry_s = min(2 * self._retry_s, _LONGEST_RETRY_S)

    def _retry_now(self) -> None:
        """Store what was not stored: the store has just responded."""
        self._retry_s = _FIRST_RETRY_S
        if self._unstored:
            self._store_again()

    def _store_again(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        unstored, self._unstored = self._unstored, {}
        now_s = asyncio.get_running_loop().time()
        for id, end in unstored.items():
            self._run(self._settle, id, end._replace(seen=_later(end, now_s)))

    async def _bounded(self, step: Coroutine[Any, Any, T]) -> T:
        """Take a step of the store. Raises `PacingError` where it hangs."""
        if self.never_suspends:
            return await step
        task, is_over = asyncio.current_task(), False
        assert task is not None

        def end() -> None:
            nonlocal is_over
            is_over = True
            task.cancel()

        timer = asyncio.get_running_loop().call_later(STORE_TIMEOUT_S, end)
        try:
            return await step
        except asyncio.CancelledError:
            if not is_over:
                raise
            if sys.version_info >= (3, 11):
                task.uncancel()
            raise PacingError(
                f"The call was not sent: the store of the rate limits, {self.store_name}, has not responded for "
                f"{STORE_TIMEOUT_S:g} s. See whether the service behind it can be reached."
            ) from None
        finally:
            timer.cancel()

    def _run(self, step: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> None:
        """Take a step of the store: at once where it never suspends, otherwise in a task."""
        if self.never_suspends:
            self.run_now(step(*arguments))
            return
        task = asyncio.get_running_loop().create_task(self._logged(step, *arguments))
        self._steps.add(task)
        task.add_done_callback(self._steps.discard)

    def run_now(self, step: Coroutine[Any, Any, None]) -> None:
        """Take a step of a store that never suspends."""
        try:
            step.send(None)
        except StopIteration:
            return
        except Exception as error:
            self._warn(error)
            return
        step.close()
        raise RuntimeError(f"{self.store_name} says that it never suspends, and it did")

    async def _logged(self, step: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> None:
        # It makes the coroutine itself: a task that is cancelled before its first step leaves none that was never awaited.
        try:
            await step(*arguments)
        except Exception as error:
            self._warn(error)

    def _warn(self, error: Exception) -> None:
        """Log the first error of the store that no request can raise."""
        if self._has_warned:
            return
        self._has_warned = True
        _log.warning(
            "%s failed: %r. What requests of %s used is stored when it responds again; until then their limits may not be "
            "kept. Further errors of this store are not logged.",
            self.store_name,
            error,
            self._name,
        )


def _later(end: _End, now_s: float) -> Mapping[str, Seen] | None:
    """Return what a response said, to be stored later: a header of then may lower a level, and never raises it."""
    if now_s - end.at_s > _OLD_S or not end.seen:
        return None
    return {
        kind: seen if seen.is_exact or seen.level is None else replace(seen, stale=_MUCH)
        for kind, seen in end.seen.items()
    }
