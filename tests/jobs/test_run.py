"""Jobs, end to end: `jobs.run` with an async client, over real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import aiofiles
import pytest
from held_replies import HeldReplies
from virtual_time import in_virtual_time, served_here
from waiting import eventually

from aiogroq import APIResponseValidationError, AsyncGroq, Timeout
from aiogroq.jobs import AsyncJob, JobError, JobInputError, JobReport, JobResult, JournalError, Progress, run
from aiogroq.limits import Pacing
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"


async def results_of(client: AsyncGroq, items: Any, **options: Any) -> tuple[list[JobResult[Any]], JobReport]:
    job = run(client, items, **{"model": MODEL, **options})
    results = [result async for result in job]
    assert job.report is not None
    return results, job.report


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


async def test_a_parameter_that_is_written_in_another_way_is_rejected_and_pays_nothing_twice(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    items = ["a", "b"]

    def job(temperature: float) -> AsyncJob[Any]:
        path = tmp_path / "a.journal"
        return run(client, items, model=MODEL, params={"temperature": temperature}, journal=path)

    await job(0)
    with pytest.raises(JournalError, match=r"made with temperature=0, and this job has temperature=0\.0"):
        await job(0.0)
    assert (await job(0)).resumed == 2
    assert len(server.requests) == 2


async def test_each_kind_of_iterable_is_read(client: AsyncGroq) -> None:
    def texts() -> Iterator[str]:
        yield from ("a", "b")

    async def async_texts() -> AsyncIterator[str]:
        yield "a"
        yield "b"

    for items in (["a", "b"], ("a", "b"), texts(), async_texts(), iter(["a", "b"]), {"a": 1, "b": 2}.keys()):
        results, report = await results_of(client, items)
        assert [(result.index, result.id, result.item) for result in results] == [
            (0, "0", "a"),
            (1, "1", "b"),
        ]
        assert report.done == 2


def workers() -> int:
    return sum(task.get_name() == "aiogroq-job-worker" for task in asyncio.all_tasks())


async def test_a_job_has_no_more_workers_than_may_be_in_flight(client: AsyncGroq) -> None:
    job = run(client, map(str, range(300)), model=MODEL, pacing=Pacing(max_in_flight=8))
    assert 1 < max([workers() async for _ in job]) <= 8


async def test_results_can_come_as_they_are_there(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(body_contains="slow", before_head=True, end="stall"))
    job = run(client, ["slow", "b", "c", "d"], model=MODEL, ordered=False)
    results = [await anext(job) for _ in range(3)]
    server.close_connections()  # it is sent again
    results += [result async for result in job]
    assert results[-1].item == "slow"
    assert sorted(result.index for result in results) == [0, 1, 2, 3]


async def test_an_empty_input_is_a_complete_job(client: AsyncGroq) -> None:
    results, report = await results_of(client, [])
    assert (results, report.exit_code, report.reason) == ([], 0, "complete")


# S8 of the issue: what can never succeed fails alone.


@in_virtual_time
async def test_items_that_can_never_succeed_fail_alone() -> None:
    too_large = {
        "error": {
            "message": "Request too large for model `m` in organization `org_1` service tier `on_demand` on output tokens "
            "per minute (OTPM): Limit 1000000, Requested 1329000, please reduce max_tokens.",
            "type": "tokens",
            "code": "rate_limit_exceeded",
        }
    }
    faults = (
        Fault(body_contains="item 3.", status=413, times=None),
        Fault(body_contains="item 5.", status=429, body=too_large, times=None),
        Fault(body_contains="item 7.", status=500, times=None),
        Fault(body_contains="item 9.", before_head=True, end="stall", times=None),
        Fault(body_contains="item 11.", status=400, times=None),
        Fault(body_contains="item 13.", before_head=True, end="close", times=None),
    )
    items = [f"item {number}." for number in range(40)]
    async with served_here(faults=faults) as (client, server):
        client = client.with_options(timeout=Timeout(read=20, first_byte=20))
        results, report = await results_of(client, items)
    failed = {result.index: result for result in results if result.status == "failed"}
    assert {
        index: (result.attempts, result.error and result.error.type) for index, result in failed.items()
    } == {
        3: (1, "RequestTooLargeError"),
        5: (1, "RateLimitError"),
        7: (5, "InternalServerError"),
        9: (5, "APITimeoutError"),
        11: (1, "BadRequestError"),
        13: (5, "APIConnectionError"),
    }
    assert [result.status for result in results].count("done") == 34
    assert len(server.requests) == 34 + 18
    assert (report.exit_code, report.failed, report.reason) == (1, 6, "complete")


async def test_a_passing_error_is_no_failure(client: AsyncGroq, server: LocalGroq) -> None:
    again = Fault(status=429, headers={"retry-after": "0.1"}, body={"error": {"message": "Slow down."}})
    server.script(Fault(status=500, times=2), Fault(status=503, times=1), again)
    results, report = await results_of(client, ["a", "b"])
    assert [result.status for result in results] == ["done", "done"]
    assert report.attempts == 6
    assert report.retries == 4
    assert report.rate_limited == 1


@pytest.mark.parametrize(
    ("endpoint", "options"),
    [
        ("chat", {}),
        ("chat", {"response_format": dict[str, int]}),
        ("embeddings", {}),
        ("transcription", {"model": "whisper-large-v3"}),
    ],
)
async def test_a_response_that_is_not_json_is_reported_as_that_of_a_single_call(
    client: AsyncGroq, server: LocalGroq, endpoint: str, options: dict[str, Any]
) -> None:
    page = Fault(body=b"<html>one moment, gsk_x_secret</html>", content_type="text/html", times=None)
    server.script(page)
    client = client.with_options(api_key="gsk_x_secret")
    with pytest.raises(APIResponseValidationError) as raised:
        await client.embeddings.create(model="m", input="x")
    items = ["https://example.com/a.wav"]
    sent = len(server.requests)
    results, report = await results_of(client, items, endpoint=endpoint, **options)
    error = results[0].error
    assert error is not None
    assert (error.type, error.status_code) == ("APIResponseValidationError", 200)
    assert error.message == raised.value.message
    assert error.message.startswith("Expected JSON, got text/html (HTTP 200, ")
    assert "one moment" in error.message
    assert "secret" not in error.message
    assert (report.failed, len(server.requests) - sent) == (1, 1), "a single call does not retry either"


async def test_a_response_that_is_too_long_is_an_outcome_of_its_own(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.reply = {"content": "cut", "finish_reason": "length"}
    results, report = await results_of(client, ["a"])
    assert (results[0].status, results[0].text, results[0].attempts) == ("length", "cut", 1)
    assert (report.length, report.done, report.exit_code) == (1, 0, 0)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "invalid_api_key"), (404, "model_not_found"), (400, "model_decommissioned"), (403, "")],
)
async def test_a_key_or_a_model_that_is_rejected_ends_the_job(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, status: int, code: str
) -> None:
    path = tmp_path / "a.journal"
    body = {"error": {"message": "It is rejected.", "code": code}}
    server.script(Fault(status=status, body=body, times=None))
    job = run(client, [f"item {number}" for number in range(1000)], model=MODEL, journal=path)
    with pytest.raises(JobError, match=r"every other item would fail in the same way.*It is rejected"):
        await anext(job)
    assert len(server.requests) < 10
    server.script(None)
    server.clear()
    report = await run(client, [f"item {number}" for number in range(20)], model=MODEL, journal=path)
    assert (report.done, report.resumed) == (20, 0)


@pytest.mark.parametrize(
    ("status", "code", "fix"),
    [
        (401, "invalid_api_key", "Check GROQ_API_KEY"),
        (404, "model_not_found", "Check the model"),
        (403, "", "Check the account"),
    ],
)
async def test_a_job_that_is_rejected_says_what_the_service_says_and_what_to_check(
    client: AsyncGroq, server: LocalGroq, status: int, code: str, fix: str
) -> None:
    server.script(
        Fault(status=status, body={"error": {"message": "It is rejected.", "code": code}}, times=None)
    )
    with pytest.raises(
        JobError, match=f"in the same way: It is rejected[.] {fix}, then run it again to go on$"
    ):
        await run(client, ["a"], model=MODEL)


async def test_an_item_with_a_wrong_model_of_its_own_fails_alone(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(
        Fault(
            body_contains="no-such", status=404, body={"error": {"message": "x", "code": "model_not_found"}}
        )
    )
    items = [{"messages": [{"role": "user", "content": "x"}]} for _ in range(3)]
    results, _ = await results_of(client, [items[0], {**items[1], "model": "no-such"}, items[2]])
    assert [result.status for result in results] == ["done", "failed", "done"]


async def test_the_first_item_must_be_right_and_a_later_one_fails_alone(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    rows = [{"text": "a"}, {"txt": "b"}, {"text": "c"}]
    results, report = await results_of(client, rows, prompt="{text}", journal=tmp_path / "a.journal")
    assert [(result.status, result.attempts) for result in results] == [
        ("done", 1),
        ("failed", 0),
        ("done", 1),
    ]
    assert results[1].error is not None
    assert "item 1 has no column 'text'" in results[1].error.message
    rows[1] = {"text": "b"}
    results, report = await results_of(client, rows, prompt="{text}", journal=tmp_path / "a.journal")
    assert (report.done, report.resumed, len(server.requests)) == (3, 2, 3)
    with pytest.raises(JobInputError, match="item 0 has no column 'wrong'"):
        await run(client, rows, model=MODEL, prompt="{wrong}")
    assert len(server.requests) == 3


async def test_failed_items_are_sent_again_only_when_asked(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    path = tmp_path / "a.journal"
    server.script(Fault(body_contains="bad", status=400))
    _, report = await results_of(client, ["good", "bad"], journal=path)
    assert report.failed == 1
    results, report = await results_of(client, ["good", "bad"], journal=path)
    assert (report.failed, report.resumed, len(server.requests)) == (1, 2, 2)
    assert results[1].error is not None
    _, report = await results_of(client, ["good", "bad"], journal=path, retry_failed=True)
    assert (report.failed, report.done, report.resumed, len(server.requests)) == (0, 2, 1, 3)
    _, report = await results_of(client, ["good", "bad"], journal=path)
    assert (report.done, report.resumed, len(server.requests)) == (2, 2, 3)


async def test_equal_items_are_sent_once_with_dedupe(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    path = tmp_path / "a.journal"
    items = ["a", "b", "a", "a", "b"]
    results, report = await results_of(client, items, dedupe=True, journal=path)
    assert [result.item for result in results] == items
    assert len({result.text for result in results if result.item == "a"}) == 1
    assert (report.done, report.attempts, len(server.requests)) == (5, 2, 2)
    results, report = await results_of(client, [*items, "a", "c"], dedupe=True, journal=path)
    assert (report.done, len(server.requests)) == (7, 3)
    assert [result.index for result in results] == [*range(7)]
    await results_of(client, items)
    assert len(server.requests) == 8, "n samples of one prompt are n requests by default"


async def test_ids_must_be_unique_and_keep_their_content(client: AsyncGroq, tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]
    with pytest.raises(JobInputError, match=r"item 1 has the id 'a'.* give each item an id of its own"):
        await results_of(client, rows, prompt="{text}")
    path = tmp_path / "a.journal"
    await results_of(client, rows[:1], prompt="{text}", journal=path)
    with pytest.raises(JournalError, match=r"item 0 \(id 'a'\).*content has changed"):
        await results_of(client, [{"id": "a", "text": "z"}], prompt="{text}", journal=path)
    with pytest.raises(JournalError, match="another prompt"):
        await results_of(client, rows[:1], prompt="Say {text}", journal=path)


@pytest.mark.parametrize(
    "rows",
    [[{"id": "1", "text": "x"}, {"text": "y"}], [{"text": "x"}, {"text": "y"}, {"id": 1, "text": "z"}]],
    ids=["id first", "id last"],
)
async def test_an_id_that_may_be_the_number_of_an_item_without_one_is_rejected(
    client: AsyncGroq, rows: list[dict[str, Any]]
) -> None:
    with pytest.raises(JobInputError, match="give every item an id, or none"):
        await results_of(client, rows, prompt="{text}")


async def test_items_with_and_without_ids_that_differ_are_accepted(client: AsyncGroq) -> None:
    rows = [{"id": "b7", "text": "x"}, {"text": "y"}, {"id": "2000", "text": "z"}]
    results, _ = await results_of(client, rows, prompt="{text}")
    assert [result.id for result in results] == ["b7", "1", "2000"]


async def test_a_growing_input_in_another_order_is_resumed(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    path = tmp_path / "a.journal"
    rows = [{"id": number, "text": f"text {number}"} for number in range(30)]
    await results_of(client, rows[:20], prompt="{text}", journal=path)
    results, report = await results_of(client, rows[::-1], prompt="{text}", journal=path)
    assert [result.item for result in results] == rows[::-1]
    assert [result.index for result in results] == [*range(30)]
    assert (report.done, report.resumed, len(server.requests)) == (30, 20, 30)


async def test_too_many_failures_stop_the_job(client: AsyncGroq, server: LocalGroq) -> None:
    for max_failures in (3, "10%"):
        server.clear()
        server.script(Fault(status=400, times=None))
        results, report = await results_of(client, [f"{n}" for n in range(30)], max_failures=max_failures)
        assert (report.reason, report.exit_code) == ("max_failures", 1)
        assert 4 <= report.failed <= 10
        assert report.message.startswith(f"{report.failed} items failed; max_failures is")
        assert len(results) == report.failed


async def test_a_job_stops_before_it_costs_too_much(client: AsyncGroq, server: LocalGroq) -> None:
    _, report = await results_of(client, [f"{n}" for n in range(10)])
    assert report.cost_usd is not None
    each = report.cost_usd / 10
    results, report = await results_of(client, [f"{n}" for n in range(100)], max_cost_usd=each * 20)
    assert (report.reason, report.exit_code) == ("max_cost", 75)
    assert 15 <= len(results) <= 21
    assert report.cost_usd is not None
    assert report.cost_usd <= each * 21, "the items differ a little"


@in_virtual_time
async def test_a_job_stops_at_its_deadline(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    async with served_here(latency_s=5.0) as (client, server):
        _, report = await results_of(client, [f"{n}" for n in range(1000)], deadline_s=30, journal=path)
    assert (report.reason, report.exit_code) == ("deadline", 75)
    assert str(path) in report.message
    assert 0 < report.done < 1000
    assert report.done == len(server.requests), "what is in flight is finished"


async def test_a_job_that_is_stopped_finishes_what_is_in_flight(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    server.script(Fault(latency_s=0.02, times=None))
    path = tmp_path / "a.journal"
    job = run(client, [f"{n}" for n in range(1000)], model=MODEL, journal=path)
    results = []
    async for result in job:
        results.append(result)
        if len(results) == 20:
            job.stop()
    assert job.report is not None
    assert (job.report.reason, job.report.exit_code) == ("interrupted", 130)
    assert len(server.requests) == job.report.done == len(results)
    _, report = await results_of(client, [f"{n}" for n in range(200)], journal=path)
    assert (report.done, report.attempts) == (200, 200 - len(results))


async def test_the_errors_of_the_input_are_raised_after_the_results_before_them(client: AsyncGroq) -> None:
    def broken() -> Iterator[str]:
        yield "a"
        yield "b"
        raise OSError("the disk is gone")

    job = run(client, broken(), model=MODEL)
    results = []
    with pytest.raises(OSError, match="the disk is gone"):  # noqa: PT012
        async for result in job:
            results.append(result.item)
    assert results == ["a", "b"][: len(results)]
    assert results


async def test_the_wait_for_a_job_returns_its_report(client: AsyncGroq, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    job = run(client, ["a"], model=MODEL, journal=path)
    report = await job
    assert report is await job
    assert (report.done, report.journal) == (1, str(path))
    assert len(path.read_bytes().splitlines()) == 2


async def test_a_job_that_is_closed_early_cancels_what_is_in_flight(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    server.script(Fault(body_contains="slow", latency_s=60, times=None))
    path = tmp_path / "a.journal"
    async with run(client, ["a", *["slow"] * 10], model=MODEL, journal=path) as job:
        async for result in job:
            assert result.item == "a"
            break
    _, report = await results_of(client, ["a"], journal=path)
    assert report.resumed == 1


async def test_progress_is_reported(client: AsyncGroq) -> None:
    seen: list[Progress] = []
    job = run(client, ["a", "b"], model=MODEL, on_progress=seen.append, name="n")
    async for _ in job:
        assert job.progress().total == 2
    assert (seen[-1].name, seen[-1].done, seen[-1].total, seen[-1].attempts) == ("n", 2, 2, 2)
    assert seen[-1].prompt_tokens > 0
    assert seen[-1].cost_usd is not None


@pytest.mark.parametrize("latency_s", [0.0, 1.5])
async def test_an_error_of_on_progress_is_raised_by_the_job(
    client: AsyncGroq, server: LocalGroq, latency_s: float
) -> None:
    server.script(Fault(latency_s=latency_s, times=None))
    job = run(client, ["a"], model=MODEL, on_progress=lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await job
    assert job.report is not None
    assert job.report.reason == "error"


async def test_a_service_that_cannot_be_reached_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        port = unused.getsockname()[1]
        async with AsyncGroq(api_key="gsk_x", base_url=f"http://127.0.0.1:{port}") as client:
            job = run(client, ["a", "b"], model=MODEL, max_failures=1)
            waiting = asyncio.ensure_future(job.wait())
            await asyncio.sleep(0)
            while not job.progress().message:  # noqa: ASYNC110 -- a state, not an event
                await asyncio.sleep(0.01)
            message = job.progress().message
            job.stop()
            report = await waiting
    assert (
        message
        == f"waiting: the service cannot be reached: could not connect to 127.0.0.1:{port} (Connection refused)"
    )
    assert report.message.startswith(message)


async def test_embeddings_have_their_values(client: AsyncGroq) -> None:
    job = run(client, ["a"], model="nomic-embed-text-v1_5", endpoint="embeddings")
    async for result in job:
        assert result.value is not None
        assert len(result.value.data[0].embedding) > 10


async def test_recordings_are_transcribed(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    speech = await client.audio.speech.create(
        model="canopylabs/orpheus-v1-english", voice="troy", input="Hello there"
    )
    file = tmp_path / "a.wav"
    await speech.write_to_file(file)
    for options in ({}, {"response_format": "text"}):
        results, _ = await results_of(
            client,
            [file, {"id": "x", "file": str(file)}, tmp_path / "missing.wav"],
            model="whisper-large-v3",
            endpoint="transcription",
            **options,
        )
        assert [result.status for result in results] == ["done", "done", "failed"]
        assert results[0].text == results[1].text != ""
        assert results[2].error is not None
        assert "missing.wav" in results[2].error.message


async def test_speech_is_written_to_files(client: AsyncGroq, tmp_path: Path) -> None:
    items = [{"id": "a/b", "input": "Hello"}, {"id": "c", "input": "There"}]
    results, _ = await results_of(
        client,
        items,
        model="canopylabs/orpheus-v1-english",
        endpoint="speech",
        params={"voice": "troy"},
        output_dir=tmp_path / "out",
    )
    files = [Path(result.text) for result in results]
    assert files[1] == tmp_path / "out" / "c.wav"
    assert files[0].parent == tmp_path / "out"
    assert all(file.read_bytes()[:4] == b"RIFF" for file in files)
    assert len(list((tmp_path / "out").iterdir())) == 2


async def test_two_speech_jobs_without_ids_overwrite_no_file_of_each_other(
    client: AsyncGroq, tmp_path: Path
) -> None:
    files: set[str] = set()
    for text in ("Hello", "There"):
        results, _ = await results_of(
            client,
            [text],
            model="canopylabs/orpheus-v1-english",
            endpoint="speech",
            params={"voice": "troy"},
            output_dir=tmp_path,
        )
        files.add(results[0].text)
    assert len(files) == len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"endpoint": "speech"}, "output_dir"),
        ({"fresh": True}, "pass journal="),
        ({"max_failures": "1"}, "share such as '1%'"),
        ({"via": "mail"}, "via must be"),
        ({"max_cost_usd": 1, "model": "unknown"}, "needs the price of unknown"),
        ({"limits": "devloper"}, "Did you mean 'developer'"),
        ({"limit": 0}, "limit must be"),
    ],
)
def test_options_that_do_not_fit_are_rejected_at_once(
    client: AsyncGroq, options: dict[str, Any], error: str
) -> None:
    with pytest.raises(ValueError, match=error):
        run(client, ["a"], **{"model": MODEL, **options})


async def test_one_item_instead_of_a_list_is_rejected(client: AsyncGroq) -> None:
    for items in ("text", {"messages": []}, 5):
        with pytest.raises(JobInputError, match="items"):
            await run(client, items, model=MODEL)  # type: ignore[arg-type]


@pytest.mark.parametrize("items", ["in.csv", b"in.csv", Path("in.csv")])
async def test_a_path_as_items_is_rejected_with_what_reads_its_rows(client: AsyncGroq, items: Any) -> None:
    with pytest.raises(JobInputError, match=r"rows of a file (pass )?jobs\.open_source\(path\)"):
        await run(client, items, model=MODEL)


async def test_the_items_of_an_open_file_are_its_lines_without_ends_and_blank_ones(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"a\r\n\n  b \n \t\nc")
    with path.open() as file:
        results, _ = await results_of(client, file)
        assert not file.closed
    assert [(result.index, result.item) for result in results] == [(0, "a"), (1, "  b "), (2, "c")]
    async with aiofiles.open(path) as asynchronous:
        results, _ = await results_of(client, asynchronous)
    assert [result.item for result in results] == ["a", "  b ", "c"]
    sent = len(server.requests)
    with path.open("rb") as binary, pytest.raises(JobInputError, match="binary mode; open it as text"):
        await results_of(client, binary)
    assert len(server.requests) == sent


async def test_only_so_many_items_are_read(client: AsyncGroq) -> None:
    _, report = await results_of(client, iter("abcdef"), limit=4)
    assert (report.done, report.reason) == (4, "complete")


async def test_the_journal_is_json_that_anybody_can_read(client: AsyncGroq, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    await run(client, [{"id": "x", "text": "Say hello"}], model=MODEL, prompt="{text}", journal=path)
    header, line = map(json.loads, path.read_text().splitlines())
    assert (header["aiogroq_journal"], header["model"], header["endpoint"]) == (1, MODEL, "chat")
    assert (line["i"], line["id"], line["status"], line["attempts"]) == (0, "x", "done", 1)
    assert line["body"]["choices"][0]["message"]["role"] == "assistant"


async def test_a_job_is_cancelled_with_the_task_that_iterates_it(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(latency_s=60, times=None))

    async def iterate() -> None:
        async with run(client, ["a"], model=MODEL) as job:
            async for _ in job:
                pass

    task = asyncio.create_task(iterate())
    while not server.requests:  # noqa: ASYNC110 -- the server runs in a thread
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _iterate(job: AsyncJob[Any]) -> None:
    async for _ in job:
        pass


@pytest.mark.parametrize("use", [_iterate, lambda job: job.wait()], ids=["iterated", "awaited"])
async def test_cancelling_a_job_ends_it_and_closes_its_journal(
    client: AsyncGroq,
    server: LocalGroq,
    tmp_path: Path,
    use: Callable[[AsyncJob[Any]], Coroutine[Any, Any, Any]],
) -> None:
    server.script(Fault(latency_s=60, times=None))
    path = tmp_path / "a.journal"
    job = run(client, ["a", "b"], model=MODEL, journal=path)
    task = asyncio.ensure_future(use(job))
    while not server.requests:  # noqa: ASYNC110 -- the server runs in a thread
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert job.report is not None
    assert job.report.reason == "interrupted"
    assert job.progress().in_flight == 0
    server.clear()
    assert (await run(client, ["a", "b"], model=MODEL, journal=path)).done == 2, "the journal is not locked"


@pytest.mark.parametrize("turns", range(1, 8))
async def test_a_job_that_is_cancelled_at_its_start_leaves_no_journal_open(
    client: AsyncGroq, tmp_path: Path, turns: int
) -> None:
    path = tmp_path / "a.journal"
    task = asyncio.ensure_future(run(client, ["a"], model=MODEL, journal=path).wait())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await run(client, ["a"], model=MODEL, journal=path)).done == 1


async def test_a_job_whose_requests_are_dropped_has_its_report_and_keeps_its_results(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.reply = held = HeldReplies(free=2)
    job = run(client, map(str, range(100)), model=MODEL)
    await anext(job)
    await asyncio.to_thread(eventually, lambda: job.progress().done == 2)
    await job.interrupt(60, drops=True)
    held.release()
    assert job.report is not None
    assert (job.report.reason, job.report.done) == ("interrupted", 2)
    assert len([result async for result in job]) == 1


async def test_a_job_that_is_stopped_while_its_journal_is_opened_sends_nothing(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    job = run(client, ["one", "two"], model="m", journal=tmp_path / "journal")
    first = asyncio.ensure_future(job.next_batch())
    await asyncio.sleep(0)  # the job begins
    await asyncio.sleep(0)
    job.stop()
    assert await first == []
    assert (await job.wait()).reason == "interrupted"
    assert server.request_count == 0
