"""What batches bring, in every status: each item has one outcome, or is sent again, or is left; nothing is lost silently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from batch_jobs import Job, batches_of, ended, question, questions, reply_of, result, uploaded
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq import AsyncGroq
from aiogroq.jobs import Outcome
from aiogroq.jobs.batches.lines import custom_id
from aiogroq.local import LocalGroq

pytestmark = pytest.mark.local_groq(batch_step_s=0.0)

FOUR = questions(4)


def by_id(outcomes: list[Outcome]) -> dict[str, Outcome]:
    assert len({each.id for each in outcomes}) == len(outcomes)
    return {each.id: each for each in outcomes}


def sent_again(server: LocalGroq) -> list[str]:
    """The custom_ids of the second file."""
    return [line["custom_id"] for line in uploaded(server)[1]]


@pytest.mark.parametrize("status", ["expired", "completed"])
async def test_items_without_a_result_are_sent_again(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, status: str
) -> None:
    ended(server, status, result(FOUR[2], "two") + result(FOUR[0], "zero"))
    outcomes = by_id(await Job(client, tmp_path, FOUR).run())
    assert sent_again(server) == [custom_id(FOUR[1]), custom_id(FOUR[3])]
    assert (reply_of(outcomes["row-2"]), outcomes["row-2"].attempts) == ("two", 1)
    assert (reply_of(outcomes["row-3"]), outcomes["row-3"].attempts) == ("3+3 = 6.", 2)
    assert len(outcomes) == 4


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (
            "expired",
            "BatchExpired",
            "expired before this item was processed; it was sent 2 times. Give a longer",
        ),
        ("completed", "BatchResultMissing", "ended as completed without a result for this item"),
    ],
)
async def test_the_number_of_attempts_is_bounded(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, status: str, kind: str, text: str
) -> None:
    ended(server, status, None)
    ended(server, status, result(FOUR[0]))
    outcomes = by_id(await Job(client, tmp_path, FOUR).run(max_attempts=2))
    assert len(batches_of(server)) == 2
    assert outcomes["row-0"].status == "done"
    error = outcomes["row-1"].error
    assert error is not None
    assert error.type == kind
    assert text in error.message
    assert outcomes["row-1"].attempts == 2


async def test_the_rest_of_a_cancelled_batch_is_left_for_the_next_run(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    ended(server, "cancelled", result(FOUR[1], "one"))
    job = Job(client, tmp_path, FOUR)
    assert [*by_id(await job.run())] == ["row-1"]
    assert job.left == 3
    assert job.left_reason == "batch batch_1 was cancelled; a new run sends the rest of its items again"
    assert len(batches_of(server)) == 1
    assert sorted(by_id(await job.run())) == ["row-0", "row-2", "row-3"]
    assert job.left == 0


async def test_unknown_repeated_and_broken_lines_are_ignored(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    strange = b'{"custom_id": 5}\n[]\n\n{"custom_id": "x", "response": null}\n\xff\xfe{\n' + result(
        question(9, id="other")
    )
    output = strange + b"".join(result(each, f"first {each.id}") for each in FOUR)
    ended(server, "completed", output + result(FOUR[0], "second") + result(FOUR[3], "second", status=400))
    outcomes = by_id(await Job(client, tmp_path, FOUR).run())
    assert {reply_of(each) for each in outcomes.values()} == {f"first row-{index}" for index in range(4)}
    assert len(batches_of(server)) == 1


@pytest.mark.parametrize("is_in_error_file", [True, False])
async def test_errors_are_found_in_either_file(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, is_in_error_file: bool
) -> None:
    error = result(FOUR[0], "no such model", status=404)
    done = b"".join(map(result, FOUR[1:]))
    ended(
        server, "completed", done if is_in_error_file else error + done, error if is_in_error_file else None
    )
    failed = by_id(await Job(client, tmp_path, FOUR).run())["row-0"].error
    assert failed is not None
    assert (failed.type, failed.status_code, failed.code) == ("NotFoundError", 404, "code_of_it")
    assert failed.message == "no such model"


async def test_an_error_that_is_no_response_is_read(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    name = custom_id(FOUR[0]).encode()
    line = b'{"custom_id": "%s", "response": null, "error": {"code": "bad", "message": "it broke"}}\n' % name
    ended(server, "completed", None, line)
    failed = by_id(await Job(client, tmp_path, FOUR[:1]).run())["row-0"].error
    assert failed is not None
    assert (failed.type, failed.message, failed.status_code, failed.code) == (
        "APIError",
        "it broke",
        None,
        "bad",
    )


@pytest.mark.parametrize("status", [429, 498, 500, 503])
async def test_an_error_that_may_pass_is_sent_again(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, status: int
) -> None:
    ended(server, "completed", b"".join(map(result, FOUR[1:])), result(FOUR[0], "busy", status=status))
    outcomes = by_id(await Job(client, tmp_path, FOUR).run())
    assert sent_again(server) == [custom_id(FOUR[0])]
    assert reply_of(outcomes["row-0"]) == "0+0 = 0."


async def test_an_error_that_may_pass_is_the_outcome_of_the_last_attempt(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    ended(server, "completed", None, result(FOUR[0], "busy", status=503))
    outcome = (await Job(client, tmp_path, FOUR[:1]).run(max_attempts=1))[0]
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == ("InternalServerError", "busy")


async def test_a_request_above_a_limit_is_not_sent_again(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    text = (
        "Request too large on output tokens per minute (OTPM): Limit 1000, Requested 1329, reduce max_tokens"
    )
    ended(server, "completed", None, result(FOUR[0], text, status=429))
    outcome = (await Job(client, tmp_path, FOUR[:1]).run())[0]
    assert (outcome.status, outcome.attempts) == ("failed", 1)
    assert len(batches_of(server)) == 1


async def test_a_response_that_ended_at_its_maximum_of_tokens_is_named(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    ended(server, "completed", result(FOUR[0]).replace(b'"stop"', b'"length"'))
    assert [each.status for each in await Job(client, tmp_path, FOUR[:1]).run()] == ["length"]


# ------------------------------------------------------------------------------------------- rejected files

LINE_2: dict[str, Any] = {"code": "invalid_url", "message": "The url is wrong.", "param": None, "line": 2}
WHOLE: dict[str, Any] = {"code": "quota", "message": "Your plan has no batches.", "param": None, "line": None}


@pytest.mark.parametrize("errors", [[LINE_2], {"object": "list", "data": [LINE_2]}], ids=["list", "object"])
async def test_a_line_that_is_rejected_fails_alone(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, errors: object
) -> None:
    ended(server, "failed", None, errors=errors)
    outcomes = by_id(await Job(client, tmp_path, FOUR).run())
    failed = outcomes["row-1"].error
    assert failed is not None
    assert (failed.type, failed.code) == ("BatchRejected", "invalid_url")
    assert failed.message == "the batch was rejected for this item: The url is wrong."
    assert sent_again(server) == [custom_id(FOUR[index]) for index in (0, 2, 3)]
    assert [outcomes[f"row-{index}"].status for index in (0, 2, 3)] == ["done"] * 3


@pytest.mark.parametrize(
    ("errors", "text"),
    [([WHOLE], "rejected as a whole: Your plan has no batches."), (None, "the service gave no reason")],
)
async def test_a_file_that_is_rejected_as_a_whole_fails_all_items(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, errors: object, text: str
) -> None:
    ended(server, "failed", None, errors=errors)
    outcomes = await Job(client, tmp_path, FOUR).run()
    assert len(outcomes) == 4
    assert all(each.error is not None and text in each.error.message for each in outcomes)
    assert len(batches_of(server)) == 1


# ------------------------------------------------------------------------------------------- ids of lines


@settings(deadline=None)
@given(st.text(max_size=200), st.binary(min_size=16, max_size=16), st.integers(0, 99))
def test_a_custom_id_is_short_and_plain(id: str, key: bytes, repeat: int) -> None:
    request = question(0)
    name = custom_id(type(request)(0, id, "chat", {}, key), repeat)
    assert len(name) <= 64
    assert name.isascii()
    assert not {*name} & set(" \"'\\/\n\r\t")


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=40), st.binary(min_size=16, max_size=16)), max_size=20, unique=True)
)
def test_items_that_differ_have_different_custom_ids(identities: list[tuple[str, bytes]]) -> None:
    request = question(0)
    assert len({custom_id(type(request)(0, id, "chat", {}, key)) for id, key in identities}) == len(
        identities
    )
