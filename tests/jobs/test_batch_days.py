"""Batches that take hours and days, expire, or are cancelled while they run: with a real server, in virtual time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from batch_jobs import Job, batches_of, questions, reply_of
from virtual_time import current_loop, in_virtual_time

from aiogroq import AsyncGroq, jobs
from aiogroq.local import LocalGroq

HOUR_S = 3_600.0
DAY_S = 24 * HOUR_S


def server_of(step_s: float, reply: Any = None) -> LocalGroq:
    """Return a server whose clock is that of the loop, and whose batches have each status for ``step_s``."""
    return LocalGroq(clock=current_loop().clock, batch_step_s=step_s, reply=reply)


@in_virtual_time
async def test_a_batch_of_hours_is_polled_at_most_once_a_minute(tmp_path: Path) -> None:
    async with (
        server_of(HOUR_S).serve_here() as server,
        AsyncGroq(api_key="k", base_url=server.base_url) as client,
    ):
        outcomes = await Job(client, tmp_path, questions(3)).run(sleep=asyncio.sleep)
        assert [each.status for each in outcomes] == ["done"] * 3
        took_s = current_loop().time()
        assert 3 * HOUR_S <= took_s <= 3 * HOUR_S + 61
        assert len(server.requests) < took_s / 60 + 25


@in_virtual_time
async def test_a_batch_that_expires_before_its_first_item_is_sent_again_until_the_attempts_end(
    tmp_path: Path,
) -> None:
    async with (
        server_of(1.5 * DAY_S).serve_here() as server,
        AsyncGroq(api_key="k", base_url=server.base_url) as client,
    ):
        job = Job(client, tmp_path, questions(2))
        outcomes = await job.run(sleep=asyncio.sleep, max_poll_s=HOUR_S, max_attempts=2)
        assert [each.error.type if each.error else "" for each in outcomes] == ["BatchExpired"] * 2
        assert [each.attempts for each in outcomes] == [2, 2]
        assert len(batches_of(server)) == 2


@in_virtual_time
async def test_the_rest_of_a_batch_that_expires_in_the_middle_is_sent_again(tmp_path: Path) -> None:
    replied = 0

    def reply(_request: Any) -> str:
        nonlocal replied
        replied += 1
        if replied == 3:
            current_loop().advance(DAY_S)
        return f"reply {replied}"

    async with (
        server_of(1.0, reply).serve_here() as server,
        AsyncGroq(api_key="k", base_url=server.base_url) as client,
    ):
        outcomes = await Job(client, tmp_path, questions(8)).run(sleep=asyncio.sleep)
        assert sorted(reply_of(each) for each in outcomes) == [f"reply {number}" for number in range(1, 9)]
        assert sorted(each.attempts for each in outcomes) == [1] * 3 + [2] * 5
        states = [each.status for each in (await client.batches.list()).data]
        assert states == ["completed", "expired"]


@in_virtual_time
async def test_the_rest_of_a_batch_that_is_cancelled_in_the_middle_is_sent_by_the_next_run(
    tmp_path: Path,
) -> None:
    items, replied = 2_000, 0
    cancelling: list[asyncio.Task[Any]] = []

    async def cancel() -> None:
        batch = (await client.batches.list()).data[0]
        await client.batches.cancel(batch.id)

    def reply(_request: Any) -> str:
        nonlocal replied
        replied += 1
        if replied == 3:
            cancelling.append(asyncio.get_running_loop().create_task(cancel()))
        return f"reply {replied}"

    async with (
        server_of(1.0, reply).serve_here() as server,
        AsyncGroq(api_key="k", base_url=server.base_url) as client,
    ):
        job = Job(client, tmp_path, questions(items))
        first = await job.run(sleep=asyncio.sleep)
        assert 3 <= len(first) < items
        assert job.left == items - len(first)
        second = await job.run(sleep=asyncio.sleep)
        assert len(first) + len(second) == items
        assert len({reply_of(each) for each in first + second}) == items
        assert [each.status for each in (await client.batches.list()).data] == ["completed", "cancelled"]


@in_virtual_time
async def test_a_job_that_reaches_its_deadline_leaves_its_batch_to_the_next_run(tmp_path: Path) -> None:
    options: dict[str, Any] = {"model": "m", "via": "batch", "journal": tmp_path / "a.journal"}
    async with (
        server_of(HOUR_S).serve_here() as server,
        AsyncGroq(api_key="k", base_url=server.base_url) as client,
    ):
        report = await jobs.run(client, ["a", "b"], **options, deadline_s=HOUR_S)
        assert (report.reason, report.exit_code, report.done) == ("deadline", 75, 0)
        assert HOUR_S <= current_loop().time() <= HOUR_S + 61
        report = await jobs.run(client, ["a", "b"], **options)
        assert (report.reason, report.done) == ("complete", 2)
        assert len(batches_of(server)) == 1
