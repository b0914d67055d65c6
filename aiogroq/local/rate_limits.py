"""Rate limits: token buckets per model, the `x-ratelimit-*` headers and the service's 413 and 429 errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from .response import ApiError

# metric -> (words of the error text, `type` of the error, seconds of its window)
_METRICS: dict[str, tuple[str, str, float]] = {
    "RPM": ("requests per minute", "requests", 60.0),
    "RPD": ("requests per day", "requests", 86_400.0),
    "TPM": ("tokens per minute", "tokens", 60.0),
    "TPD": ("tokens per day", "tokens", 86_400.0),
    "ASPH": ("seconds of audio per hour", "seconds", 3_600.0),
    "ASPD": ("seconds of audio per day", "seconds", 86_400.0),
}
# Tolerance for floating-point errors between two readings of a bucket.
_ROUNDING = 1e-6
_UPGRADE = "Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing"


@dataclass(frozen=True)
class RateLimit:
    """The limits of one model; `None` is unlimited. `rpd` and `tpm` are in the headers of every response."""

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


_METRIC_OF = dict(zip((f.name for f in fields(RateLimit)), _METRICS, strict=True))


def format_go_duration(duration_s: float) -> str:
    """Format seconds as Go does, to the millisecond: `0s`, `547ms`, `7.66s`, `2m59.56s`, `1h53m56.832s`."""
    total_ms = max(0, round(duration_s * 1000))
    if 0 < total_ms < 1000:
        return f"{total_ms}ms"
    minutes, rest_ms = divmod(total_ms, 60_000)
    seconds = f"{rest_ms / 1000:g}s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


class _Bucket:
    """A token bucket. It refills evenly over its window, as the reset times of the service show."""

    __slots__ = ("_at_s", "_level", "limit", "metric", "rate")

    def __init__(self, metric: str, limit: int, now_s: float) -> None:
        self.metric = metric
        self.limit = limit
        self.rate = limit / _METRICS[metric][2]
        self._level = float(limit)
        self._at_s = now_s

    def level(self, now_s: float) -> float:
        level = self._level + (now_s - self._at_s) * self.rate
        self._level = level if level < self.limit else float(self.limit)
        self._at_s = now_s
        return self._level

    def take(self, amount: float) -> None:
        # The level may fall below zero: a response may cost more than was requested in advance.
        self._level -= amount

    def reset_s(self) -> float:
        return (self.limit - self._level) / self.rate if self.rate else 0.0


class Limiter:
    """The buckets of all models, created at first use. Used on the server thread only."""

    def __init__(
        self, limits: Mapping[str, RateLimit], clock: Callable[[], float], max_models: int = 1000
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._max_models = max_models
        self._buckets: dict[str, dict[str, _Bucket]] = {}

    def admit(
        self, model: str, *, tokens: int = 0, audio_s: float = 0.0, service_tier: str = "on_demand"
    ) -> None:
        """Count one request. Raises `ApiError` 413 if it exceeds a limit by itself, or 429 if the limit is reached.

        *tokens* is the sum of the prompt and of the maximum completion, as the service counts them in advance.
        """
        now_s = self._clock()
        buckets = self._buckets_of(model, now_s)
        needs = {"RPM": 1, "RPD": 1, "TPM": tokens, "TPD": tokens, "ASPH": audio_s, "ASPD": audio_s}
        for metric, bucket in buckets.items():
            needed, level = needs[metric], bucket.level(now_s)
            if needed > bucket.limit:
                raise _too_large(model, bucket, needed, service_tier)
            if needed > level + _ROUNDING:
                raise _limit_reached(model, bucket, needed, level, service_tier)
        for metric in ("RPM", "RPD", "ASPH", "ASPD"):
            if metric in buckets:
                buckets[metric].take(needs[metric])

    def charge(self, model: str, tokens: int) -> None:
        """Charge the tokens that an admitted request used."""
        buckets = self._buckets_of(model, self._clock())
        for metric in ("TPM", "TPD"):
            if metric in buckets:
                buckets[metric].take(tokens)

    def headers(self, model: str) -> dict[str, str]:
        """Return the `x-ratelimit-*` headers: requests per day, tokens per minute."""
        now_s = self._clock()
        buckets = self._buckets_of(model, now_s)
        result: dict[str, str] = {}
        for metric, noun in (("RPD", "requests"), ("TPM", "tokens")):
            bucket = buckets.get(metric)
            if bucket is not None:
                remaining = bucket.level(now_s)
                result[f"x-ratelimit-limit-{noun}"] = str(bucket.limit)
                result[f"x-ratelimit-remaining-{noun}"] = str(max(0, int(remaining)))
                result[f"x-ratelimit-reset-{noun}"] = format_go_duration(bucket.reset_s())
        return result

    def _buckets_of(self, model: str, now_s: float) -> dict[str, _Bucket]:
        buckets = self._buckets.get(model)
        if buckets is None:
            # Model ids are arbitrary, so the oldest buckets are dropped.
            if len(self._buckets) >= self._max_models:
                del self._buckets[next(iter(self._buckets))]
            limit = self._limits.get(model) or self._limits.get("*") or RateLimit()
            buckets = {
                metric: _Bucket(metric, getattr(limit, name), now_s)
                for name, metric in _METRIC_OF.items()
                if getattr(limit, name) is not None
            }
            self._buckets[model] = buckets
        return buckets


def _describe(model: str, bucket: _Bucket, service_tier: str) -> str:
    words = _METRICS[bucket.metric][0]
    return (
        f"for model `{model}` in organization `org_local` service tier `{service_tier}` on {words} "
        f"({bucket.metric}): Limit {bucket.limit}"
    )


def _too_large(model: str, bucket: _Bucket, needed: float, service_tier: str) -> ApiError:
    text = (
        f"Request too large {_describe(model, bucket, service_tier)}, Requested {needed:.0f}, "
        f"please reduce your message size and try again. {_UPGRADE}"
    )
    return ApiError(413, text, "rate_limit_exceeded", type=_METRICS[bucket.metric][1])


def _limit_reached(model: str, bucket: _Bucket, needed: float, level: float, service_tier: str) -> ApiError:
    wait_s = (needed - level) / bucket.rate
    text = (
        f"Rate limit reached {_describe(model, bucket, service_tier)}, Used {bucket.limit - level:.0f}, "
        f"Requested {needed:.0f}. Please try again in {format_go_duration(wait_s)}. {_UPGRADE}"
    )
    # Whole seconds, rounded up, so that a client that waits is admitted.
    headers = {"retry-after": str(max(1, -int(-wait_s // 1)))}
    return ApiError(429, text, "rate_limit_exceeded", type=_METRICS[bucket.metric][1], headers=headers)
