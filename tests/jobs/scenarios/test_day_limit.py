"""A limit of a day that a job reaches: it is named, the end is forecast, and the job goes on later."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from simulated import Workload, account
from virtual_time import current_loop, in_virtual_time

from aiogroq.jobs import Progress
from aiogroq.local import Admission, RateLimit
from aiogroq.local.rate_limits import ADMISSIONS

WORKLOAD = Workload(300)
TOKENS = {"check": 111_000, "reserve": 111_000, "reserve_keep": 190_000}
"""What the workload takes of the limits."""

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive, pytest.mark.parametrize("admission", ADMISSIONS)]


def limits(admission: Admission) -> RateLimit:
    """Limits of which that of the day is used up after 54 % of the items."""
    return RateLimit(rpm=1_000, rpd=500_000, tpm=250_000, tpd=round(0.54 * TOKENS[admission]))


@in_virtual_time
async def test_the_end_of_a_job_that_waits_for_the_day_is_forecast(admission: Admission) -> None:
    """S9: about 20 hours, within 5 %."""
    seen: list[Progress] = []
    async with account(limits(admission), admission, WORKLOAD) as groq:
        await groq.run(WORKLOAD, on_progress=seen.append)
        bound = next(each for each in seen if "TPD" in each.message and not each.in_flight)
        assert bound.settled / 300 == pytest.approx(0.54, abs=0.08)
        assert [state.kind for state in bound.limits if state.is_binding] == ["TPD"]
        assert bound.remaining_s == pytest.approx(groq.elapsed_s - bound.elapsed_s, rel=0.05)
        assert bound.remaining_s > 10 * 3600
        assert groq.elapsed_s <= groq.ideal_s(WORKLOAD) / 0.99
        # Those in flight when the limit showed, which is in no header. What the service counts for a request is known then.
        assert groq.rejected().total() <= 40
        assert groq.report.done == 300


@in_virtual_time
async def test_a_job_stops_before_a_deadline_that_the_day_rules_out_and_goes_on_later(
    admission: Admission, tmp_path: Path
) -> None:
    journal = tmp_path / "labels.journal"
    async with account(limits(admission), admission, WORKLOAD) as groq:
        results = await groq.run(WORKLOAD, journal=journal, deadline_s=3_600)
        report = groq.report
        assert (report.reason, report.exit_code) == ("day limit", 75)
        assert "TPD" in report.message
        assert str(journal) in report.message
        assert groq.elapsed_s < 600
        assert len(results) == report.done
        assert report.done / 300 == pytest.approx(0.54, abs=0.08)

        await asyncio.sleep(2 * 86_400)
        before = groq.server.request_count
        await groq.run(WORKLOAD, journal=journal, deadline_s=3_600)
        assert (groq.report.reason, groq.report.exit_code) == ("complete", 0)
        assert (groq.report.done, groq.report.resumed) == (300, len(results))
        assert groq.server.request_count - before == 300 - len(results)
        assert current_loop().time() < 2 * 86_400 + 2 * 600
