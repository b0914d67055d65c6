"""Jobs, end to end."""

from __future__ import annotations

from pathlib import Path

from aiogroq import AsyncGroq
from aiogroq.jobs.run import run
from aiogroq.local import LocalGroq

MODEL = "openai/gpt-oss-20b"


async def test_results_come_in_the_order_of_the_input(client: AsyncGroq) -> None:
    texts = [f"Say {number}" for number in range(50)]
    job = run(client, texts, model=MODEL)
    results = [result async for result in job]
    assert [result.item for result in results] == texts
    assert {result.status for result in results} == {"done"}
    assert all(result.text for result in results)
    assert job.report is not None
    assert job.report.done == 50
    assert job.report.exit_code == 0


async def test_a_job_is_resumed(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    report = await run(client, ["a", "b"], model=MODEL, journal=path)
    assert report.done == 2
    job = run(client, ["c", "b", "a"], model=MODEL, journal=path)
    results = [result async for result in job]
    assert [(result.item, result.index, result.is_resumed) for result in results] == [
        ("c", 0, False),
        ("b", 1, True),
        ("a", 2, True),
    ]
    assert len(server.requests) == 3
