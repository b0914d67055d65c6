"""Jobs with a type as ``response_format``: each result is a value of it."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from aiogroq import AsyncGroq, Groq, SchemaError
from aiogroq.jobs import JobInputError, JobResult, run
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"
TEXTS = [f"Jane Doe is {age} years old." for age in range(20, 40)]


@dataclass
class Person:
    """A person."""

    name: str
    age: int


class Opaque:
    """A class of which nothing says what is in it."""


JANES = [Person("Jane Doe", age) for age in range(20, 40)]


def formats(server: LocalGroq) -> list[str]:
    """The format of each request."""
    return [request.json["response_format"]["type"] for request in server.requests]


async def test_each_result_is_a_value(client: AsyncGroq, server: LocalGroq) -> None:
    results = [each async for each in run(client, TEXTS, model=MODEL, response_format=Person)]
    assert [each.value for each in results] == JANES
    assert [each.text for each in results] == [f'{{"name":"Jane Doe","age":{jane.age}}}' for jane in JANES]
    assert set(formats(server)) == {"json_schema"}
    assert repr(results[0]) == """<JobResult 0 done '{"name":"Jane Doe","age":20}'>"""


def test_sync_results_too_and_no_validator_runs_on_the_loop_of_all_calls(
    groq_client: Groq, server: LocalGroq
) -> None:
    threads: set[str] = set()

    @dataclass
    class Watched:
        name: str

        def __post_init__(self) -> None:
            threads.add(threading.current_thread().name)

    job = run(groq_client, TEXTS, model=MODEL, response_format=list[Watched] | None)
    assert {type(result.value) for result in job} == {list}
    assert "MainThread" in threads
    assert "aiogroq-portal" not in threads


async def test_a_response_that_does_not_match_fails_its_item_and_is_counted(
    client: AsyncGroq, server: LocalGroq
) -> None:
    def reply(body: dict[str, Any]) -> str:
        age = body["messages"][-1]["content"].split()[3]
        return json.dumps({"name": "Jane Doe", "age": "old" if age == "25" else int(age)})

    server.reply = reply
    job = run(client, TEXTS, model=MODEL, response_format=Person)
    results = [each async for each in job]
    [failed] = [each for each in results if each.error is not None]
    assert failed.status == "failed"
    assert failed.value is None
    assert failed.error is not None
    assert failed.error.type == "StructuredOutputError"
    assert "$.age" in failed.error.message
    assert '"old"' in failed.error.message
    assert failed.text == '{"name": "Jane Doe", "age": "old"}'
    assert failed.attempts == 1
    assert failed.usage.prompt_tokens > 0
    report = await job
    assert (report.done, report.failed) == (19, 1)


async def test_what_did_not_match_is_sent_again_by_retry_failed(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"model": MODEL, "response_format": Person, "journal": tmp_path / "a.journal"}
    server.reply = "nobody"
    assert (await run(client, TEXTS[:3], **options)).failed == 3
    server.reply = None
    assert (await run(client, TEXTS[:3], **options)).failed == 3
    job = run(client, TEXTS[:3], retry_failed=True, **options)
    assert [each.value async for each in job] == JANES[:3]


async def test_a_truncated_response_has_no_value_but_its_text(client: AsyncGroq, server: LocalGroq) -> None:
    server.reply = {"content": '{"name":"Ja', "finish_reason": "length"}
    [result] = [each async for each in run(client, TEXTS[:1], model=MODEL, response_format=Person)]
    assert (result.status, result.value, result.text) == ("length", None, '{"name":"Ja')


async def test_the_service_decides_how_json_is_requested(client: AsyncGroq, server: LocalGroq) -> None:
    job = run(client, TEXTS, model="llama-3.3-70b-versatile", response_format=Person)
    assert [each.value async for each in job] == JANES
    assert "json_object" in formats(server)
    rejected = formats(server).count("json_schema")
    report = await job
    assert report.attempts == 20 + rejected
    assert (report.done, report.failed) == (20, 0)
    server.clear()
    again = run(client, TEXTS[:3], model="llama-3.3-70b-versatile", response_format=Person)
    assert [each.value async for each in again] == JANES[:3]
    assert set(formats(server)) == {"json_object"}


async def test_a_schema_that_the_service_rejects_is_sent_without_strict(
    client: AsyncGroq, server: LocalGroq
) -> None:
    message = "invalid JSON schema for response_format: 'Person': maxItems is not supported"
    server.script(
        Fault(status=400, body={"error": {"message": message}}, body_contains='"strict":true', times=None)
    )
    job = run(client, TEXTS[:3], model=MODEL, response_format=Person)
    assert [each.value async for each in job] == JANES[:3]


async def test_a_text_that_the_service_rejected_is_taken_where_it_has_the_value(
    client: AsyncGroq, server: LocalGroq
) -> None:
    error = {"message": "Failed to generate JSON.", "code": "json_validate_failed"}
    good = {"error": {**error, "failed_generation": '{"name":"Jane Doe","age":20}'}}
    bad = {"error": {**error, "failed_generation": "no"}}
    budget = {
        "error": {
            **error,
            "failed_generation": "max completion tokens reached before generating a valid document",
        }
    }
    server.script(Fault(status=400, body=good), Fault(status=400, body=bad), Fault(status=400, body=budget))
    results = [each async for each in run(client, TEXTS[:3], model=MODEL, response_format=Person)]
    assert sorted((each.status, each.error.type if each.error else "") for each in results) == [
        ("done", ""),
        ("failed", "LengthFinishReasonError"),
        ("failed", "StructuredOutputError"),
    ]
    [taken] = [each for each in results if each.status == "done"]
    assert taken.value == JANES[0]
    assert server.request_count == 3


@pytest.mark.parametrize("model", [MODEL, "llama-3.3-70b-versatile"])
async def test_a_job_is_resumed_whichever_way_json_was_requested(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, model: str
) -> None:
    options: dict[str, Any] = {"model": model, "response_format": Person, "journal": tmp_path / "a.journal"}
    await run(client, TEXTS[:5], **options)
    other = AsyncGroq(api_key="gsk_other", base_url=server.base_url)
    results: list[JobResult[Any]] = [each async for each in run(other, TEXTS[:7], **options)]
    assert [each.value for each in results] == JANES[:7]
    assert [each.is_resumed for each in results] == [True] * 5 + [False] * 2


@pytest.mark.local_groq(batch_step_s=0.0)
@pytest.mark.parametrize("via", ["live", "batch"])
async def test_a_validator_that_raises_anything_fails_its_item_only(
    client: AsyncGroq, tmp_path: Path, via: Any
) -> None:
    @dataclass
    class Picky:
        age: int

        def __post_init__(self) -> None:
            _ = 1 / (self.age - 21)

    options: dict[str, Any] = {"via": via, "journal": tmp_path / "a.journal"}
    results = [each async for each in run(client, TEXTS[:3], model=MODEL, response_format=Picky, **options)]
    assert [each.status for each in results] == ["done", "failed", "done"]
    assert results[1].error is not None
    assert results[1].error.type == "ZeroDivisionError"


async def test_a_journal_goes_on_with_another_type_of_the_same_schema(
    client: AsyncGroq, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"model": MODEL, "response_format": Person, "journal": tmp_path / "a.journal"}
    await run(client, TEXTS[:1], **options)
    person = type(
        "Person", (msgspec.Struct,), {"__annotations__": {"name": str, "age": int}, "__doc__": "A person."}
    )
    [result] = [each async for each in run(client, TEXTS[:1], **{**options, "response_format": person})]
    assert result.is_resumed
    assert type(result.value) is person


async def test_lines_of_a_batch_file_have_values_too(client: AsyncGroq) -> None:
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"model": MODEL}}
    line["body"] = {"model": MODEL, "messages": [{"role": "user", "content": TEXTS[0]}]}
    [result] = [each async for each in run(client, [line], response_format=Person)]
    assert (result.id, result.value) == ("a", JANES[0])


@pytest.mark.local_groq(batch_step_s=0.0)
async def test_batches_have_values_and_mismatches(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    server.reply = lambda body: json.dumps(
        "sad" if "21" in body["messages"][-1]["content"] else {"result": "good"}
    )
    job = run(
        client,
        TEXTS[:3],
        model=MODEL,
        response_format=Literal["good", "bad"],
        via="batch",
        journal=tmp_path / "a.journal",
    )
    results = [each async for each in job]
    assert [each.value for each in results] == ["good", None, "good"]
    assert results[1].error is not None
    assert results[1].error.type == "StructuredOutputError"
    assert results[1].text == '"sad"'
    again = run(
        client, TEXTS[:3], model=MODEL, response_format=Literal["good", "bad"], journal=tmp_path / "a.journal"
    )
    assert [(each.value, each.text) async for each in again][1] == (None, '"sad"')


def test_a_type_that_cannot_be_a_response_format_is_named_before_anything_is_sent(
    groq_client: Groq, server: LocalGroq
) -> None:
    with pytest.raises(SchemaError, match="Opaque"):
        run(groq_client, ["a"], model=MODEL, response_format=Opaque)
    with pytest.raises(JobInputError, match="response_format can be a type for chat only"):
        run(groq_client, ["a"], model=MODEL, endpoint="embeddings", response_format=Person)
    assert server.request_count == 0
