"""A job leaves room to others who use the same limits."""

from __future__ import annotations

import asyncio
import random

import pytest
from simulated import DEVELOPER, MODEL, Account, Workload, account, tokens
from virtual_time import in_virtual_time

from aiogroq import APIError
from aiogroq.local import Admission
from aiogroq.local.rate_limits import ADMISSIONS


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("admission", ADMISSIONS)
@in_virtual_time
async def test_a_neighbour_that_needs_half_of_the_limit_is_served(admission: Admission) -> None:
    """S6: another program of the organization sends at random times, half of the limit in the mean, and never retries."""
    workload, others = Workload(5_000), Workload(1_000, seed=77)
    sent: list[asyncio.Task[bool]] = []

    async def send(groq: Account, body: object) -> bool:
        neighbour = groq.client.with_options(api_key="gsk_neighbour", max_retries=0)
        try:
            await neighbour.chat.completions.create(model=MODEL, **others.params, **body)  # type: ignore[call-overload]
        except APIError:
            return False
        return True

    async with account(DEVELOPER, admission, workload) as groq:
        each = 634 if admission == "reserve_keep" else 374  # tokens of the limit, in the mean
        bodies, times = list(others.items()), random.Random(6)

        async def arrive() -> None:
            while True:
                await asyncio.sleep(times.expovariate(DEVELOPER.tpm / 2 / 60 / each))  # type: ignore[operator]
                sent.append(asyncio.create_task(send(groq, bodies[len(sent) % len(bodies)])))

        arriving = asyncio.create_task(arrive())
        results = await groq.run(workload)
        arriving.cancel()
        served = await asyncio.gather(*sent)
        assert sum(result.status == "done" for result in results) == 5_000
        assert sum(served) >= 0.99 * len(served)
        theirs = [entry for entry in groq.server.requests if "neighbour" in entry.headers["authorization"]]
        ours = [entry for entry in groq.server.requests if "neighbour" not in entry.headers["authorization"]]
        left = 250_000 * (1 + groq.elapsed_s / 60) - tokens(groq, workload, theirs)
        assert tokens(groq, workload, ours) >= 0.97 * left
