"""The kinds of rate limits that the service has, their windows, and `Limits`: the numbers of one account and model.

https://console.groq.com/docs/rate-limits. Every kind is a token bucket that refills evenly over its window: the retry-after
of an error text is ``(used + requested - limit) * window / limit``, for minutes as for days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class LimitKind:
    """One kind of rate limit."""

    name: str
    """Its name in error texts, such as ``TPM``."""
    unit: Literal["requests", "tokens", "seconds"]
    """What it counts; ``seconds`` are those of audio."""
    window_s: float
    """The time in which an empty bucket becomes full."""
    option: str
    """Its name in `Limits`."""


KINDS: Mapping[str, LimitKind] = {
    kind.name: kind
    for kind in (
        LimitKind("RPM", "requests", 60.0, "rpm"),
        LimitKind("RPD", "requests", 86_400.0, "rpd"),
        LimitKind("TPM", "tokens", 60.0, "tpm"),
        LimitKind("TPD", "tokens", 86_400.0, "tpd"),
        LimitKind("ITPM", "tokens", 60.0, "itpm"),
        LimitKind("OTPM", "tokens", 60.0, "otpm"),
        LimitKind("ASPH", "seconds", 3_600.0, "ash"),
        LimitKind("ASPD", "seconds", 86_400.0, "asd"),
    )
}


@dataclass(frozen=True)
class Limits:
    """The limits of an account for one model. None is not known: it is learned from responses."""

    rpm: float | None = None
    """Requests per minute."""
    rpd: float | None = None
    """Requests per day."""
    tpm: float | None = None
    """Tokens per minute."""
    tpd: float | None = None
    """Tokens per day."""
    itpm: float | None = None
    """Prompt tokens per minute."""
    otpm: float | None = None
    """Completion tokens per minute."""
    ash: float | None = None
    """Seconds of audio per hour."""
    asd: float | None = None
    """Seconds of audio per day."""

    def by_kind(self) -> dict[str, float]:
        """Return the known limits, by the name of their kind."""
        values = ((kind.name, getattr(self, kind.option)) for kind in KINDS.values())
        return {name: value for name, value in values if value is not None}
