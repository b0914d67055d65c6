"""`Arrivals`: how many of the requests in flight may not have come to the service yet.

A request is counted by the service when it comes. Until then its limit refills without it, and what flows into a full limit is
lost. So a request lets nothing flow into a full book before it has a response, or before it surely has come.
"""

from __future__ import annotations

PERIOD_S = 0.5
"""A request that was granted in one period has surely come at the end of the next one, so after 0.5 to 1 s: the opening of a
connection is in there."""


class Arrivals:
    """The requests of one account and model that were granted in this period and in the one before, and have no response."""

    __slots__ = ("_newest", "on_the_way", "period", "period_ends_s")

    def __init__(self) -> None:
        self.on_the_way: int = 0
        """How many requests may not have come yet."""
        self.period: int = 0
        self.period_ends_s: float = 0.0
        """When the period ends, while any request may be on the way."""
        self._newest = 0
        """How many of them were granted in this period."""

    def granted(self, now_s: float) -> int:
        """Count a request that was granted. Returns its period."""
        if not self.on_the_way:
            self.period_ends_s = now_s + PERIOD_S
        self.on_the_way += 1
        self._newest += 1
        return self.period

    def came(self, period: int) -> None:
        """Count a request that was granted in *period* and has a response, or is not sent any more."""
        if period == self.period:
            self._newest -= 1
            self.on_the_way -= 1
        elif period == self.period - 1:
            self.on_the_way -= 1

    def next_period(self) -> None:
        """Begin the next period: requests of the one before the last have come."""
        self.on_the_way = self._newest
        self._newest = 0
        self.period += 1
        self.period_ends_s += PERIOD_S
