"""Several tasks, or threads, that iterate one job: each result goes to one of them, and all come to the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aiogroq import AsyncGroq, Groq
from aiogroq.jobs import AsyncJob, Job, JobError, JobResult, run
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"
TEXTS = [f"Say {number}" for number in range(100)]


class Items:
    """The items of a job, which come when `go_on` is set."""

    def __init__(self) -> None:
        self.is_asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[str]:
        self.is_asked.set()
        await self.go_on.wait()
        for text in TEXTS:
            yield text


async def consume(job: AsyncJob[Any]) -> list[JobResult[Any]]:
    return [result async for result in job]


async def consumers_that_wait(job: AsyncJob[Any], items: Items) -> list[asyncio.Task[list[JobResult[Any]]]]:
    tasks = [asyncio.ensure_future(consume(job)) for _ in range(3)]
    await items.is_asked.wait()
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


async def test_three_tasks_share_the_results_and_all_end(client: AsyncGroq) -> None:
    items = Items()
    job = run(client, items, model=MODEL)
    tasks = await consumers_that_wait(job, items)
    items.go_on.set()
    results = [result for part in await asyncio.gather(*tasks) for result in part]
    assert sorted(result.index for result in results) == list(range(100))
    assert job.report is not None
    assert job.report.done == 100


async def test_a_task_that_is_cancelled_takes_no_result_with_it(client: AsyncGroq) -> None:
    items = Items()
    job = run(client, items, model=MODEL)
    first = asyncio.ensure_future(job.next_batch(1))
    tasks = await consumers_that_wait(job, items)
    first.cancel()  # of `next_batch`: the job goes on
    items.go_on.set()
    parts = await asyncio.gather(*tasks)
    assert sorted(result.index for part in parts for result in part) == list(range(100))


async def test_closing_the_job_ends_all_its_consumers(client: AsyncGroq) -> None:
    items = Items()
    job = run(client, items, model=MODEL)
    tasks = await consumers_that_wait(job, items)
    await job.aclose()
    assert await asyncio.gather(*tasks) == [[], [], []]
    assert job.report is not None
    assert job.report.reason == "interrupted"


async def test_each_consumer_gets_the_error_that_ends_the_job(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(status=401, times=None))
    items = Items()
    job = run(client, items, model=MODEL)
    tasks = await consumers_that_wait(job, items)
    items.go_on.set()
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in errors] == [JobError] * 3
    with pytest.raises(JobError, match="every other item"):
        await anext(job)


@pytest.mark.parametrize("fails", [False, True])
def test_threads_share_the_results_of_a_sync_job_and_all_end(
    groq_client: Groq, server: LocalGroq, fails: bool
) -> None:
    if fails:
        server.script(Fault(status=401, times=None))
    job = run(groq_client, TEXTS, model=MODEL)
    ends: list[list[int] | JobError] = []
    begin = threading.Barrier(3)

    def consume(job: Job[Any]) -> None:
        begin.wait(60)
        try:
            ends.append([result.index for result in job])
        except JobError as error:
            ends.append(error)

    threads = [threading.Thread(target=consume, args=(job,), daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ends) == 3
    assert [isinstance(end, JobError) for end in ends] == [fails] * 3
    indexes = sorted(index for end in ends if isinstance(end, list) for index in end)
    assert indexes == ([] if fails else list(range(100)))
