"""`InFlightLimit`: how many requests may be in flight, which guards against overload of the service (498, 503), not against
rate limits: a rate limit is one of rate, and says nothing of concurrency."""

from __future__ import annotations

INITIAL = 2.0
THRESHOLD = 32.0
"""Up to here the limit doubles with each round trip. A limit of requests per minute that is in no header shows by the
rejection of what is in flight: so it grows slowly beyond."""
_SLOWNESS = 4.0
DECREASE = 0.7
PAUSE_S = 1.0


class InFlightLimit:
    """Slow start, additive increase, multiplicative decrease. After an overload nothing is sent for a second, then one
    request at a time until one succeeds."""

    def __init__(self) -> None:
        self._limit = INITIAL
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
        if in_flight > self._limit / 2:
            self._limit += 1.0 if self._limit < THRESHOLD else 1.0 / (_SLOWNESS * self._limit)

    def overloaded(self, sent_at_s: float, now_s: float) -> None:
        """Count a 498 or a 503 for a request that was sent at ``sent_at_s``.

        One that was sent before the last decrease tells nothing new.
        """
        if sent_at_s < self._paused_until_s - PAUSE_S:
            return
        if not self._is_overloaded:
            self._limit = max(1.0, self._limit * DECREASE)
        self._is_overloaded = True
        self._paused_until_s = now_s + PAUSE_S
