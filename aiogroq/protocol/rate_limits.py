"""Rate limits as values: what the headers of every response say, what the text of an error says, and the latest of
both for each model.

https://console.groq.com/docs/rate-limits: the ``-requests`` headers count a day, the ``-tokens`` headers a minute,
resets are Go durations. Requests per minute, tokens per day and seconds of audio are in no header, only in
the text of a 429 or 413.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ..errors import APIError, RateLimited
from .retry import retry_after_s

V = TypeVar("V")

_MAX_MODELS = 256
_MAX_KINDS = 32
_NO_HEADERS: Mapping[str, str] = {}
_NOTHING: Mapping[str, RateLimitWindow] = {}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|μs|ns)")
_UNIT_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
_NUMBER = r"\d{1,15}(?:,\d{3})*(?:\.\d{1,9})?"
# Lengths are bounded, so that a long text of another kind costs no time.
_LIMIT_TEXT = re.compile(
    # Texts of 2024 have no kind ("on : Limit 7000"), and an estimate as "Requested ~12903".
    rf"\bon (?:[a-z ]{{1,60}}? \((?P<kind>[A-Za-z]{{1,20}})\))?: Limit (?P<limit>{_NUMBER})"
    rf"(?:, Used ~?(?P<used>{_NUMBER}))?(?:, Requested ~?(?P<requested>{_NUMBER}))?"
)
_TRY_AGAIN = re.compile(r"try again in (?P<delay>(?:\d{1,15}(?:\.\d{1,15})?(?:h|ms|m|s|us|µs|μs|ns)){1,8})")


@dataclass(frozen=True)
class RateLimitWindow:
    """One limit, and how much of it is left."""

    limit: int | None
    """How many are allowed in a window."""
    remaining: int | None
    """How many are left."""
    reset_s: float | None
    """Seconds from ``observed_at`` until it is full again; of a limit that only an error names, the retry-after."""
    observed_at: float
    """When the response came, as a Unix time in seconds."""

    @property
    def resets_at(self) -> float | None:
        """When it is full again, as a Unix time in seconds."""
        return None if self.reset_s is None else self.observed_at + self.reset_s


@dataclass(frozen=True)
class RateLimit:
    """The organisation's limits for one model."""

    requests: RateLimitWindow
    """Requests per day."""
    tokens: RateLimitWindow
    """Tokens per minute."""
    retry_after_s: float | None
    """Seconds to wait; only a 429 names them."""
    further: Mapping[str, RateLimitWindow] = field(default_factory=dict[str, RateLimitWindow], hash=False)
    """The limits that the text of an error named, by their name there (``RPM``, ``TPD``, ``ASPH``, ...), each as it was
    when it was named. Only the client's `rate_limits` has them: a response is no error."""


def parse_duration_s(text: str | None) -> float | None:
    """Return the seconds of a Go duration (``2m59.56s``, ``547ms``, ``0s``), or None for another text."""
    if not text:
        return None
    total = 0.0
    end = 0
    for match in _DURATION.finditer(text):
        if match.start() != end:
            return None
        total += float(match[1]) * _UNIT_S[match[2]]
        end = match.end()
    return total if end == len(text) and total < float("inf") else None


def has_limits(headers: Mapping[str, str]) -> bool:
    """Return whether these headers have rate limits."""
    return "x-ratelimit-limit-requests" in headers or "x-ratelimit-limit-tokens" in headers


def rate_limit(headers: Mapping[str, str], now: float | None = None) -> RateLimit | None:
    """Return the rate limits in these headers, or None where there are none."""
    return read_limits(headers, time.time() if now is None else now) if has_limits(headers) else None


def read_limits(headers: Mapping[str, str], observed_at: float) -> RateLimit:
    """Return the rate limits in the headers of a response that came at ``observed_at``; None for what they do not name."""

    def window(name: str) -> RateLimitWindow:
        return RateLimitWindow(
            limit=_integer(headers.get(f"x-ratelimit-limit-{name}")),
            remaining=_integer(headers.get(f"x-ratelimit-remaining-{name}")),
            reset_s=parse_duration_s(headers.get(f"x-ratelimit-reset-{name}")),
            observed_at=observed_at,
        )

    return RateLimit(window("requests"), window("tokens"), retry_after_s(headers, lambda: observed_at))


def parse_limit_message(message: str) -> dict[str, Any]:
    """Return what the text of a 429 or 413 names: ``limit_kind``, ``limit``, ``used``, ``requested``, ``retry_after_s``.

    Text in other words returns an empty dict, never an error.
    """
    found: dict[str, Any] = {}
    match = _LIMIT_TEXT.search(message)
    if match:
        if match["kind"] is not None:
            found["limit_kind"] = match["kind"]
        numbers = ((key, match[key]) for key in ("limit", "used", "requested"))
        found.update({key: _integer(text.replace(",", "")) for key, text in numbers if text is not None})
    delay = _TRY_AGAIN.search(message)
    if delay:
        found["retry_after_s"] = parse_duration_s(delay["delay"])
    return found


def _integer(text: str | None) -> int | None:
    try:
        return int(float(text)) if text is not None else None
    except (ValueError, OverflowError):
        return None


class RateLimits(Mapping[str, RateLimit]):
    """The limits of each model that was called, by its name: read-only, always the latest, from any thread.

    Holds the `_MAX_MODELS` most recently updated models.
    """

    def __init__(self) -> None:
        # By model: when the last response came, and its headers; when the last error came, and the limits that it named.
        self._headers: dict[str, tuple[float, Mapping[str, str]]] = {}
        self._named: dict[str, tuple[float, Mapping[str, RateLimitWindow]]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles: headers of aiohttp can be neither."""
        headers = {
            model: (seen_at, {name.lower(): value for name, value in headers.items()})
            for model, (seen_at, headers) in list(self._headers.items())
        }
        return {"_headers": headers, "_named": dict(self._named)}

    def share(self, other: RateLimits) -> None:
        """From now on share the values of ``other``, in both directions."""
        self._headers, self._named = other._headers, other._named

    def note(self, model: str | None, headers: Mapping[str, str]) -> None:
        """Record the headers of a response to a request for this model."""
        # A response without limits (a gateway's) does not replace one with them.
        if model is not None and has_limits(headers):
            _store(self._headers, model, time.time(), headers)

    def note_error(self, model: str | None, error: APIError) -> None:
        """Record the limit that the text of an error names: it may be in no header."""
        if model is None or not isinstance(error, RateLimited) or error.limit_kind is None:
            return
        now = time.time()
        limit, used = error.limit, error.used
        remaining = None if limit is None or used is None else max(0, limit - used)
        window = RateLimitWindow(limit, remaining, error.retry_after_s, observed_at=now)
        _, named = self._named.get(model, (now, _NOTHING))
        others = [pair for pair in named.items() if pair[0] != error.limit_kind]
        # A new dictionary: others may be reading the old one.
        _store(self._named, model, now, {**dict(others[-_MAX_KINDS + 1 :]), error.limit_kind: window})

    def __getitem__(self, model: str) -> RateLimit:
        named_at, named = self._named.get(model, (0.0, _NOTHING))
        seen_at, headers = self._headers.get(model, (named_at, _NO_HEADERS))
        if not headers and not named:
            raise KeyError(model)
        return replace(read_limits(headers, seen_at), further=dict(named))

    def __iter__(self) -> Iterator[str]:
        # Of copies: another thread may record a response meanwhile.
        return iter({**self._headers, **self._named})

    def __len__(self) -> int:
        return len({**self._headers, **self._named})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict(self)!r}>"


def _store(stored: dict[str, tuple[float, V]], model: str, now: float, value: V) -> None:
    stored[model] = now, value
    if len(stored) > _MAX_MODELS:
        oldest, _ = min(list(stored.items()), key=lambda pair: pair[1][0])
        stored.pop(oldest, None)
