"""`jobs.run(..., via="batch")`: as a live job, at half the price."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from batch_jobs import batches_of, ended, kept_open

from aiogroq import AsyncGroq, Groq
from aiogroq.jobs import JobError, JobInputError, Journal
from aiogroq.jobs.batches.auto import resolved_via
from aiogroq.jobs.options import JobOptions
from aiogroq.jobs.prices import Price
from aiogroq.jobs.requests import Requests
from aiogroq.jobs.run import run
from aiogroq.limits import Limits
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.local_groq(batch_step_s=0.0)

MODEL = "openai/gpt-oss-20b"
TEXTS = [f"What is {number}+{number}?" for number in range(30)]


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    return {"model": MODEL, "via": "batch", "journal": tmp_path / "a.journal"}


async def test_results_come_in_the_order_of_the_input(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any]
) -> None:
    job = run(client, TEXTS, **options)
    results = [result async for result in job]
    assert [(result.item, result.text) for result in results] == [
        (text, f"{number}+{number} = {2 * number}.") for number, text in enumerate(TEXTS)
    ]
    assert len(batches_of(server)) == 1
    assert job.report is not None
    assert (job.report.via, job.report.reason, job.report.exit_code) == ("batch", "complete", 0)
    assert (job.report.done, job.report.attempts, job.report.retries) == (30, 30, 0)


async def test_a_job_is_resumed_from_its_journal(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any]
) -> None:
    await run(client, TEXTS[:20], **options)
    server.clear()
    report = await run(client, TEXTS, **options)
    assert (report.done, report.resumed) == (30, 20)
    assert len(batches_of(server)) == 1


async def test_a_live_job_goes_on_with_the_journal_of_batches(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any]
) -> None:
    await run(client, TEXTS[:20], **options)
    server.clear()
    report = await run(client, TEXTS, **{**options, "via": "live"})
    assert (report.done, report.resumed) == (30, 20)
    assert len(server.requests) == 10


async def test_a_job_in_batches_costs_half(
    client: AsyncGroq, options: dict[str, Any], tmp_path: Path
) -> None:
    in_batches = await run(client, TEXTS, **options)
    live = await run(client, TEXTS, **{**options, "via": "live", "journal": tmp_path / "live.journal"})
    assert live.cost_usd
    assert in_batches.cost_usd == pytest.approx(live.cost_usd / 2)


async def test_a_job_that_is_stopped_by_its_failures_writes_down_all_that_its_batch_brought(
    client: AsyncGroq, options: dict[str, Any]
) -> None:
    wrong = {"messages": [{"role": "user", "content": "x"}], "temperature": 9}
    report = await run(client, [wrong, *TEXTS, wrong], **options, max_failures=0)
    assert (report.reason, report.done, report.failed) == ("max_failures", 30, 2)


async def test_a_cancelled_batch_ends_the_job_so_that_it_can_be_resumed(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any]
) -> None:
    ended(server, "cancelled", None)
    report = await run(client, TEXTS, **options)
    assert (report.reason, report.exit_code, report.done) == ("cancelled", 75, 0)
    assert report.message.startswith(
        "batch batch_1 was cancelled; a new run sends the rest of its items again. Run the"
    )
    assert (await run(client, TEXTS, **options)).done == 30


async def test_a_service_that_rejects_batches_ends_the_job_with_its_reason(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any]
) -> None:
    body = {"error": {"message": "Batches need the developer tier.", "code": "x"}}
    server.script(Fault(on="/batches", method="POST", status=403, body=body))
    with pytest.raises(JobError, match=r"Batches need the developer tier\..* Run it again to go on"):
        await run(client, TEXTS, **options)
    assert (await run(client, TEXTS, **options)).done == 30


def test_a_blocking_job_runs_in_batches(server: LocalGroq, options: dict[str, Any]) -> None:
    with Groq(api_key="k", base_url=server.base_url) as client:
        results = [*run(client, TEXTS, **options)]
    assert [result.index for result in results] == [*range(30)]


async def test_a_stopped_job_leaves_its_batches_running(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any]
) -> None:
    job: Any = None

    def stop(progress: Any) -> None:
        if progress.in_flight:
            job.stop()

    kept_open(server)
    job = run(client, TEXTS, **options, on_progress=stop)
    report = await job
    assert (report.reason, report.done) == ("interrupted", 0)
    made = len(batches_of(server))
    server.clear()
    assert (await run(client, TEXTS, **options)).done == 30
    assert (made, len(batches_of(server))) == (1, 0)


async def test_a_live_job_does_not_send_again_what_is_in_a_batch(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any], tmp_path: Path
) -> None:
    await stopped(client, server, options)
    with pytest.raises(
        JobError, match=r"has a batch whose results were not taken over yet. Run with via='batch'"
    ):
        await run(client, TEXTS, **{**options, "via": "live"})
    assert server.requests == []
    shutil.rmtree(tmp_path / "a.journal.batches")
    assert (await run(client, TEXTS, **{**options, "via": "live"})).done == 30


async def stopped(client: AsyncGroq, server: LocalGroq, options: dict[str, Any]) -> None:
    """Run a job until its batch exists."""
    kept_open(server)
    job: Any = run(client, TEXTS, **options, on_progress=lambda progress: progress.in_flight and job.stop())
    await job
    server.clear()


# ------------------------------------------------------------------------------------------- via="auto"

LARGE = [{"messages": [{"role": "user", "content": "x" * 4_000}]}] * 20_000


@pytest.mark.parametrize(
    ("items", "changes", "via"),
    [
        (TEXTS, {}, "live"),
        (LARGE, {}, "batch"),
        (LARGE, {"deadline_s": 7_200.0}, "live"),
        (LARGE, {"limit": 50}, "live"),
        (LARGE, {"model": "unknown"}, "live"),
        (LARGE, {"model": "unknown", "limits": Limits(tpm=6_000)}, "batch"),
        (LARGE, {"model": "unknown", "prices": {"unknown": Price(0.1, 0.4)}}, "batch"),
        (LARGE, {"max_cost_usd": 100.0}, "live"),
        (LARGE, {"params": {"service_tier": "flex"}}, "live"),
        (LARGE, {"journal": None}, "live"),
        (iter(LARGE), {}, "live"),
    ],
)
def test_auto_decides_by_what_the_items_need(
    options: dict[str, Any], items: Any, changes: dict[str, Any], via: str
) -> None:
    options = {**options, "via": "auto", **changes}
    limits = options.pop("limits", None)
    requests = Requests(model=options.pop("model"), params=options.pop("params", {}))
    sequence = items if isinstance(items, list) else None
    job = JobOptions(requests, **options)
    with Journal.temporary(job.header) as journal:
        assert resolved_via(job, journal, sequence, limits) == via


async def test_auto_goes_on_with_the_batches_of_an_earlier_run(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any]
) -> None:
    await stopped(client, server, options)
    report = await run(client, TEXTS, **{**options, "via": "auto"})
    assert (report.via, report.done) == ("batch", 30)
    assert batches_of(server) == []


async def test_auto_sends_a_small_job_live(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any]
) -> None:
    report = await run(client, TEXTS, **{**options, "via": "auto"})
    assert (report.via, report.done, len(server.requests)) == ("live", 30, 30)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"journal": None}, "pass journal="),
        ({"params": {"service_tier": "flex"}}, "no service tier"),
        ({"endpoint": "embeddings"}, "does not take embeddings"),
        ({"max_cost_usd": 5.0}, "max_cost_usd cannot stop a batch"),
    ],
)
async def test_what_a_batch_cannot_do_is_rejected_before_anything_is_sent(
    client: AsyncGroq, server: LocalGroq, options: dict[str, Any], changes: dict[str, Any], text: str
) -> None:
    with pytest.raises(JobInputError, match=text):
        run(client, TEXTS, **{**options, **changes})
    assert server.requests == []
