"""`Queue`: the requests of one event loop, account and model that wait, and those in flight.

Only the first in the queue asks the store. It asks again when the store's wait has passed, and when a request ends or a
response says something of the limits. Where the store waits for another process, it asks at least every `_MAX_SLEEP_S`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import math
import os
import weakref
from collections import deque
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import PacingError
from .kinds import IN_HEADERS
from .memory import MemoryStore
from .need import Estimates
from .overload import InFlightLimit
from .store import Ask, Granted, Level, LimitStore, Never, Seen, Wait
from .waiter import Waiter, too_large, too_long

if TYPE_CHECKING:
    from .pacer import Pacer

T = TypeVar("T")

_log = logging.getLogger("aiogroq")

STORE_TIMEOUT_S = 10.0
"""How long a store may take for one step."""
_MAX_SLEEP_S = 10.0
_MIN_SLEEP_S = 0.001
_MAX_LOOKED_AT = 16
"""How many interactive requests may be looked at behind one that waits."""


class Queue:
    """The requests of one event loop, account and model. Requests of the priority ``interactive`` go before ``batch``."""

    def __init__(self, store: LimitStore, scope: str, name: str) -> None:
        self._store = store
        self._scope = scope
        self._name = name
        """What the limits are of, for errors: a model."""
        self._never_suspends = bool(getattr(store, "never_suspends", False))
        self._memory = store if isinstance(store, MemoryStore) else None
        """The store, where it can be asked without a coroutine."""
        self._waiting: dict[str, deque[Waiter]] = {"interactive": deque(), "batch": deque()}
        prefix = os.urandom(6).hex()
        self.ids: Iterator[str] = map(f"{prefix}-{{}}".format, itertools.count())
        """Ids of reservations: no two of any process are equal."""
        self._timer: asyncio.TimerHandle | None = None
        self._is_asking = False
        self._ask_again = False
        self._has_warned = False
        """Whether an error of the store was logged that no request can raise."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._levels: Sequence[Level] = ()
        self._loop = weakref.ref(asyncio.get_running_loop())
        self._forgotten: deque[tuple[Pacer, str, dict[str, float]]] = deque()
        self._given: dict[str, Seen] = {}
        self.cap: InFlightLimit = InFlightLimit()
        self.estimates: Estimates = Estimates()
        self.in_flight: int = 0
        self.charged: dict[str, float] = dict.fromkeys(IN_HEADERS, 0.0)
        """What was charged so far, of the kinds that headers have."""
        self.obstacle: tuple[str | None, float] = (None, 0.0)
        """What the first request waits for: the kind and the seconds."""

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        waiting = self._waiting
        return len(waiting["interactive"]) + len(waiting["batch"])

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is in flight."""
        return not self.in_flight and not self.waiting

    def give(self, limits: Mapping[str, float]) -> None:
        """Set limits that the user gave, before the next request is granted."""
        self._given |= {kind: Seen(limit, source="given") for kind, limit in limits.items()}

    # ---------------------------------------------------------------------------------------------- waiting

    def grant_now(self, pacer: Pacer, ask: Ask, now_s: float) -> bool:
        """Grant a request without a turn of the queue, where nothing else waits and every kind has room: the usual case.

        Returns False, with nothing changed, where it has to `wait`.
        """
        waiting = self._waiting
        if (
            self._memory is None
            or waiting["interactive"]
            or waiting["batch"]
            or self.in_flight >= self.cap.limit
        ):
            return False
        if self._is_asking or self._given or self._forgotten or pacer.has_all_in_flight:
            return False
        if self.cap.wait_s(now_s) > 0 or self._memory.reserve_now(self._scope, ask) is not None:
            return False
        self.obstacle = (None, 0.0)
        self.in_flight += 1
        pacer.in_flight += 1
        return True

    async def wait(self, waiter: Waiter, front: bool) -> None:
        """Wait until ``waiter`` is granted. Raises `PacingError`, and an error of the store as it is; a cancelled task
        leaves nothing behind."""
        loop = asyncio.get_running_loop()
        waiting = self._waiting[waiter.pacer.priority]
        if front:
            waiting.appendleft(waiter)
        else:
            waiting.append(waiter)
        self.ask()
        if not waiter.is_granted and waiter.error is None:
            await self._sleep(loop, waiter, waiting)
        if waiter.error is not None:
            raise waiter.error.with_traceback(waiter.traceback)

    async def _sleep(self, loop: asyncio.AbstractEventLoop, waiter: Waiter, waiting: deque[Waiter]) -> None:
        kind, wait_s = self.obstacle
        if loop.time() + wait_s > waiter.until and kind is not None and not self._may_pass(waiter, waiting):
            waiting.remove(waiter)
            raise self._too_long(kind, wait_s, waiter)
        waiter.future = loop.create_future()
        timer = None if waiter.until == math.inf else loop.call_at(waiter.until, self._expire, waiter)
        try:
            await waiter.future
        except asyncio.CancelledError:
            if waiter.is_granted:
                self._take_back(waiter)
            elif waiter.error is None:
                waiting.remove(waiter)
                self.ask()
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _may_pass(self, waiter: Waiter, waiting: deque[Waiter]) -> bool:
        """Return whether a request behind the first may be granted before it."""
        return waiter.pacer.priority == "interactive" and waiting[0] is not waiter

    def _take_back(self, waiter: Waiter) -> None:
        """End the grant of a task that was cancelled in the moment in which it was granted."""
        waiter.pacer.in_flight -= 1
        self.in_flight -= 1
        self.settle(waiter.ask.id, {})

    def _expire(self, waiter: Waiter) -> None:
        if waiter.is_granted or waiter.error is not None:
            return
        self._waiting[waiter.pacer.priority].remove(waiter)
        kind, wait_s = self.obstacle
        waiter.finish(self._too_long(kind, wait_s, waiter, is_over=True))
        self.ask()

    def _too_long(
        self, kind: str | None, wait_s: float, waiter: Waiter, is_over: bool = False
    ) -> PacingError:
        return too_long(
            waiter, kind, wait_s, model=self._name, most_in_flight=self.cap.limit, is_over=is_over
        )

    # ----------------------------------------------------------------------------------------------- asking

    def ask(self) -> None:
        """Grant what can be granted now."""
        if self._is_asking:
            self._ask_again = True
            return
        waiting = self._waiting
        if not (waiting["interactive"] or waiting["batch"] or self._forgotten):
            self._stop_timer()
            return
        self._is_asking = True
        self._run(self._ask())

    async def _ask(self) -> None:
        try:
            while True:
                self._ask_again = False
                self._end_forgotten()
                try:
                    is_more_possible = await self._grant_next()
                except Exception as error:
                    self._fail_all(error)
                    is_more_possible = False
                if not is_more_possible and not self._ask_again:
                    return
        finally:
            self._is_asking = False

    def _fail_all(self, error: Exception) -> None:
        """Let all requests that wait fail with an error of the store: none of them can be granted without it."""
        self.obstacle = (None, 0.0)
        for waiting in self._waiting.values():
            while waiting:
                waiting.popleft().finish(error)

    async def _grant_next(self) -> bool:
        """Grant or fail one request. Returns whether there may be another."""
        self._stop_timer()
        waiting, first = self._first()
        if first is None:
            self.obstacle = (None, 0.0)
            return False
        loop = asyncio.get_running_loop()
        pause_s = self.cap.wait_s(loop.time())
        if pause_s > 0 or self.in_flight >= self.cap.limit:
            self.obstacle = (None, pause_s)
            if pause_s > 0:
                self._wake_in(loop, pause_s)
            return False
        if self._given:
            given, self._given = self._given, {}
            try:
                await self._bounded(self._store.observe(self._scope, given))
            except BaseException:
                self._given = given | self._given  # for the next request
                raise
        found = await self._reserve(first)
        if isinstance(found, Granted):
            self._grant(first, waiting)
            return True
        if isinstance(found, Never):
            waiting.remove(first)
            first.finish(too_large(found, self._name))
            return True
        return await self._wait_for(loop, found, first, waiting)

    def _first(self) -> tuple[deque[Waiter], Waiter | None]:
        for waiting in self._waiting.values():
            if waiting and waiting[0].is_full and waiting[0].pacer.waiting >= len(waiting):
                continue  # all are of one pacer
            for waiter in waiting:
                if not waiter.is_full:
                    return waiting, waiter
        return self._waiting["batch"], None

    async def _reserve(self, waiter: Waiter) -> Granted | Wait | Never:
        return await self._bounded(self._store.reserve(self._scope, [waiter.ask]))

    async def _bounded(self, step: Coroutine[Any, Any, T]) -> T:
        """Take a step of the store. Raises `PacingError` where it hangs."""
        if self._never_suspends:
            return await step
        try:
            return await asyncio.wait_for(step, STORE_TIMEOUT_S)
        except asyncio.TimeoutError as error:
            raise PacingError(
                f"The call was not sent: the store of the rate limits, {type(self._store).__name__}, has not responded for "
                f"{STORE_TIMEOUT_S:g} s. See whether the service behind it can be reached."
            ) from error

    def _grant(self, waiter: Waiter, waiting: deque[Waiter]) -> None:
        self.obstacle = (None, 0.0)
        self.in_flight += 1
        waiter.pacer.in_flight += 1
        if waiter not in waiting:  # cancelled while the store was asked
            self._take_back(waiter)
            return
        waiting.remove(waiter)
        waiter.finish()

    async def _wait_for(
        self, loop: asyncio.AbstractEventLoop, wait: Wait, first: Waiter, waiting: deque[Waiter]
    ) -> bool:
        """Let the first request wait. Returns whether another was granted, or the first fails."""
        self.obstacle = (wait.kind, wait.least_s)
        if loop.time() + wait.least_s > first.until and first in waiting:
            waiting.remove(first)
            first.finish(self._too_long(wait.kind, wait.least_s, first))
            return True
        self._wake_in(loop, wait.wait_s)
        return first.pacer.priority == "interactive" and await self._pass_by(first, wait, waiting)

    async def _pass_by(self, first: Waiter, wait: Wait, waiting: deque[Waiter]) -> bool:
        """Grant a small request before the first, as long as such requests use no more than the first itself needs."""
        kind = wait.kind
        size = first.ask.needs.get(kind, 0.0)
        passed = first.passed.get(kind, 0.0)
        behind = [waiter for waiter in itertools.islice(waiting, _MAX_LOOKED_AT) if waiter is not first]
        for waiter in behind:
            need = waiter.ask.needs.get(kind, 0.0)
            if waiter.is_full or need >= size or passed + need > size:
                continue
            if isinstance(await self._reserve(waiter), Granted):
                first.passed[kind] = passed + need
                obstacle = self.obstacle
                self._grant(waiter, waiting)
                self.obstacle = obstacle
                return True
        return False

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake_in(self, loop: asyncio.AbstractEventLoop, wait_s: float) -> None:
        self._timer = loop.call_later(min(max(wait_s, _MIN_SLEEP_S), _MAX_SLEEP_S), self.ask)

    # ------------------------------------------------------------------------------- what the store is told

    def settle(self, id: str, used: Mapping[str, float], seen: dict[str, Seen] | None = None) -> None:
        """End a reservation, then take over what its response says, then ask for the next request."""
        for kind in self.charged:
            self.charged[kind] += used.get(kind, 0.0)
        if self._memory is not None:
            self._memory.settle_now(self._scope, id, used, seen)
            self.ask()
            return
        self._run(self._settle(id, used, seen))

    def observe(self, seen: dict[str, Seen]) -> None:
        """Take over what a response says."""
        if seen:
            self._run(self._observe(seen))

    def block(self, wait_s: float) -> None:
        """Grant nothing for ``wait_s`` seconds."""
        self._run(self._bounded(self._store.block(self._scope, wait_s)))

    async def _settle(self, id: str, used: Mapping[str, float], seen: dict[str, Seen] | None) -> None:
        try:
            await self._bounded(self._store.settle(self._scope, id, used, seen))
        finally:
            self.ask()

    async def _observe(self, seen: dict[str, Seen]) -> None:
        try:
            await self._bounded(self._store.observe(self._scope, seen))
        finally:
            self.ask()

    def levels(self) -> Sequence[Level]:
        """Return the levels; of a store that suspends those that it had the last time."""
        self._run(self._read_levels())
        return self._levels

    async def _read_levels(self) -> None:
        self._levels = await self._bounded(self._store.levels(self._scope))

    def forgotten(self, pacer: Pacer, id: str, needs: dict[str, float]) -> None:
        """End a grant that was garbage-collected, in whichever thread that happened."""
        self._forgotten.append((pacer, id, needs))
        loop = self._loop()
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop may be closed
                loop.call_soon_threadsafe(self.ask)

    def _end_forgotten(self) -> None:
        while self._forgotten:
            pacer, id, needs = self._forgotten.popleft()
            pacer.in_flight -= 1
            self.in_flight -= 1
            self._run(self._settle(id, needs, None))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine of the store: at once where it never suspends, otherwise in a task."""
        if not self._never_suspends:
            task = asyncio.get_running_loop().create_task(self._logged(work))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        try:
            work.send(None)
        except StopIteration:
            return
        except Exception as error:
            self._warn(error)
            return
        work.close()
        raise RuntimeError(f"{type(self._store).__name__} says that it never suspends, and it did")

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            self._warn(error)

    def _warn(self, error: Exception) -> None:
        """Log the first error of the store that no request can raise."""
        if self._has_warned:
            return
        self._has_warned = True
        _log.warning(
            "%s failed: %r. What requests of %s used is not stored, so their limits may not be kept. Further errors of "
            "this store are not logged.",
            type(self._store).__name__,
            error,
            self._name,
        )
