"""A retry delay that only the error message of a 429 contains counts as one in the headers does."""

from __future__ import annotations

import time

import pytest

from aiogroq import AsyncGroq, RateLimitError, Timeout
from aiogroq.local import Fault, LocalGroq

KEY = "gsk_0123456789abcdefghij"


def _limited(delay: str) -> Fault:
    text = f"Rate limit reached on tokens per minute (TPM): Limit 10, Used 9, Requested 5. Please try again in {delay}."
    return Fault(status=429, body={"error": {"message": text, "code": "rate_limit_exceeded"}})


@pytest.mark.timeout(10)
async def test_a_delay_in_the_error_message_is_waited() -> None:
    waits: list[float] = []
    async with LocalGroq() as server:
        client = AsyncGroq(
            api_key=KEY, base_url=server.base_url, on_retry=lambda retry: waits.append(retry.wait_s)
        )
        server.script(_limited("712ms"))
        async with client:
            began = time.monotonic()
            await client.models.list()
    assert waits == [0.712]
    assert time.monotonic() - began >= 0.7


@pytest.mark.timeout(10)
async def test_a_delay_in_the_error_message_beyond_the_deadline_ends_the_call_at_once() -> None:
    async with LocalGroq() as server:
        server.script(_limited("30s"))
        async with AsyncGroq(api_key=KEY, base_url=server.base_url, timeout=Timeout(25, total=25)) as client:
            with pytest.raises(RateLimitError) as caught:
                await client.models.list()
    assert caught.value.retry_after_s == 30
    assert len(caught.value.attempts) == 1
