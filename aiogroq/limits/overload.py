"""`InFlightLimit`: how many requests may be in flight, which guards against overload of the service (498, 503), not against
rate limits: a rate limit is one of rate, and says nothing of concurrency."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple

_resource: Any
try:
    import resource as _resource
except ImportError:  # Windows
    _resource = None
_who: int | None = getattr(_resource, "RUSAGE_THREAD", None)

INITIAL = 2.0
THRESHOLD = 32.0
"""Up to here the limit doubles with each round trip. A limit of requests per minute that is in no header shows by the
rejection of what is in flight: so it grows slowly beyond."""
_SLOWNESS = 4
"""So many responses for each request that may be in flight raise the limit by one there."""
_BUSY = 0.7
"""A thread that computes this part of the time is busy: with more requests in flight each would only take longer."""
_FEW = 8
"""So is one that waits less than once in so many responses."""
_CLOCK_ERROR = 0.2
"""A clock that is wrong by this part is a simulated one."""
DECREASE = 0.7
PAUSE_S = 1.0


class ThreadUse(NamedTuple):
    """What a thread has used so far."""

    at_s: float
    """The real time."""
    cpu_s: float
    waits: int | None
    """How often it has waited, for the network or another thread; None where the system does not count that."""


def thread_use() -> ThreadUse:
    """Return what this thread has used so far."""
    cpu_s = time.thread_time() if hasattr(time, "thread_time") else time.process_time()
    return ThreadUse(time.monotonic(), cpu_s, None if _who is None else _resource.getrusage(_who).ru_nvcsw)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


class InFlightLimit:
    """Slow start, additive increase while the thread is not busy, multiplicative decrease. After an overload nothing is sent
    for a second, then one request at a time until one succeeds.

    Args:
        clock: Returns seconds, as the event loop does. Where it is not the real time, the thread is never busy.
        use: Returns what the thread has used.
    """

    def __init__(
        self, clock: Callable[[], float] = _loop_time, use: Callable[[], ThreadUse] = thread_use
    ) -> None:
        self._clock = clock
        self._use = use
        self._limit = INITIAL
        self._responses = 0
        """Beyond `THRESHOLD`: those since the limit was looked at."""
        self._looked_at_s = float("-inf")
        """When that was, on the clock of the event loop."""
        self._used = ThreadUse(0.0, 0.0, None)
        """What its thread had used then."""
        self._is_overloaded = False
        self._paused_until_s = float("-inf")

    @property
    def limit(self) -> int:
        """How many may be in flight."""
        return 1 if self._is_overloaded else int(self._limit)

    def has_room(self, in_flight: int, now_s: float) -> bool:
        """Return whether another request may be sent now, while ``in_flight`` are."""
        return in_flight < (1 if self._is_overloaded else int(self._limit)) and now_s >= self._paused_until_s

    def wait_s(self, now_s: float) -> float:
        """Return the seconds until anything may be sent."""
        return max(0.0, self._paused_until_s - now_s)

    def succeeded(self, in_flight: int) -> None:
        """Count a response. ``in_flight`` is how many there were, this one included."""
        self._is_overloaded = False
        if in_flight <= self._limit / 2:
            return
        if self._limit < THRESHOLD:
            self._limit += 1.0
            return
        self._responses += 1
        if self._responses >= _SLOWNESS * self._limit:
            self._limit += not self._is_busy()
            self._responses = 0

    def _is_busy(self) -> bool:
        """Return whether the thread was busy since the last call."""
        before, now = self._used, self._use()
        began_s, now_s = self._looked_at_s, self._clock()
        self._used, self._looked_at_s = now, now_s
        elapsed_s, real_s = now_s - began_s, now.at_s - before.at_s
        if abs(elapsed_s - real_s) > _CLOCK_ERROR * real_s:
            return False
        # Also where others take the processor: then it computes a small part of the time, and waits for nothing else.
        waits = None if before.waits is None or now.waits is None else now.waits - before.waits
        if waits is not None and waits * _FEW <= self._responses:
            return True
        return now.cpu_s - before.cpu_s >= _BUSY * real_s

    def overloaded(self, sent_at_s: float, now_s: float) -> None:
        """Count a 498 or a 503 for a request that was sent at ``sent_at_s``.

        One that was sent before the last decrease tells nothing new.
        """
        if sent_at_s < self._paused_until_s - PAUSE_S:
            return
        if not self._is_overloaded:
            self._limit = max(1.0, self._limit * DECREASE)
            self._responses = 0
        self._is_overloaded = True
        self._paused_until_s = now_s + PAUSE_S
