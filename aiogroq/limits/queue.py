"""`Queue`: the requests of one event loop, account and model that wait, and those in flight.

Only the first in the line asks the store; of a store that suspends the first ones ask together. They ask again when the wait
that the store named has passed, and when a request ends or a response says something of the limits, at least every
`_MAX_SLEEP_S`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import os
import weakref
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import PacingError
from .kinds import IN_HEADERS
from .line import Line, together
from .need import Estimates
from .overload import InFlightLimit
from .store import Ask, Granted, Level, LimitStore, Never, Seen, Wait
from .store_calls import StoreCalls
from .waiter import Waiter, too_large, too_long, what_is_waited_for

if TYPE_CHECKING:
    from .pacer import Pacer

_MAX_SLEEP_S = 10.0
_MIN_SLEEP_S = 0.001
_MAX_ASKS = 16
"""For how many requests a store that suspends is asked in one step."""
_OVERDUE_S = 1.0
"""How long a request may wait for the store in addition to `Pacing.max_wait_s`."""


class Queue:
    """The requests of one event loop, account and model. Requests of the priority ``interactive`` go before ``batch``."""

    def __init__(self, store: LimitStore, scope: str, name: str) -> None:
        self._scope = scope
        self._name = name
        """What the limits are of, for errors: a model."""
        self._calls = StoreCalls(store, scope, name)
        self._memory = self._calls.memory
        self._line = Line()
        prefix = os.urandom(6).hex()
        self.ids: Iterator[str] = map(f"{prefix}-{{}}".format, itertools.count())
        """Ids of reservations: no two of any process are equal."""
        self._timer: asyncio.TimerHandle | None = None
        self._is_asking = False
        self._ask_again = False
        self._asking: asyncio.Task[None] | None = None
        self._has_place = False
        """Whether the store may keep a place among the processes for a request that did not fit."""
        self._overdue: list[Waiter] = []
        """Requests that have waited for `Pacing.max_wait_s`, and of which the store has not said whether they fit."""
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
        return len(self._line)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is in flight."""
        return not self.in_flight and not self._line

    def give(self, limits: Mapping[str, float]) -> None:
        """Set limits that the user gave, before the next request is granted."""
        self._given |= {kind: Seen(limit, source="given") for kind, limit in limits.items()}

    # ---------------------------------------------------------------------------------------------- waiting

    def grant_now(self, pacer: Pacer, ask: Ask, now_s: float) -> bool:
        """Grant a request without a turn of the queue, where nothing else waits and every kind has room: the usual case.

        Returns False, with nothing changed, where it has to `wait`.
        """
        memory = self._memory
        if memory is None or self._line or not self.cap.has_room(self.in_flight, now_s):
            return False
        if self._is_asking or self._given or self._forgotten or pacer.has_all_in_flight:
            return False
        if memory.reserve_now(self._scope, ask) is not None:
            return False
        self.obstacle = (None, 0.0)
        self.in_flight += 1
        pacer.in_flight += 1
        return True

    async def wait(self, waiter: Waiter, front: bool) -> None:
        """Wait until ``waiter`` is granted. Raises `PacingError`, and an error of the store as it is; a cancelled task
        leaves nothing behind."""
        self._line.add(waiter, front=front)
        self.ask()
        if waiter.is_waiting:
            await self._sleep(asyncio.get_running_loop(), waiter)
        error, waiter.error = waiter.error, None
        if error is not None:
            try:
                raise error.with_traceback(waiter.traceback)
            finally:
                del error  # with its traceback it would be a circle that keeps the frames of the caller

    async def _sleep(self, loop: asyncio.AbstractEventLoop, waiter: Waiter) -> None:
        kind, wait_s = self.obstacle
        if loop.time() + wait_s > waiter.until and kind is not None and not self._line.may_pass(waiter):
            self._line.remove(waiter)
            raise self._too_long(waiter)
        waiter.future = loop.create_future()
        if waiter.until != math.inf:
            waiter.timer = loop.call_at(waiter.until, self._expire, waiter)
        try:
            await waiter.future
        except asyncio.CancelledError:
            if waiter.is_granted:
                self._take_back(waiter)
            elif waiter.is_waiting:
                self._line.remove(waiter)
                self.ask()
            raise
        finally:
            if waiter.timer is not None:
                waiter.timer.cancel()

    def _take_back(self, waiter: Waiter) -> None:
        """End the grant of a task that was cancelled in the moment in which it was granted."""
        waiter.pacer.in_flight -= 1
        self.in_flight -= 1
        self.settle(waiter.ask.id, {})

    def _expire(self, waiter: Waiter) -> None:
        if not waiter.is_waiting:
            return
        loop = asyncio.get_running_loop()
        if self._is_asking and not waiter.is_overdue and loop.time() < waiter.deadline:
            waiter.is_overdue = True
            self._overdue.append(waiter)
            waiter.timer = loop.call_at(min(waiter.until + _OVERDUE_S, waiter.deadline), self._expire, waiter)
            return
        self._fail_overdue(waiter)
        self.ask()

    def _fail_overdue(self, waiter: Waiter) -> None:
        self._line.remove(waiter)
        waiter.finish(self._too_long(waiter, is_over=True))

    def _too_long(self, waiter: Waiter, *, is_over: bool = False) -> PacingError:
        kind, most_in_flight = self.obstacle[0], self.cap.limit
        what = what_is_waited_for(waiter, kind, self._name, most_in_flight)
        if kind is None and self._is_asking and self.in_flight < most_in_flight and not waiter.is_full:
            what = f"the store of the rate limits, {self._calls.store_name}, to respond"
        return too_long(waiter, self.obstacle, what, asyncio.get_running_loop().time(), is_over=is_over)

    # ----------------------------------------------------------------------------------------------- asking

    def ask(self) -> None:
        """Grant what can be granted now."""
        if self._is_asking:
            self._ask_again = True
            return
        if not (self._line or self._forgotten):
            self._stop_timer()
            self._leave()
            return
        self._is_asking = True
        if self._calls.never_suspends:
            self._calls.run_now(self._ask())
        else:
            self._asking = asyncio.get_running_loop().create_task(self._ask())

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
                    break
            for waiter in self._overdue:
                if waiter.is_waiting:
                    self._fail_overdue(waiter)
            self._overdue.clear()
        finally:
            self._is_asking = False

    def _fail_all(self, error: Exception) -> None:
        """Let all requests that wait fail with an error of the store: none of them can be granted without it."""
        self.obstacle = (None, 0.0)
        for waiter in list(self._line):
            self._line.remove(waiter)
            waiter.finish(error)

    async def _grant_next(self) -> bool:
        """Grant or fail the next requests. Returns whether there may be others."""
        self._stop_timer()
        loop = asyncio.get_running_loop()
        room = self.cap.limit - self.in_flight
        heads = self._line.heads(1 if self._calls.never_suspends else min(_MAX_ASKS, max(room, 1)))
        if not heads:
            self.obstacle = (None, 0.0)
            self._leave()
            return False
        pause_s = self.cap.wait_s(loop.time())
        if pause_s > 0 or room <= 0:
            self.obstacle = (None, pause_s)
            if pause_s > 0:
                self._wake_in(loop, pause_s)
            return False
        if self._given:
            given, self._given = self._given, {}
            try:
                await self._calls.give(given)
            except BaseException:
                self._given = given | self._given  # for the next request
                raise
        found = await self._calls.reserve([waiter.ask for waiter in heads])
        self._has_place = not self._calls.never_suspends
        if not isinstance(found, Granted):
            return await self._stop_at(loop, found, heads[0])
        for waiter in heads[: found.count]:
            self._grant(waiter)
        if found.obstacle is None or found.count >= len(heads):
            self._has_place = False
            return True
        return await self._stop_at(loop, found.obstacle, heads[found.count])

    def _grant(self, waiter: Waiter) -> None:
        self.obstacle = (None, 0.0)
        self.in_flight += 1
        waiter.pacer.in_flight += 1
        if not waiter.is_waiting:  # cancelled while the store was asked
            self._take_back(waiter)
            return
        self._line.remove(waiter)
        waiter.finish()

    async def _stop_at(self, loop: asyncio.AbstractEventLoop, obstacle: Wait | Never, first: Waiter) -> bool:
        """Let the first request wait, or fail. Returns whether another was granted, or the first fails."""
        if not first.is_waiting:  # cancelled while the store was asked
            return True
        if isinstance(obstacle, Never):
            self._line.remove(first)
            first.finish(too_large(obstacle, self._name))
            return True
        self.obstacle = (obstacle.kind, obstacle.least_s)
        if loop.time() + obstacle.least_s > first.until:
            self._line.remove(first)
            first.finish(self._too_long(first))
            return True
        self._wake_in(loop, obstacle.wait_s)
        return first.pacer.priority == "interactive" and await self._pass_by(first, obstacle.kind)

    async def _pass_by(self, first: Waiter, kind: str) -> bool:
        """Grant small requests before the first, as long as such requests use no more than the first itself needs."""
        smaller = self._line.smaller(first, kind)
        if not self._calls.never_suspends:
            room = min(_MAX_ASKS, self.cap.limit - self.in_flight)
            return await self._pass(first, together(smaller, first, kind, room), kind)
        for waiter in smaller:
            if await self._pass(first, [waiter], kind):
                return True
        return False

    async def _pass(self, first: Waiter, smaller: Sequence[Waiter], kind: str) -> bool:
        if not smaller:
            return False
        found = await self._calls.reserve([replace(waiter.ask, is_passing=True) for waiter in smaller])
        granted = smaller[: found.count] if isinstance(found, Granted) else ()
        obstacle = self.obstacle
        for waiter in granted:
            first.passed[kind] = first.passed.get(kind, 0.0) + waiter.ask.needs.get(kind, 0.0)
            self._grant(waiter)
        self.obstacle = obstacle
        return bool(granted)

    def _leave(self) -> None:
        """Give up the place among the processes that the store kept for a request that waits no more."""
        if self._has_place:
            self._has_place = False
            self._calls.leave()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake_in(self, loop: asyncio.AbstractEventLoop, wait_s: float) -> None:
        self._timer = loop.call_later(min(max(wait_s, _MIN_SLEEP_S), _MAX_SLEEP_S), self.ask)

    # ------------------------------------------------------------------------------- what the store is told

    def settle(self, id: str, used: Mapping[str, float], seen: dict[str, Seen] | None = None) -> None:
        """End a reservation, then take over what its response says, then ask for the next request."""
        charged = self.charged
        for kind in charged:
            charged[kind] += used.get(kind, 0.0)
        self._calls.settle(id, used, seen)
        self.ask()

    def observe(self, seen: dict[str, Seen]) -> None:
        """Take over what a response says."""
        if seen:
            self._calls.observe(seen)
            self.ask()

    def block(self, wait_s: float) -> None:
        """Grant nothing for ``wait_s`` seconds."""
        self._calls.block(wait_s)

    def levels(self) -> Sequence[Level]:
        """Return the levels; of a store that suspends those that it had the last time."""
        return self._calls.levels()

    async def stored(self) -> None:
        """Wait until the store has taken what ended so far, or has failed."""
        await self._calls.stored()

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
            self._calls.settle(id, needs)
