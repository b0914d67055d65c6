"""An item that can never succeed fails alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from simulated import MODEL, Workload, account
from virtual_time import in_virtual_time

from aiogroq import jobs
from aiogroq.jobs import JobError
from aiogroq.limits import Pacing
from aiogroq.local import Admission, Fault, RateLimit
from aiogroq.local.rate_limits import ADMISSIONS

LIMITS = RateLimit(rpm=1_000, rpd=500_000, tpm=30_000, otpm=20_000)
NAMES = ("larger than the minute", "larger than the completions of a minute", "always fails", "hangs")


@pytest.mark.parametrize("admission", ADMISSIONS)
@in_virtual_time
async def test_items_that_can_never_succeed_fail_alone(admission: Admission) -> None:
    """S8: requested more than the limit (413, and the 429 of completion tokens), a status 500 each time, no response."""
    workload = Workload(100, completion_words=5, max_completion_tokens=64)
    items: list[dict[str, Any]] = list(workload.items())
    for position, (name, maximum) in enumerate(zip(NAMES, (40_000, 20_001, 64, 64), strict=True)):
        message = {"role": "user", "content": f"-1 {name}"}
        items.insert(10 * position, {"messages": [message], "max_completion_tokens": maximum})
    faults = [
        Fault(body_contains=f"-1 {NAMES[2]}", status=500, times=None),
        Fault(body_contains=f"-1 {NAMES[3]}", before_head=True, end="stall", times=None),
    ]
    async with account(LIMITS, admission, workload, faults=faults) as groq:
        pacing = groq.pacing(priority="batch")
        job = jobs.run(groq.client, items, model=MODEL, params=workload.params, pacing=pacing)
        results = [result async for result in job]
        report = await job
        failed = {result.item["messages"][0]["content"][3:]: result for result in results if result.error}
        assert set(failed) == set(NAMES)
        assert [(name, failed[name].error.status_code) for name in NAMES[:3]] == [  # type: ignore[union-attr]
            (NAMES[0], 413),
            (NAMES[1], 429),
            (NAMES[2], 500),
        ]
        assert failed[NAMES[3]].error.type == "APITimeoutError"  # type: ignore[union-attr]
        sent = Counter(entry.json["messages"][0]["content"] for entry in groq.server.requests)
        assert [sent[f"-1 {name}"] for name in NAMES[:2]] == [1, 1]
        assert all(1 < sent[f"-1 {name}"] <= 5 for name in NAMES[2:])
        assert all(count == 1 for text, count in sent.items() if not text.startswith("-1"))
        assert sum(result.status == "done" for result in results) == 100
        assert (report.failed, report.exit_code) == (4, 1)


class HangingStore:
    """A store whose service accepts connections and never responds."""

    async def reserve(self, *_arguments: object) -> Any:
        await asyncio.Event().wait()

    settle = observe = block = levels = reserve


@in_virtual_time
async def test_a_store_that_hangs_ends_the_job_and_no_item() -> None:
    workload = Workload(100)
    async with account(LIMITS, "reserve", workload) as groq:
        pacing = Pacing(store=HangingStore(), max_wait_s=None)
        job = jobs.run(
            groq.client, list(workload.items()), model=MODEL, params=workload.params, pacing=pacing
        )
        with pytest.raises(JobError, match="HangingStore, has not responded for 10 s"):
            await job
        assert (job.progress().failed, job.progress().settled, groq.server.request_count) == (0, 0, 0)
