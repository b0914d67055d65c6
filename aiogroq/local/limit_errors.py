"""The service's texts of exceeded rate limits, and its durations."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .rate_limits import Kind
from .response import ApiError

_UPGRADE = "Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing"
_REDUCE = "please reduce your message size and try again. " + _UPGRADE
_REDUCE_COMPLETION = (
    "The request's expected output tokens exceed the enforced limit; reduce max_tokens (or the request's expected "
    "output) and try again."
)


def format_go_duration(duration_s: float, *, decimals: int = 3) -> str:
    """Format seconds as Go does: `0s`, `547ms`, `7.66s`, `2m59.56s`, `1h53m56.832s`.

    *decimals* are those of the seconds: 3 in headers, 9 in error texts (`50.597142857s`).
    """
    unit_ns = 10 ** (9 - decimals)
    total_ns = max(0, round(duration_s * 1e9 / unit_ns) * unit_ns)
    if 0 < total_ns < 10**9:
        for size_ns, unit in ((10**6, "ms"), (10**3, "µs"), (1, "ns")):
            if total_ns >= size_ns:
                return f"{_decimal(total_ns, size_ns)}{unit}"
    minutes, rest_ns = divmod(total_ns, 60 * 10**9)
    seconds = f"{_decimal(rest_ns, 10**9)}s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _decimal(amount: int, unit: int) -> str:
    """Return ``amount / unit`` without rounding. *unit* is a power of ten."""
    whole, rest = divmod(amount, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


class LimitExceeded(ApiError):
    """A request that was rejected because of a rate limit."""

    kind: str
    """The name of the kind of limit."""


@dataclass(frozen=True, slots=True)
class Excess:
    """A request that does not fit a limit."""

    model: str
    organization: str
    service_tier: str
    kind: Kind
    limit: int
    requested: float

    def too_large(self) -> LimitExceeded:
        """Return the error of a request that exceeds the limit by itself: 413, but 429 for completion tokens per minute."""
        status, advice = (
            (429, f". {_REDUCE_COMPLETION}") if self.kind.name == "OTPM" else (413, f", {_REDUCE}")
        )
        return self._error(
            status, f"Request too large {self._subject()}, Requested {_whole(self.requested)}{advice}"
        )

    def limit_reached(self, level: float) -> LimitExceeded:
        """Return the 429 of a request for which the bucket has only *level* left; that may be below zero."""
        wait_s = (self.requested - level) * self.kind.window_s / self.limit
        text = (
            f"Rate limit reached {self._subject()}, Used {_whole(self.limit - level)}, Requested "
            f"{_whole(self.requested)}. Please try again in {format_go_duration(wait_s, decimals=9)}. {_UPGRADE}"
        )
        error = self._error(429, text)
        # Whole seconds, rounded up, so that a client that waits is admitted.
        error.headers = {"retry-after": str(max(1, math.ceil(wait_s)))}
        return error

    def _subject(self) -> str:
        return (
            f"for model `{self.model}` in organization `{self.organization}` service tier `{self.service_tier}` on "
            f"{self.kind.words} ({self.kind.name}): Limit {self.limit}"
        )

    def _error(self, status: int, text: str) -> LimitExceeded:
        error = LimitExceeded(status, text, "rate_limit_exceeded", type=self.kind.unit)
        error.kind = self.kind.name
        return error


def _whole(amount: float) -> int:
    """Round up, as in recorded texts: ``Used 30`` of 30 with waits below 2 s. The subtraction keeps floating-point errors down."""
    return math.ceil(amount - 1e-3)
