"""A job in batches that stopped goes on where it was, also with another input, and when responses of the service are lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from batch_jobs import (
    Job,
    Killed,
    batches_of,
    ended,
    kept_open,
    no_wait,
    question,
    questions,
    reply_of,
    result,
    uploaded,
)

from aiogroq import AsyncGroq, AuthenticationError, BadRequestError, InternalServerError
from aiogroq.jobs import JobError, Outcome
from aiogroq.jobs.batches.lines import custom_id
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.local_groq(batch_step_s=0.0)


def killed_after(count: int) -> Any:
    """Return a function that raises at its call number ``count``."""
    calls: list[Outcome] = []

    def after(outcome: Outcome) -> None:
        calls.append(outcome)
        if len(calls) == count:
            raise Killed

    return after


async def stopped(job: Job, server: LocalGroq, requests: Any = None, **options: Any) -> None:
    """Run a job until its batches exist, and stop it there."""
    kept_open(server)
    stop = asyncio.Event()
    assert await job.run(requests, stop=stop, on_progress=lambda _progress: stop.set(), **options) == []
    server.clear()


# ------------------------------------------------------------------------------------------- lost responses

LOST = {
    "the connection broke": Fault(before_head=True, end="close"),
    "a gateway gave up": Fault(status=504),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=[*LOST])
@pytest.mark.parametrize("path", ["/files", "/batches"])
async def test_a_step_whose_response_is_lost_is_not_done_again(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, path: str, fault: Fault
) -> None:
    server.script(
        Fault(on=path, method="POST", before_head=fault.before_head, end=fault.end, status=fault.status)
    )
    assert len(await Job(client, tmp_path, questions(3)).run()) == 3
    assert (len(uploaded(server)), len(batches_of(server))) == (1, 1)


@pytest.mark.parametrize("path", ["/files", "/batches"])
async def test_a_step_that_did_not_arrive_is_done_again(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, path: str
) -> None:
    server.script(Fault(on=path, method="POST", status=503, ignore_body=True))
    assert len(await Job(client, tmp_path, questions(3)).run()) == 3
    assert len((await client.batches.list()).data) == 1
    assert sum(each.purpose == "batch" for each in await client.files.list()) == 1


async def test_a_batch_is_found_on_any_page(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    server.script(Fault(on="/batches", method="POST", before_head=True, end="close"))
    other = await client.files.create(file=("other.jsonl", b"{}"), purpose="batch")

    async def sleep(_seconds: float) -> None:
        if len((await client.batches.list()).data) == 1:
            for _ in range(101):
                await client.batches.create(
                    input_file_id=other.id,
                    endpoint="/v1/chat/completions",
                    completion_window="24h",
                    metadata={"part": "1"},
                )

    # Newest first: that of the job is the last of 102, on the second page.
    assert len(await Job(client, tmp_path, questions(2)).run(sleep=sleep)) == 2
    assert len(uploaded(server)) == 2  # of the job and of the test
    assert sum("aiogroq_job" in (each["metadata"] or {}) for each in batches_of(server)) == 1


async def test_a_file_is_found_on_any_page(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    first = {"object": "list", "data": [], "paging": {"next_cursor": "c"}}
    server.script(Fault(on="/files", method="POST", status=504), Fault(on="/files", method="GET", body=first))
    assert len(await Job(client, tmp_path, questions(2)).run()) == 2
    assert len(uploaded(server)) == 1
    assert [
        each.query for each in server.requests if (each.method, each.path) == ("GET", "/openai/v1/files")
    ] == [
        {},
        {"cursor": "c"},
    ]


async def test_the_error_of_the_last_attempt_is_raised_and_the_next_run_goes_on(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    job = Job(client, tmp_path, questions(3))
    server.script(Fault(on="/batches", method="POST", status=500, ignore_body=True, times=6))
    with pytest.raises(InternalServerError):
        await job.run()
    assert len(await job.run()) == 3
    assert (len(uploaded(server)), len((await client.batches.list()).data)) == (1, 1)


@pytest.mark.parametrize("status", [400, 401])
async def test_an_error_that_stays_is_raised_at_once(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, status: int
) -> None:
    server.script(Fault(on="/batches", method="POST", status=status))
    with pytest.raises((BadRequestError, AuthenticationError)):
        await Job(client, tmp_path, questions(3)).run()
    assert len(batches_of(server)) == 1


async def test_a_download_that_breaks_is_repeated(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    server.script(Fault(on="/content", after_bytes=100, end="close"))
    assert len(await Job(client, tmp_path, questions(3)).run()) == 3


# ------------------------------------------------------------------------------------------- the next run


async def test_a_stopped_job_leaves_its_batches_to_the_next_run(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    job = Job(client, tmp_path, questions(5))
    await stopped(job, server, max_lines=2)
    assert len(await job.run(max_lines=2)) == 5
    assert batches_of(server) == []


async def test_results_of_earlier_runs_wait_until_the_input_is_read(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    job = Job(client, tmp_path, questions(40))
    await stopped(job, server, max_lines=1)  # at the 32 batches that may be open at once
    assert len(await job.run(max_lines=1)) == 40
    assert len(batches_of(server)) == 8


@pytest.mark.parametrize("is_expired", [True, False])
@pytest.mark.parametrize("step", ["uploaded", "created", "taking over", "taken over"])
async def test_a_job_that_ends_before_a_step_is_noted_does_it_once(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, step: str, is_expired: bool
) -> None:
    requests = questions(4)
    job = Job(client, tmp_path, requests)
    if is_expired:
        ended(server, "expired", result(requests[0]))
    with pytest.raises(Killed):
        await job.run(killed_before=step)
    await job.run()
    assert sorted(line["id"] for line in job.journaled()) == [each.id for each in requests]
    again = (
        is_expired and step != "taking over"
    )  # where only the first run found it expired, and took nothing over
    assert (len(uploaded(server)), len(batches_of(server))) == (1 + again, 1 + again)
    assert not job.folder.exists()


async def test_an_input_that_has_grown_and_is_sorted_otherwise_sends_new_items_only(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    job = Job(client, tmp_path, [])
    await stopped(job, server, [question(index) for index in range(4)])
    grown = [
        question(index, text=f"What is {number}+{number}?") for index, number in enumerate((5, 3, 2, 1, 0, 4))
    ]
    outcomes = await job.run(grown)
    assert [line["body"]["messages"][0]["content"] for line in uploaded(server)[0]] == [
        "What is 5+5?",
        "What is 4+4?",
    ]
    assert {each.index: reply_of(each) for each in outcomes} == {
        index: f"{number}+{number} = {2 * number}." for index, number in enumerate((5, 3, 2, 1, 0, 4))
    }


async def test_a_shorter_input_takes_its_own_results_and_leaves_the_others(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    requests = questions(6)
    job = Job(client, tmp_path, requests)
    await stopped(job, server)
    assert {each.index for each in await job.run(requests[:2])} == {0, 1}
    assert {each.index for each in await job.run(requests[1:4])} == {2, 3}
    assert {each.index for each in await job.run()} == {4, 5}
    assert batches_of(server) == []
    assert not job.folder.exists()


async def test_what_a_cancelled_batch_left_of_a_shorter_input_is_sent_for_the_longer_one(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    requests = questions(4)
    job = Job(client, tmp_path, requests)
    await stopped(job, server)
    for _ in range(2):
        ended(server, "cancelled", result(requests[0]) + result(requests[2]))
    assert {each.index for each in await job.run(requests[:2])} == {0}
    assert job.left == 1
    assert {each.index for each in await job.run()} == {1, 2, 3}
    assert [[line["custom_id"] for line in lines] for lines in uploaded(server)] == [
        [custom_id(requests[1]), custom_id(requests[3])]
    ]


async def test_a_part_that_was_never_sent_is_made_anew_for_a_shorter_input(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    requests = questions(6)
    job = Job(client, tmp_path, requests)
    server.script(Fault(on="/files", method="POST", status=400, ignore_body=True))
    with pytest.raises(BadRequestError):
        await job.run()
    server.clear()
    assert {each.index for each in await job.run(requests[:2])} == {0, 1}
    assert [len(lines) for lines in uploaded(server)] == [2]
    assert {each.index for each in await job.run()} == {2, 3, 4, 5}


async def test_an_expired_batch_whose_rest_was_sent_again_is_not_sent_a_third_time(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    requests = questions(4)
    job = Job(client, tmp_path, requests)
    ended(server, "expired", result(requests[0]))
    server.script(Fault(on="/files", method="POST", skip=1, status=400, ignore_body=True))
    with pytest.raises(BadRequestError):
        await job.run()
    server.clear()
    assert {each.index for each in await job.run()} == {1, 2, 3}
    assert [[line["custom_id"] for line in lines] for lines in uploaded(server)] == [
        [custom_id(each) for each in requests[1:]]
    ]


@pytest.mark.parametrize("killed_at", [1, 2, 3])
async def test_equal_items_get_different_results_also_after_a_kill(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, killed_at: int
) -> None:
    same = [question(index, text="Say anything.") for index in range(4)]
    output = b"".join(result(same[0], f"sample {repeat}", repeat=repeat) for repeat in (2, 0, 3, 1))
    job = Job(client, tmp_path, same)
    ended(server, "completed", output)
    with pytest.raises(Killed):
        await job.run(after=killed_after(killed_at))
    ended(server, "completed", output)
    await job.run()
    replies = Counter(line["body"]["choices"][0]["message"]["content"] for line in job.journaled())
    assert replies == {f"sample {repeat}": 1 for repeat in range(4)}


async def test_a_part_whose_last_result_was_written_before_a_kill_is_over(
    client: AsyncGroq, tmp_path: Path
) -> None:
    job = Job(client, tmp_path, questions(3))
    with pytest.raises(Killed):
        await job.run(after=killed_after(3))
    assert await job.run(is_whole_input=False) == []
    assert job.folder.exists()
    assert await job.run() == []
    assert not job.folder.exists()


async def test_files_of_an_earlier_job_are_deleted(client: AsyncGroq, tmp_path: Path) -> None:
    job = Job(client, tmp_path, questions(2))
    job.folder.mkdir()
    (job.folder / "part-7.jsonl").write_text("old")
    (job.folder / "notes.txt").write_text("of the user")
    await job.run()
    assert [each.name for each in job.folder.iterdir()] == ["notes.txt"]


async def test_a_missing_file_of_a_batch_is_named(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    job = Job(client, tmp_path, questions(2))
    await stopped(job, server)
    (job.folder / "part-1.names.txt").unlink()
    with pytest.raises(JobError, match=r"part-1\.names\.txt is gone.*fresh=True"):
        await job.run()


@pytest.mark.parametrize("path", ["/batches/", "/content"])
async def test_a_batch_of_another_key_is_named_after_the_others_were_taken_over(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, path: str
) -> None:
    job = Job(client, tmp_path, questions(6))
    await stopped(job, server, max_lines=2)
    server.script(Fault(on=path, status=404, method="GET", skip=1))
    with pytest.raises(JobError, match=r"not at the service: they belong to another API key"):
        await job.run()
    assert len(job.journaled()) == 4
    assert len(await job.run()) == 2
    assert batches_of(server) == []


@pytest.mark.local_groq(batch_step_s=0.0, clock=lambda: 1_700_000_000.0)
async def test_a_batch_whose_results_were_deleted_after_their_time_is_sent_again(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    job = Job(client, tmp_path, questions(2))
    await stopped(job, server)
    server.script(Fault(on="/batches/", status=404, method="GET"))
    assert [each.attempts for each in await job.run()] == [2, 2]


async def test_the_wait_for_a_poll_ends_when_the_job_is_stopped(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    kept_open(server)
    stop = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        stop.set()
        await asyncio.Event().wait()

    assert await Job(client, tmp_path, questions(2)).run(stop=stop, sleep=sleep) == []
    await no_wait(0)
