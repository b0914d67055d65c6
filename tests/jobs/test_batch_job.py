"""`jobs.run(..., via="batch")`: as a live job, at half the price."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from batch_jobs import batches_of, ended, kept_open

from aiogroq import AsyncGroq, Groq
from aiogroq.jobs import JobInputError
from aiogroq.jobs.run import run
from aiogroq.local import LocalGroq

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
