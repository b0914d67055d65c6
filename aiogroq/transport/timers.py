"""Timeouts: each attempt has a `PhaseTimer`, and one `TimerWheel` for each event loop checks all of them.

An asyncio timer for each request or phase, as aiohttp has them, costs more than the phases do. The wheel needs one timer for
all attempts of a loop. It checks several times within the shortest timeout, so a timeout fires at most an eighth of itself late.

A check that comes late follows a time in which the loop was blocked. Responses may have arrived in the sockets meanwhile, so
no timeout fires until a check comes on time, or until several late checks, each after a pass over the sockets, agree.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import aiohttp

from ..protocol.timeouts import Timeout

_CHECKS = 8
"""Checks within the shortest timeout."""
_SHORTEST_TICK_S = 0.005
_LONGEST_TICK_S = 0.25
_GRACE_S = 0.05
"""Seconds after a late check until the next one: the loop reads the data that arrived while it was blocked."""
_LATE_CHECKS = 4
"""Late checks in a row after which an exceeded timeout fires although no check was on time."""


class TimerWheel:
    """Checks the phase timers of one event loop at intervals, while there are any."""

    __slots__ = ("__weakref__", "_handle", "_late", "_next", "_tick_s", "_timers", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Weakly: a wheel must not keep its loop alive.
        self.loop: weakref.ref[asyncio.AbstractEventLoop] = weakref.ref(loop)
        self._timers: set[PhaseTimer] = set()
        self._late: dict[PhaseTimer, tuple[float, int]] | None = None
        """After a late check: for each exceeded timer its due time and the number of late checks that found it. Else None."""
        self._handle: asyncio.TimerHandle | None = None
        self._next = 0.0
        self._tick_s = _LONGEST_TICK_S

    def add(self, timer: PhaseTimer, shortest_s: float, now: float) -> None:
        """Check this timer from now on, often enough for a timeout of ``shortest_s`` seconds."""
        self._timers.add(timer)
        tick_s = shortest_s / _CHECKS
        if tick_s < self._tick_s:
            self._tick_s = max(tick_s, _SHORTEST_TICK_S)
        # After a late check the grace period stays, however short the new timeout is.
        if self._handle is None or (self._late is None and self._next > now + self._tick_s):
            self._schedule(now + self._tick_s)

    def remove(self, timer: PhaseTimer) -> None:
        """Stop checking this timer."""
        self._timers.discard(timer)

    def _schedule(self, at: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        loop = self.loop()
        if loop is not None and self._timers:
            self._next = at
            self._handle = loop.call_at(at, self._check, loop)

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        self._handle = None
        now = loop.time()
        if now - self._next > _SHORTEST_TICK_S:
            self._check_late(now)
            self._schedule(now + _GRACE_S)
            return
        self._late = None
        for timer in list(self._timers):
            timer.check(now)
        # The timer with the shortest timeout may have been removed.
        shortest_s = min((timer.shortest_s for timer in self._timers), default=_LONGEST_TICK_S * _CHECKS)
        self._tick_s = min(max(shortest_s / _CHECKS, _SHORTEST_TICK_S), _LONGEST_TICK_S)
        self._schedule(now + self._tick_s)

    def _check_late(self, now: float) -> None:
        """Count this check for each exceeded timer. A timer expires at its `_LATE_CHECKS`-th late check."""
        before, late = self._late or {}, dict[PhaseTimer, tuple[float, int]]()
        for timer in list(self._timers):
            exceeded = timer.exceeded(now)
            if exceeded is None:
                continue
            due_at, checks = before.get(timer, (0.0, 0))
            # With another due time the phase has begun anew: data arrived in between.
            checks = checks + 1 if due_at == exceeded[2] else 1
            if checks < _LATE_CHECKS:
                late[timer] = exceeded[2], checks
            else:
                timer.check(now)
        self._late = late if self._timers else None


_wheels: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, TimerWheel] = weakref.WeakKeyDictionary()
_latest: list[TimerWheel] = []


def wheel_of(loop: asyncio.AbstractEventLoop) -> TimerWheel:
    """Return the timer wheel of this loop."""
    if _latest and _latest[0].loop() is loop:  # nearly always: a weak dictionary takes four times as long
        return _latest[0]
    wheel = _wheels.get(loop)
    if wheel is None:
        for ref in _wheels.keyrefs():
            ended = ref()
            if ended is not None and ended.is_closed():
                _wheels.pop(ended, None)  # its last asyncio timer refers to the loop and would keep it alive
        wheel = _wheels[loop] = TimerWheel(loop)
    _latest[:] = [wheel]
    return wheel


class PhaseTimer:
    """Calls ``on_expiry`` once, when a phase of an attempt or the whole call exceeds its timeout."""

    __slots__ = (
        "_loop", "_since", "_timeout", "_wheel", "deadline",
        "expired_phase", "expired_timeout_s", "is_new_connection", "is_undelivered", "on_expiry", "phase", "started_at",
    )  # fmt: skip

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        timeout: Timeout,
        deadline: float | None,
        on_expiry: Callable[[], object],
    ) -> None:
        self._loop = loop
        self._timeout = timeout
        self.deadline: float | None = deadline
        """When the whole call must have ended, on the clock of the loop."""
        self._wheel: TimerWheel | None = None
        self._since = 0.0
        self.started_at: float = 0.0
        self.on_expiry: Callable[[], object] = on_expiry
        self.phase: str = "pool"
        """A phase of `Timeout`; empty while nothing is awaited and only the deadline counts."""
        self.expired_phase: str | None = None
        self.expired_timeout_s: float | None = None
        self.is_new_connection: bool = True
        """Whether the attempt is the first on its connection, as far as is known."""
        self.is_undelivered: bool = False
        """Whether it is certain that the server did not receive the request."""

    def start(self, phase: str) -> None:
        """Start the timer, in this phase."""
        now = self._since = self.started_at = self._loop.time()
        self.phase = phase
        shortest_s = self._timeout.shortest
        if shortest_s is not None:
            self._wheel = wheel_of(self._loop)
            self._wheel.add(self, shortest_s, now)

    def start_phase(self, phase: str) -> None:
        """Begin the next phase now."""
        self.phase = phase
        self._since = self._loop.time()

    def stop_phase(self) -> None:
        """End the phase: until the next one only the deadline counts."""
        self.phase = ""

    @property
    def total_s(self) -> float | None:
        """The timeout of the whole call, in seconds."""
        return self._timeout.total

    @property
    def shortest_s(self) -> float:
        """The shortest of the timeouts, in seconds."""
        return self._timeout.shortest or 0.0

    def stop(self) -> None:
        """Stop the timer and drop ``on_expiry``, which is a reference cycle between timer and body."""
        self.on_expiry = _nothing
        if self._wheel is not None:
            self._wheel.remove(self)
            self._wheel = None

    def check(self, now: float) -> None:
        """Expire if a timeout is exceeded at ``now``, on the clock of the loop."""
        exceeded = self.exceeded(now)
        if exceeded is not None:
            on_expiry = self.on_expiry
            self.expired_phase, self.expired_timeout_s, _ = exceeded
            self.stop()
            on_expiry()

    def exceeded(self, now: float) -> tuple[str, float | None, float] | None:
        """Return the phase, the seconds and the due time of a timeout that is exceeded at ``now``, or None."""
        timeout_s = self._timeout.limit(self.phase)
        if self.deadline is not None and now >= self.deadline:
            return "total", self._timeout.total, self.deadline
        if timeout_s is not None and now >= self._since + timeout_s:
            return self.phase, timeout_s, self._since + timeout_s
        return None


def _nothing() -> None:
    pass


# ------------------------------------------------------------------------------- phases by aiohttp's public tracing

current_timer: ContextVar[list[PhaseTimer] | None] = ContextVar("aiogroq_timer", default=None)
"""The timer of the attempt that is being sent by aiohttp's public API, in a list that is emptied afterwards, because a
connection keeps the context in which it was opened. Not an argument of the request: recorders copy those or write them down."""


def phase_trace() -> aiohttp.TraceConfig:
    """Return a trace that starts the phases of `current_timer`, for own sessions that do not take the fast path."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_queued_start.append(_starts("pool"))
    trace.on_connection_queued_end.append(_starts("first_byte"))
    trace.on_connection_create_start.append(_starts("connect"))
    trace.on_connection_create_end.append(_starts("first_byte"))
    return trace


def _starts(phase: str) -> Any:
    async def start_phase(*_: object) -> None:
        for timer in current_timer.get() or ():
            timer.start_phase(phase)

    return start_phase
