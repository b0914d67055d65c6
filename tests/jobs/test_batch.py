"""A job in batches, from its requests to its outcomes, on the embedded server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from batch_jobs import Job, batches_of, no_wait, question, questions, reply_of, uploaded

from aiogroq import AsyncGroq
from aiogroq.jobs import JobRequest
from aiogroq.jobs.batches.run import BatchProgress
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.local_groq(batch_step_s=0.0)


async def test_every_request_of_a_batch_gets_its_own_response(client: AsyncGroq, tmp_path: Path) -> None:
    outcomes = await Job(client, tmp_path, questions(5)).run()
    assert sorted((each.index, each.id, reply_of(each)) for each in outcomes) == [
        (index, f"row-{index}", f"{index}+{index} = {2 * index}.") for index in range(5)
    ]
    assert {each.status for each in outcomes} == {"done"}
    assert all(each.usage.prompt_tokens > 0 and each.attempts == 1 for each in outcomes)


async def test_requests_are_split_by_lines(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    outcomes = await Job(client, tmp_path, questions(7)).run(max_lines=3)
    assert len(outcomes) == 7
    assert [len(lines) for lines in uploaded(server)] == [3, 3, 1]
    made = batches_of(server)
    assert [each["metadata"]["part"] for each in made] == ["1", "2", "3"]
    assert len({each["metadata"]["aiogroq_job"] for each in made}) == 1


async def test_each_endpoint_has_its_own_batches(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    body = {"model": "whisper-large-v3", "url": "https://example.com/a.wav"}
    recordings = [
        JobRequest(index, str(index), "transcription", body, bytes([index] * 16)) for index in (2, 3)
    ]
    outcomes = await Job(client, tmp_path, [question(0), question(1), *recordings]).run()
    assert {each.status for each in outcomes} == {"done"}
    assert [each["endpoint"] for each in batches_of(server)] == [
        "/v1/chat/completions",
        "/v1/audio/transcriptions",
    ]
    assert [len(lines) for lines in uploaded(server)] == [2, 2]


async def test_only_so_many_batches_are_open_at_once(client: AsyncGroq, tmp_path: Path) -> None:
    seen: list[BatchProgress] = []
    outcomes = await Job(client, tmp_path, questions(40)).run(max_lines=1, on_progress=seen.append)
    assert sorted(each.index for each in outcomes) == list(range(40))
    assert max(each.open_batches for each in seen) == 32


async def test_requests_are_split_by_bytes(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    long = [question(index, id=str(index), text="x" * 400) for index in range(6)]
    assert len(await Job(client, tmp_path, long).run(max_bytes=1_500)) == 6
    assert [len(lines) for lines in uploaded(server)] == [2, 2, 2]
    assert all(
        sum(len(json.dumps(line, separators=(",", ":"))) + 1 for line in lines) <= 1_500
        for lines in uploaded(server)
    )


async def test_an_item_that_is_larger_than_a_file_fails_alone(client: AsyncGroq, tmp_path: Path) -> None:
    requests = [question(0), question(1, text="x" * 2_000), question(2)]
    outcomes = {each.index: each for each in await Job(client, tmp_path, requests).run(max_bytes=1_500)}
    assert [outcomes[index].status for index in range(3)] == ["done", "failed", "done"]
    assert outcomes[1].error is not None
    assert "a batch file has at most 1,500" in outcomes[1].error.message
    assert outcomes[1].attempts == 0


async def test_an_item_that_a_batch_does_not_take_fails_alone(client: AsyncGroq, tmp_path: Path) -> None:
    bad = question(1)
    bad = JobRequest(1, "1", "chat", {**bad.body, "service_tier": "flex"}, b"k" * 16)
    outcomes = {each.index: each for each in await Job(client, tmp_path, [question(0), bad]).run()}
    assert (outcomes[0].status, outcomes[1].status) == ("done", "failed")
    assert outcomes[1].error is not None
    assert (
        outcomes[1].error.message
        == "a batch has no service tier: take service_tier out of the request, or use via='live'"
    )


async def test_the_error_of_an_item_is_its_outcome(client: AsyncGroq, tmp_path: Path) -> None:
    wrong = JobRequest(1, "wrong", "chat", {**question(1).body, "temperature": 9}, b"k" * 16)
    outcomes = {each.id: each for each in await Job(client, tmp_path, [question(0, id="a"), wrong]).run()}
    error = outcomes["wrong"].error
    assert error is not None
    assert (error.type, error.status_code) == ("BadRequestError", 400)
    assert "temperature" in error.message
    assert outcomes["a"].status == "done"


async def test_equal_items_without_ids_have_a_line_each(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    same = [question(index, text="Say hello.") for index in range(12)]
    outcomes = await Job(client, tmp_path, same).run(max_lines=5)
    assert sorted(each.index for each in outcomes) == list(range(12))
    ids = [line["custom_id"] for lines in uploaded(server) for line in lines]
    assert len({*ids}) == 12
    assert all(len(each) <= 64 for each in ids)


async def test_a_job_that_is_done_sends_nothing_again(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    job = Job(client, tmp_path, questions(4))
    await job.run()
    server.clear()
    assert await job.run() == []
    assert server.requests == []
    assert not job.folder.exists()


async def test_progress_names_the_states_of_the_batches(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    counts = {"total": 2, "completed": 1, "failed": 0}
    state = {"id": "b", "object": "batch", "status": "in_progress", "request_counts": counts}
    server.script(*[Fault(on="/batches/", method="GET", body=state)] * 2)
    seen: list[BatchProgress] = []
    await Job(client, tmp_path, questions(4)).run(max_lines=2, on_progress=seen.append)
    assert BatchProgress(2, 2, 4, 2, "2 batches: 2 in_progress; 2 of 4 processed") in seen
    assert seen[-1] == BatchProgress(2, 0, 0, 0, "")


async def test_intervals_between_polls_grow_up_to_a_limit(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await no_wait(seconds)

    state = {"id": "batch_x", "object": "batch", "status": "in_progress"}
    server.script(Fault(on="/batches/", method="GET", body=state, times=17))
    await Job(client, tmp_path, questions(1)).run(sleep=sleep)
    assert waits[:3] == [0.25, 0.375, 0.5625]
    assert waits[15] == 60.0
    assert waits == sorted(waits)


async def test_a_poll_that_fails_is_repeated(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    client = client.with_options(max_retries=0)
    server.script(*[Fault(on="/batches/", method="GET", status=503)] * 3)
    seen: list[BatchProgress] = []
    outcomes = await Job(client, tmp_path, questions(2)).run(on_progress=seen.append)
    assert len(outcomes) == 2
    assert sum("is not known at the moment" in each.message for each in seen) == 3


async def test_an_option_out_of_range_is_named(client: AsyncGroq, tmp_path: Path) -> None:
    for options, text in (
        ({"window": "12h"}, "24h to 7d"),
        ({"max_lines": 50_001}, "max_lines is 1 to 50,000"),
        ({"max_attempts": 0}, "max_attempts is 1 or more"),
    ):
        with pytest.raises(ValueError, match=text):
            await Job(client, tmp_path, []).run(**options)
