"""Rate limits, retries and requests that the service rejected: what a program reads of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from typing_extensions import assert_type

from aiogroq import (
    AsyncGroq,
    Attempt,
    BadRequestError,
    DefaultAioHttpClient,
    FailedCall,
    Groq,
    RateLimit,
    RateLimitWindow,
    RequestInfo,
    Retry,
    jobs,
    not_given,
)
from aiogroq.limits import Limits, LimitStore, MemoryStore, Pacing, RedisStore

MODEL = "openai/gpt-oss-20b"


def limits(client: AsyncGroq, blocking: Groq) -> None:
    assert_type(client.rate_limits, Mapping[str, RateLimit])
    assert_type(blocking.rate_limits, Mapping[str, RateLimit])
    assert_type(blocking.with_options(timeout=5).rate_limits.get(MODEL), RateLimit | None)
    for model, limit in client.rate_limits.items():
        assert_type(model, str)
        assert_type(limit.requests, RateLimitWindow)
        assert_type(limit.tokens.remaining, int | None)
        assert_type(limit.tokens.resets_at, float | None)
        assert_type(limit.tokens.observed_at, float)
        assert_type(limit.retry_after_s, float | None)
        assert_type(limit.further, Mapping[str, RateLimitWindow])
        assert_type(limit.further["RPM"].reset_s, float | None)


def note(retry: Retry) -> None:
    assert_type(retry.number, int)
    assert_type(retry.wait_s, float)
    assert_type(retry.attempt, Attempt)
    assert_type(retry.request, RequestInfo)
    assert_type(retry.request.method, str)


class Metrics:
    """Counts retries."""

    def count(self, retry: Retry) -> int:
        """One more."""
        return retry.number


def hooks(metrics: Metrics, seen: list[Retry]) -> None:
    client = AsyncGroq(on_retry=note)
    Groq(on_retry=metrics.count)
    Groq(on_retry=seen.append)
    Groq(on_retry=lambda retry: print(retry.wait_s))
    Groq(on_retry=None)
    assert_type(client.with_options(on_retry=None), AsyncGroq)
    assert_type(Groq().copy(on_retry=metrics.count, timeout=3), Groq)
    client.with_options(on_retry=not_given)
    assert_type(client.on_retry, Callable[[Retry], object] | None)


def paced(client: AsyncGroq, items: list[str]) -> None:
    url = "redis://localhost:6379/0"
    store = RedisStore(url, on_store_error="stop")
    AsyncGroq(pacing=url)
    Groq(pacing=Pacing("developer", store=url, organization="ours"))
    client.with_options(pacing=Pacing(Limits(rpm=30), store=store))
    jobs.run(client, items, model=MODEL, limits="developer", store=url)
    jobs.run(client, items, model=MODEL, store=store)
    jobs.run(client, items, model=MODEL, store=MemoryStore())
    assert_type(Pacing(store=url).store, LimitStore | str | None)
    assert_type(store.workers("scope"), int)
    assert_type(client.pacing, Pacing | None)


def rejected(error: BadRequestError) -> None:
    assert_type(error.failed_calls, list[FailedCall])
    for call in error.failed_calls:
        assert_type(call.name, str)
        assert_type(call.arguments, str)


def bounds() -> None:
    pool = DefaultAioHttpClient(max_event_bytes=1024 * 1024, max_response_bytes=None)
    assert_type(pool.max_event_bytes, int)
