"""`Limiter`: token buckets for each organisation and model, and the `x-ratelimit-*` headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .limit_errors import Excess, LimitExceeded, format_go_duration
from .rate_limits import DEFAULT_ORGANIZATION, KINDS, Admission, Amount, Kind, RateLimit

_TOLERANCE_S = 1e-6
"""A request is admitted this much too early: floating-point errors of clocks and levels."""
_COMPLETES = ("TPM", "TPD", "ITPM", "OTPM")
"""The kinds whose use is known at the end of a response. The others are counted when a request is admitted."""


class _Bucket:
    """A token bucket. It refills evenly over its window, as the reset times of the service show."""

    __slots__ = ("_at_s", "_level", "kind", "limit", "rate")

    def __init__(self, kind: Kind, limit: int, now_s: float) -> None:
        self.kind = kind
        self._level = float(limit)
        self._at_s = now_s
        self.set_limit(limit)

    def set_limit(self, limit: int) -> None:
        """Change the limit. What is left stays left, up to the new limit."""
        self.limit = limit
        self.rate = limit / self.kind.window_s

    def level(self, now_s: float) -> float:
        """Return what is left. It may be below zero."""
        level = self._level + (now_s - self._at_s) * self.rate
        self._level = level if level < self.limit else float(self.limit)
        self._at_s = now_s
        return self._level

    def take(self, amount: float, now_s: float) -> None:
        """Take *amount*, also below zero: a response may cost more than was requested. A negative amount gives back."""
        self._level = min(self.level(now_s) - amount, float(self.limit))


@dataclass(slots=True)
class Charge:
    """An admitted request, from its admission to the end of its response."""

    organization: str
    model: str
    reserved: Amount
    is_settled: bool = False


@dataclass(slots=True)
class _Account:
    """The buckets of one organisation for one model, and the limits that they were made for."""

    limits: RateLimit
    buckets: dict[str, _Bucket]


class Limiter:
    """The buckets of all organisations and models, created at first use. Used on one thread only, but for `limits`."""

    def __init__(
        self,
        limits: Mapping[str, RateLimit],
        clock: Callable[[], float],
        admission: Admission = "reserve",
        max_accounts: int = 1000,
    ) -> None:
        self.limits: Mapping[str, RateLimit] = limits
        """By model; replaced to change them. Buckets follow at their next use."""
        self._clock = clock
        self._admission = admission
        self._max_accounts = max_accounts
        self._accounts: dict[tuple[str, str], _Account] = {}

    def admit(
        self,
        model: str,
        amount: Amount,
        *,
        organization: str = DEFAULT_ORGANIZATION,
        service_tier: str = "on_demand",
    ) -> Charge:
        """Count one request that asks for *amount*. Raises `LimitExceeded`, 413 or 429, with the headers of that kind of limit."""
        now_s = self._clock()
        buckets = self._buckets_of(organization, model, now_s)

        def excess(bucket: _Bucket) -> Excess:
            requested = amount.of(bucket.kind.name)
            return Excess(model, organization, service_tier, bucket.kind, bucket.limit, requested)

        for name, bucket in buckets.items():
            if amount.of(name) > bucket.limit:
                raise self._with_headers(excess(bucket).too_large(), bucket, buckets, now_s)
        for name, bucket in buckets.items():
            level = bucket.level(now_s)
            if amount.of(name) > level + bucket.rate * _TOLERANCE_S:
                raise self._with_headers(excess(bucket).limit_reached(level), bucket, buckets, now_s)
        for name, bucket in buckets.items():
            if self._admission != "check" or name not in _COMPLETES:
                bucket.take(amount.of(name), now_s)
        return Charge(organization, model, amount)

    def settle(self, charge: Charge, *, prompt_tokens: int, completion_tokens: int) -> None:
        """Charge what the request has really used, at the end of its response. Does nothing the second time."""
        if charge.is_settled:
            return
        charge.is_settled = True
        now_s = self._clock()
        used = Amount(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)
        buckets = self._buckets_of(charge.organization, charge.model, now_s)
        for name in _COMPLETES:
            if name in buckets:
                difference = used.of(name) - (0 if self._admission == "check" else charge.reserved.of(name))
                if difference > 0 or self._admission != "reserve_keep":
                    buckets[name].take(difference, now_s)

    def consume(self, model: str, amount: Amount, organization: str = DEFAULT_ORGANIZATION) -> None:
        """Take *amount* from all buckets, also below zero."""
        now_s = self._clock()
        for name, bucket in self._buckets_of(organization, model, now_s).items():
            bucket.take(amount.of(name), now_s)

    def levels(self, model: str, organization: str = DEFAULT_ORGANIZATION) -> dict[str, float]:
        """Return what is left of each kind of limit. It may be below zero."""
        now_s = self._clock()
        return {n: bucket.level(now_s) for n, bucket in self._buckets_of(organization, model, now_s).items()}

    def headers(self, model: str, organization: str = DEFAULT_ORGANIZATION) -> dict[str, str]:
        """Return the headers of a response that is not a 429: requests per day, tokens per minute."""
        now_s = self._clock()
        buckets = self._buckets_of(organization, model, now_s)
        return {**_requests_headers(buckets, now_s), **_tokens_headers(buckets, now_s)}

    def _with_headers(
        self, error: LimitExceeded, exceeded: _Bucket, buckets: Mapping[str, _Bucket], now_s: float
    ) -> LimitExceeded:
        """Add the headers as recorded: none of tokens if requests are exceeded; of a full minute if the day's tokens are."""
        error.headers = {**(error.headers or {}), **_requests_headers(buckets, now_s)}
        if exceeded.kind.unit != "requests":
            error.headers |= _tokens_headers(buckets, now_s, is_full=exceeded.kind.name == "TPD")
        return error

    def _buckets_of(self, organization: str, model: str, now_s: float) -> dict[str, _Bucket]:
        limits = self.limits.get(model) or self.limits.get("*") or _UNLIMITED
        account = self._accounts.get((organization, model))
        if account is not None and account.limits is limits:
            return account.buckets
        if account is None and len(self._accounts) >= self._max_accounts:
            # Model ids are arbitrary, so the oldest buckets are dropped.
            del self._accounts[next(iter(self._accounts))]
        before = account.buckets if account is not None else {}
        buckets: dict[str, _Bucket] = {}
        for name, kind in KINDS.items():
            limit: int | None = getattr(limits, kind.option)
            if limit is not None:
                bucket = buckets[name] = before.get(name) or _Bucket(kind, limit, now_s)
                bucket.level(now_s)
                bucket.set_limit(limit)
        self._accounts[organization, model] = _Account(limits, buckets)
        return buckets


_UNLIMITED = RateLimit()


def _requests_headers(buckets: Mapping[str, _Bucket], now_s: float) -> dict[str, str]:
    bucket = buckets.get("RPD")
    return {} if bucket is None else _headers("requests", bucket, bucket.level(now_s))


def _tokens_headers(buckets: Mapping[str, _Bucket], now_s: float, *, is_full: bool = False) -> dict[str, str]:
    bucket = buckets.get("TPM")
    return (
        {} if bucket is None else _headers("tokens", bucket, bucket.limit if is_full else bucket.level(now_s))
    )


def _headers(noun: str, bucket: _Bucket, level: float) -> dict[str, str]:
    reset_s = (bucket.limit - level) / bucket.rate if bucket.rate else 0.0
    return {
        f"x-ratelimit-limit-{noun}": str(bucket.limit),
        f"x-ratelimit-remaining-{noun}": str(max(0, int(level))),
        f"x-ratelimit-reset-{noun}": format_go_duration(reset_s),
    }
