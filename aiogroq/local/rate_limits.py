"""`RateLimit`: the limits of one model, the kinds that the service has, and how it counts a request in flight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Admission = Literal["check", "reserve", "reserve_keep"]
"""How tokens of requests in flight count. The service has changed it over time.

- `"check"`: a request is admitted when the level has room for it. Its real usage is charged at the end of the response, so
  requests in flight at the same time may use more than the limit.
- `"reserve"`: its prompt and `max_completion_tokens` are charged when it is admitted. At the end of the response the
  difference to the real usage is given back.
- `"reserve_keep"`: as `"reserve"`, but nothing is given back.
"""
ADMISSIONS: tuple[Admission, ...] = get_args(Admission)

DEFAULT_ORGANIZATION = "org_local"


@dataclass(frozen=True)
class RateLimit:
    """The limits of one model; `None` is unlimited. `rpd` and `tpm` are in the headers of responses."""

    rpm: int | None = None
    """Requests per minute."""
    rpd: int | None = 50_000_000
    """Requests per day."""
    tpm: int | None = 100_000_000
    """Tokens per minute."""
    tpd: int | None = None
    """Tokens per day."""
    ash: int | None = None
    """Seconds of audio per hour."""
    asd: int | None = None
    """Seconds of audio per day."""
    itpm: int | None = None
    """Prompt tokens per minute."""
    otpm: int | None = None
    """Completion tokens per minute."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of limit."""

    name: str
    """As error texts name it."""
    option: str
    """The field of `RateLimit`."""
    words: str
    """As error texts describe it."""
    unit: Literal["requests", "tokens", "seconds"]
    """The `type` of the error."""
    window_s: float
    """The time in which an empty bucket becomes full."""


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("RPM", "rpm", "requests per minute", "requests", 60.0),
        Kind("RPD", "rpd", "requests per day", "requests", 86_400.0),
        Kind("TPM", "tpm", "tokens per minute", "tokens", 60.0),
        Kind("TPD", "tpd", "tokens per day", "tokens", 86_400.0),
        Kind("ITPM", "itpm", "input tokens per minute", "tokens", 60.0),
        Kind("OTPM", "otpm", "output tokens per minute", "tokens", 60.0),
        Kind("ASPH", "ash", "seconds of audio per hour", "seconds", 3_600.0),
        Kind("ASPD", "asd", "seconds of audio per day", "seconds", 86_400.0),
    )
}


@dataclass(frozen=True, slots=True)
class Amount:
    """What one request asks for, or has used."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    """`max_completion_tokens` before the response, 0 if the request has none."""
    audio_s: float = 0.0

    def of(self, kind: str) -> float:
        """Return how much of *kind* it is."""
        if kind in ("TPM", "TPD"):
            return self.prompt_tokens + self.completion_tokens
        if kind in ("RPM", "RPD"):
            return self.requests
        if kind == "ITPM":
            return self.prompt_tokens
        if kind == "OTPM":
            return self.completion_tokens
        return self.audio_s
