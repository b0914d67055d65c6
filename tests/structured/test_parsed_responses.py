"""`responses.parse` and `responses.stream`: the text of a response as a value of a type, in both kinds."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from aiogroq import (
    APIConnectionError,
    AsyncGroq,
    BadRequestError,
    Groq,
    LengthFinishReasonError,
    SchemaError,
    StructuredOutputError,
)
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.responses import ParsedResponse, Response

MODEL = "openai/gpt-oss-20b"
INPUT = "Jane Doe is 42 years old."


@dataclass
class Person:
    """A person."""

    name: str
    age: int


JANE = Person("Jane Doe", 42)
TEXT = '{"name":"Jane Doe","age":42}'


@pytest.fixture
def groq(server: LocalGroq) -> Iterator[Groq]:
    """A sync client of the embedded server."""
    with Groq(api_key="gsk_x", base_url=server.base_url, max_retries=0) as client:
        yield client


def requests_of(server: LocalGroq) -> list[Any]:
    """The bodies of the requests that the server got."""
    return [json.loads(each.body) for each in server.requests]


# ------------------------------------------------------------------------------------------------------ parse


async def test_the_value_is_in_output_parsed(client: AsyncGroq, groq: Groq, server: LocalGroq) -> None:
    response = await client.responses.parse(model=MODEL, input=INPUT, text_format=Person)
    assert response.output_parsed == JANE
    assert groq.responses.parse(model=MODEL, input=INPUT, text_format=Person).output_parsed == JANE
    assert response.reasks == ()
    assert isinstance(response, Response)
    form = requests_of(server)[0]["text"]["format"]
    assert (form["type"], form["name"], form["strict"]) == ("json_schema", "Person", True)


def test_a_parsed_response_is_pickled_with_its_value_and_dumped_without(groq: Groq) -> None:
    response = groq.responses.parse(model=MODEL, input=INPUT, text_format=Person)
    copy: ParsedResponse[Person] = pickle.loads(pickle.dumps(response))
    assert copy.output_parsed == JANE
    assert "output_parsed" not in response.to_dict()
    assert "output_parsed=Person(" in repr(response)


@pytest.mark.parametrize("mode", ["json_schema", "json_object", "prompt"])
def test_a_mode_says_how_the_value_is_requested(groq: Groq, server: LocalGroq, mode: Any) -> None:
    response = groq.responses.parse(
        model=MODEL, input=INPUT, instructions="Be brief.", text_format=Person, mode=mode
    )
    assert response.output_parsed == JANE
    (sent,) = requests_of(server)
    assert sent.get("text", {}).get("format", {}).get("type") == (None if mode == "prompt" else mode)
    assert sent["instructions"] == "Be brief."


def test_a_model_without_schemas_is_asked_for_an_object_and_that_is_remembered(
    groq: Groq, server: LocalGroq
) -> None:
    for _ in range(2):
        response = groq.responses.parse(
            model="llama-3.3-70b-versatile", input=INPUT, text_format=Literal["good", "bad"]
        )
        assert response.output_parsed in ("good", "bad")
    kinds = [each["text"]["format"]["type"] for each in requests_of(server)]
    assert kinds == ["json_schema", "json_object", "json_object"]


def test_a_rejected_text_format_is_replaced_by_the_next_mode(groq: Groq, server: LocalGroq) -> None:
    message = "'text.format' of type 'json_schema' is not supported with this model"
    server.script(Fault(status=400, body=json.dumps({"error": {"message": message}})))
    response = groq.responses.parse(model="m", input=INPUT, text_format=Person)
    assert response.output_parsed == JANE
    kinds = [each["text"]["format"]["type"] for each in requests_of(server)]
    assert kinds == ["json_schema", "json_object"]


def test_a_mismatch_is_asked_again_with_what_is_wrong_and_the_usage_is_the_sum(
    groq: Groq, server: LocalGroq
) -> None:
    server.reply = iter(['{"name":"Jane Doe"}', TEXT])
    response = groq.responses.parse(model=MODEL, input=INPUT, text_format=Person)
    assert response.output_parsed == JANE
    (reask,) = response.reasks
    assert reask.content == '{"name":"Jane Doe"}'
    assert "age" in reask.error
    first, second = requests_of(server)
    assert first["input"] == [{"role": "user", "content": INPUT}]
    assert [item["role"] for item in second["input"]] == ["user", "assistant", "user"]
    assert "age" in second["input"][-1]["content"]
    assert reask.usage is not None
    assert response.usage is not None
    last = server.requests[-1]
    assert response.usage.input_tokens == reask.usage.prompt_tokens + last.prompt_tokens


def test_after_the_last_request_the_error_has_the_response(groq: Groq, server: LocalGroq) -> None:
    server.reply = "I cannot."
    with pytest.raises(StructuredOutputError, match="no Person") as caught:
        groq.responses.parse(model=MODEL, input=INPUT, text_format=Person, max_reasks=0)
    assert caught.value.content == "I cannot."
    assert isinstance(caught.value.completion, Response)
    assert caught.value.usage == caught.value.completion.usage
    assert len(server.requests) == 1


def test_a_text_that_the_service_rejects_although_it_matches_costs_no_request(
    groq: Groq, server: LocalGroq
) -> None:
    error = {"message": "Failed to generate JSON.", "code": "json_validate_failed", "failed_generation": TEXT}
    server.script(Fault(status=400, body=json.dumps({"error": error})))
    response = groq.responses.parse(model=MODEL, input=INPUT, text_format=Person)
    assert (response.output_parsed, response.output_text) == (JANE, TEXT)
    assert len(server.requests) == 1


def test_a_budget_that_was_used_up_raises_at_once(groq: Groq, server: LocalGroq) -> None:
    with pytest.raises(LengthFinishReasonError, match="raise max_output_tokens"):
        groq.responses.parse(model=MODEL, input=INPUT, text_format=Person, max_output_tokens=5)
    with pytest.raises(LengthFinishReasonError) as caught:
        groq.responses.parse(
            model=MODEL, input=INPUT, text_format=Person, max_output_tokens=40, mode="prompt"
        )
    assert isinstance(caught.value.completion, Response)
    assert caught.value.completion.status == "incomplete"
    assert len(server.requests) == 2


def test_a_failed_response_raises_what_it_says(groq: Groq, server: LocalGroq) -> None:
    body = {"id": "r", "status": "failed", "output": [], "error": {"code": "server_error", "message": "Oh"}}
    server.script(Fault(status=200, body=json.dumps(body)))
    with pytest.raises(StructuredOutputError, match="The response failed: Oh"):
        groq.responses.parse(model=MODEL, input=INPUT, text_format=Person)
    assert len(server.requests) == 1


def test_arguments_that_do_not_fit_together_raise_before_a_request(groq: Groq, server: LocalGroq) -> None:
    both: Any = {"format": {"type": "text"}}
    tool: Any = {"type": "function", "name": "f"}
    with pytest.raises(ValueError, match="give one of them"):
        groq.responses.parse(model=MODEL, input=INPUT, text_format=Person, text=both)
    with pytest.raises(ValueError, match="does not combine tools with a text format"):
        groq.responses.parse(model=MODEL, input=INPUT, text_format=Person, tools=[tool])
    with pytest.raises(SchemaError):
        groq.responses.parse(model=MODEL, input=INPUT, text_format=dict[str, int], strict=True)
    with pytest.raises(BadRequestError, match="temperature"):
        groq.responses.parse(model=MODEL, input=INPUT, text_format=Person, temperature=3)
    assert len(server.requests) == 1


# ----------------------------------------------------------------------------------------------------- stream


async def test_a_stream_has_events_a_snapshot_and_the_final_response(client: AsyncGroq) -> None:
    seen: list[str] = []
    async with client.responses.stream(model=MODEL, input="What is 6 times 7?") as stream:
        assert stream.response.status == 200
        async for event in stream:
            if event.type == "response.output_text.delta":
                seen.append(stream.snapshot.output_text)
        response = await stream.get_final_response()
    assert seen[0] == "6"
    assert seen[-1] == response.output_text == "6 * 7 = 42."
    assert stream.usage == response.usage is not None
    assert response.output_parsed is None


async def test_a_stream_gives_its_text_or_is_read_to_its_end(client: AsyncGroq, groq: Groq) -> None:
    async with client.responses.stream(model=MODEL, input="What is 6 times 7?") as stream:
        assert "".join([text async for text in stream.text_stream]) == "6 * 7 = 42."
    async with client.responses.stream(model=MODEL, input="What is 6 times 7?") as stream:
        assert (await (await stream.until_done()).get_final_response()).status == "completed"
    with groq.responses.stream(model=MODEL, input="What is 6 times 7?") as sync_stream:
        assert "".join(sync_stream.text_stream) == "6 * 7 = 42."
    with groq.responses.stream(model=MODEL, input="What is 6 times 7?") as sync_stream:
        assert next(sync_stream).type == "response.created"
        assert [event.type for event in sync_stream][-1] == "response.completed"
        assert sync_stream.until_done().snapshot.output_text == "6 * 7 = 42."


async def test_a_stream_with_a_type_has_its_value_at_the_end(
    client: AsyncGroq, groq: Groq, server: LocalGroq
) -> None:
    async with client.responses.stream(model=MODEL, input=INPUT, text_format=Person) as stream:
        response = await stream.get_final_response()
        assert response.output_parsed == JANE
        assert await stream.get_final_response() is response
    with groq.responses.stream(model=MODEL, input=INPUT, text_format=Person, mode="json_schema") as other:
        assert other.get_final_response().output_parsed == JANE
    prompted, schema = requests_of(server)
    assert "text" not in prompted
    assert schema["text"]["format"]["type"] == "json_schema"


def test_a_stream_whose_text_does_not_match_raises_with_the_response(groq: Groq, server: LocalGroq) -> None:
    server.reply = "I cannot."
    with groq.responses.stream(model=MODEL, input=INPUT, text_format=Person) as stream:
        for _ in range(2):
            with pytest.raises(StructuredOutputError, match="no Person") as caught:
                stream.get_final_response()
    assert isinstance(caught.value.completion, Response)
    assert caught.value.partial is caught.value.completion
    assert len(server.requests) == 1


async def test_a_manager_without_its_context_says_how_to_use_it(client: AsyncGroq, groq: Groq) -> None:
    manager: Any = client.responses.stream(model=MODEL, input=INPUT)
    with pytest.raises(TypeError, match=r"async with client\.responses\.stream"):
        await manager
    with pytest.raises(TypeError, match=r"async with client\.responses\.stream"):
        async for _ in manager:
            pass
    with pytest.raises(TypeError, match=r"async with client\.responses\.stream"), manager:
        pass
    blocking: Any = groq.responses.stream(model=MODEL, input=INPUT)
    with pytest.raises(TypeError, match=r": with client\.responses\.stream"):
        list(blocking)


async def test_a_stream_says_whether_it_has_ended(client: AsyncGroq, groq: Groq) -> None:
    async with client.responses.stream(model=MODEL, input=INPUT) as stream:
        assert not stream.is_closed
        assert repr(stream) == "<AsyncResponseStream of ResponseStreamEvent, open>"
        await stream.until_done()
        assert stream.is_closed
    with groq.responses.stream(model=MODEL, input=INPUT) as other, other:
        assert "<ResponseStream of ResponseStreamEvent" in repr(other)
    assert other.is_closed


async def test_a_stream_that_is_left_early_has_no_final_response(client: AsyncGroq) -> None:
    async with client.responses.stream(model=MODEL, input="What is 6 times 7?") as stream:
        async for event in stream:
            if event.type == "response.output_text.delta":
                break
    with pytest.raises(APIConnectionError, match="closed before its end") as caught:
        await stream.get_final_response()
    partial: Any = caught.value.partial
    assert partial.output_text == "6"
