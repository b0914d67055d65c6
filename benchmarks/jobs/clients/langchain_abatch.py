"""langchain: ``abatch`` of its Groq model with `InMemoryRateLimiter`, with the limit given as a rate and a burst."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..spec import KEY, MAX_TOKENS, JobSpec, Tally, prompt

PACKAGES = ("langchain-core", "langchain-groq", "groq")


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job."""
    from langchain_core.rate_limiters import InMemoryRateLimiter
    from langchain_groq import ChatGroq

    rpm = spec.rpm or 1_000_000
    model = ChatGroq(
        model=spec.model,
        api_key=KEY,
        base_url=spec.url,
        max_tokens=MAX_TOKENS,
        rate_limiter=InMemoryRateLimiter(requests_per_second=rpm / 60, max_bucket_size=rpm),
    )

    async def run() -> str:
        responses = await model.abatch(
            [prompt(index) for index in range(spec.count)],
            config={"max_concurrency": spec.concurrent},
            return_exceptions=True,
        )
        tally.add_all(None if isinstance(each, Exception) else each.content for each in responses)
        return ""

    return lambda: asyncio.run(run())
