"""`InFlightLimit`: how many requests may be in flight, which guards against overload of the service (498, 503), not against
rate limits: a rate limit is one of rate, and says nothing of concurrency."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

INITIAL = 2.0
THRESHOLD = 32.0
"""Up to here the limit doubles with each round trip. A limit of requests per minute that is in no header shows by the
rejection of what is in flight: so it grows slowly beyond."""
_SLOWNESS = 4
"""So many responses for each request that may be in flight raise the limit by one there."""
_BUSY = 0.7
"""A thread that computes this part of the time is busy: with more requests in flight each would only take longer."""
DECREASE = 0.7
PAUSE_S = 1.0


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _cpu_time() -> float:
    return time.thread_time() if hasattr(time, "thread_time") else time.process_time()


class InFlightLimit:
    """Slow start, additive increase while the thread is not busy, multiplicative decrease. After an overload nothing is sent
    for a second, then one request at a time until one succeeds.

    Args:
        clock: Returns seconds, as the event loop does.
        cpu_clock: Returns the CPU seconds of the thread.
    """

    def __init__(
        self, clock: Callable[[], float] = _loop_time, cpu_clock: Callable[[], float] = _cpu_time
    ) -> None:
        self._clock = clock
        self._cpu_clock = cpu_clock
        self._limit = INITIAL
        self._responses = 0
        """Beyond `THRESHOLD`: those since the limit was looked at."""
        self._looked_at_s = self._cpu_s = float("-inf")
        """When that was, on the clock of the event loop, and the CPU of its thread until then."""
        self._is_overloaded = False
        self._paused_until_s = float("-inf")

    @property
    def limit(self) -> int:
        """How many may be in flight."""
        return 1 if self._is_overloaded else int(self._limit)

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
            self._responses = 0
            self._limit += not self._is_busy()

    def _is_busy(self) -> bool:
        """Return whether the thread was busy since the last call."""
        now_s, cpu_s = self._clock(), self._cpu_clock()
        elapsed_s, used_s = now_s - self._looked_at_s, cpu_s - self._cpu_s
        self._looked_at_s, self._cpu_s = now_s, cpu_s
        return 0 < elapsed_s < float("inf") and used_s >= _BUSY * elapsed_s

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
