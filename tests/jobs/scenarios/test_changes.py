"""Jobs follow what changes at the service: limits, outages."""

from __future__ import annotations

import asyncio

import pytest
from simulated import DEVELOPER, Account, Workload, account, tokens
from virtual_time import EPOCH_S, in_virtual_time

from aiogroq.local import Admission, Fault, RateLimit
from aiogroq.local.rate_limits import ADMISSIONS

QUARTER = RateLimit(rpm=250, rpd=500_000, tpm=62_500)
CUT_AT_S = 100.0
RAISED_AT_S = 250.0

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive, pytest.mark.parametrize("admission", ADMISSIONS)]


def tokens_a_minute(groq: Account, workload: Workload, start_s: float, end_s: float) -> float:
    """The rate between two times."""
    entries = [entry for entry in groq.server.requests if start_s <= entry.received_at - EPOCH_S < end_s]
    return tokens(groq, workload, entries) / (end_s - start_s) * 60


@in_virtual_time
async def test_a_limit_that_changes_is_followed_at_once(admission: Admission) -> None:
    """S5: cut to a quarter, then raised fourfold. The headers of the next response tell, so that nothing is rejected."""
    workload = Workload(4_000)
    async with account(DEVELOPER, admission, workload) as groq:

        async def change() -> None:
            await asyncio.sleep(CUT_AT_S)
            groq.server.rate_limits = {"*": QUARTER}
            await asyncio.sleep(RAISED_AT_S - CUT_AT_S)
            groq.server.rate_limits = {"*": DEVELOPER}

        changing = asyncio.create_task(change())
        results = await groq.run(workload)
        assert changing.done()
        assert sum(result.status == "done" for result in results) == 4_000
        assert groq.rejected() == {}
        assert tokens_a_minute(groq, workload, CUT_AT_S + 60, RAISED_AT_S) >= 0.97 * 62_500
        assert groq.ended_s > RAISED_AT_S + 100
        assert tokens_a_minute(groq, workload, RAISED_AT_S + 60, groq.ended_s - 10) >= 0.95 * 250_000


@in_virtual_time
async def test_an_outage_of_a_minute_costs_a_minute_and_few_requests(admission: Admission) -> None:
    """S7: 503 for 60 s at full load."""
    workload = Workload(2_000)
    async with account(DEVELOPER, admission, workload) as groq:

        async def fail() -> None:
            await asyncio.sleep(30)
            groq.server.script(Fault(status=503, times=None))
            await asyncio.sleep(60)
            groq.server.clear_faults()

        failing = asyncio.create_task(fail())
        results = await groq.run(workload)
        assert failing.done()
        assert sum(result.status == "done" for result in results) == 2_000
        assert sum(entry.status == 503 for entry in groq.server.requests) <= 100
        assert groq.elapsed_s <= (groq.ideal_s(workload) + 60) / 0.97
        assert groq.rejected() == {}
