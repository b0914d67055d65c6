"""Jobs reach the rate that an account allows, without being rejected, however the service counts requests in flight."""

from __future__ import annotations

import pytest
from simulated import DEVELOPER, FREE, Workload, account
from virtual_time import in_virtual_time

from aiogroq.local import Admission, RateLimit
from aiogroq.local.rate_limits import ADMISSIONS

RATE = 0.99
"""The least part of the rate that the limits allow."""

all_admissions = pytest.mark.parametrize("admission", ADMISSIONS)


@all_admissions
@in_virtual_time
async def test_a_free_account_is_used_to_its_limit_and_never_rejected(admission: Admission) -> None:
    """S1: bound by tokens a minute. Nothing is known before the first response."""
    workload = Workload(300)
    async with account(FREE, admission, workload) as groq:
        results = await groq.run(workload)
        assert [result.status for result in results] == ["done"] * 300
        assert groq.rejected() == {}
        assert groq.elapsed_s <= groq.ideal_s(workload) / RATE
        assert (groq.report.reason, groq.report.exit_code, groq.report.attempts) == ("complete", 0, 300)


@pytest.mark.slow
@pytest.mark.exhaustive
@all_admissions
@in_virtual_time
async def test_a_developer_account_is_used_to_its_limit_and_never_rejected(admission: Admission) -> None:
    """S2: 10,000 items, bound by tokens a minute."""
    workload = Workload(10_000)
    async with account(DEVELOPER, admission, workload) as groq:
        results = await groq.run(workload)
        assert sum(result.status == "done" for result in results) == 10_000
        assert groq.rejected() == {}
        assert groq.elapsed_s <= groq.ideal_s(workload) / RATE
        assert groq.report.attempts == 10_000


SMALL = Workload(10_000, words=5, completion_words=10, max_completion_tokens=64)
"""Of these, 1,000 a minute use few tokens: what binds is the limit of requests, which is in no header."""
UNKNOWN_TIER = RateLimit(rpm=1_000, rpd=500_001, tpm=250_001)
"""The limits of no tier, so that the limit of requests cannot be guessed from the headers."""


@pytest.mark.slow
@pytest.mark.exhaustive
@all_admissions
@in_virtual_time
async def test_an_unknown_limit_of_requests_is_learned_from_few_rejections(admission: Admission) -> None:
    """S3: rejected is what was in flight within one round trip, then nothing."""
    async with account(UNKNOWN_TIER, admission, SMALL) as groq:
        results = await groq.run(SMALL)
        assert sum(result.status == "done" for result in results) == 10_000
        assert set(groq.rejected()) == {"RPM"}
        assert groq.rejected()["RPM"] <= 50
        assert groq.elapsed_s <= groq.ideal_s(SMALL) / RATE
        rejected = [entry for entry in groq.server.requests if entry.status == 429]
        assert rejected[-1].received_at - rejected[0].received_at <= 1.0
        assert groq.report.rate_limited == len(rejected)


@pytest.mark.slow
@pytest.mark.exhaustive
@all_admissions
@in_virtual_time
async def test_a_given_limit_of_requests_is_never_exceeded(admission: Admission) -> None:
    """S4."""
    async with account(UNKNOWN_TIER, admission, SMALL) as groq:
        results = await groq.run(SMALL, pacing=groq.pacing(limits="developer", priority="batch"))
        assert sum(result.status == "done" for result in results) == 10_000
        assert groq.rejected() == {}
        assert groq.elapsed_s <= groq.ideal_s(SMALL) / RATE


@pytest.mark.slow
@pytest.mark.exhaustive
@in_virtual_time
async def test_a_limit_that_is_guessed_from_the_tier_costs_a_few_rejections_at_most() -> None:
    """S4: headers name two limits, which tell the tier, and so the third. It is a guess, so it is tried out once."""
    async with account(DEVELOPER, "reserve", SMALL) as groq:
        results = await groq.run(SMALL)
        assert sum(result.status == "done" for result in results) == 10_000
        assert groq.rejected()["RPM"] <= 10
        assert groq.elapsed_s <= groq.ideal_s(SMALL) / RATE
