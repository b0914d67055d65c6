"""openai's client drives ``/v1/responses`` of the embedded server, and ours reads the same from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from openai import AsyncOpenAI, BadRequestError, OpenAI
from pydantic import BaseModel

from aiogroq import Groq
from aiogroq.local import LocalGroq

MODEL = "openai/gpt-oss-20b"
QUESTION = "What is 6 times 7?"
WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Person(BaseModel):
    """A person."""

    name: str
    age: int
    mood: Literal["good", "bad"]


class Sides:
    """openai's client and ours for a server of its own each: the same requests get the same responses."""

    def __init__(self, openai: OpenAI, ours: Groq) -> None:
        self.openai = openai
        self.ours = ours


@pytest.fixture
def sides() -> Iterator[Sides]:
    with (
        LocalGroq(seed=1) as server,
        LocalGroq(seed=1) as other,
        OpenAI(api_key="k", base_url=f"{server.base_url}/v1", max_retries=0) as openai,
        Groq(api_key="k", base_url=other.base_url, max_retries=0) as ours,
    ):
        yield Sides(openai, ours)


def same(theirs: Any, ours: Any) -> None:
    """Assert that two responses have the same values, apart from the time at which they were made."""
    plain, expected = ours.to_dict(), json.loads(theirs.to_json())
    for body in (plain, expected):
        body.pop("created_at")
        for name in [name for name, value in body.items() if value is None]:
            del body[name]
    assert plain == expected


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"instructions": "Be brief.", "max_output_tokens": 200, "temperature": 0.5, "metadata": {"a": "b"}},
        {"reasoning": {"effort": "low"}, "extra_headers": {"Groq-Beta": "inference-metrics"}},
        {"max_output_tokens": 28},
        {"tools": [WEATHER], "input": "What is the weather in Paris and in Rome?"},
        {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
        {"model": "llama-3.3-70b-versatile"},
    ],
)
def test_a_response_has_the_same_values_in_both(sides: Sides, params: Any) -> None:
    params = {"model": MODEL, "input": QUESTION, **params}
    theirs, ours = sides.openai.responses.create(**params), sides.ours.responses.create(**params)
    same(theirs, ours)
    assert theirs.output_text == ours.output_text
    assert [item.type for item in theirs.output] == [item.type for item in ours.output]
    assert theirs.usage is not None
    assert ours.usage is not None
    assert theirs.usage.total_tokens == ours.usage.total_tokens


@pytest.mark.parametrize(
    "params", [{}, {"tools": [WEATHER], "input": "What is the weather in Paris?"}, {"max_output_tokens": 28}]
)
def test_a_stream_has_the_same_events_in_both(sides: Sides, params: Any) -> None:
    params = {"model": MODEL, "input": QUESTION, **params}
    theirs = list(sides.openai.responses.create(**params, stream=True))
    ours = list(sides.ours.responses.create(**params, stream=True))
    assert [event.type for event in theirs] == [event.type for event in ours]
    for one, other in zip(theirs, ours, strict=True):
        for name in (
            "sequence_number",
            "output_index",
            "content_index",
            "item_id",
            "delta",
            "text",
            "arguments",
        ):
            assert getattr(one, name, None) == getattr(other, name)


def test_the_managers_of_both_end_with_the_same_response(sides: Sides) -> None:
    params: Any = {"model": MODEL, "input": "What is the weather in Paris?", "tools": [WEATHER]}
    with sides.openai.responses.stream(**params) as theirs, sides.ours.responses.stream(**params) as ours:
        expected, found = theirs.get_final_response(), ours.get_final_response()
    assert [item.type for item in expected.output] == ["reasoning", "function_call"]
    assert [item.type for item in found.output] == ["reasoning", "function_call"]
    call: Any = expected.output[1]
    assert (call.name, call.arguments) == (found.tool_calls[0].name, found.tool_calls[0].arguments)


def test_a_type_is_parsed_by_both(sides: Sides) -> None:
    params: Any = {"model": MODEL, "input": "Jane Doe is 42 years old.", "text_format": Person}
    theirs, ours = sides.openai.responses.parse(**params), sides.ours.responses.parse(**params)
    assert isinstance(ours.output_parsed, Person)
    assert (ours.output_parsed.name, ours.output_parsed.age) == ("Jane Doe", 42)
    assert theirs.output_parsed == ours.output_parsed
    with sides.openai.responses.stream(**params) as stream:
        kinds = {event.type for event in stream}
        assert stream.get_final_response().output_parsed == theirs.output_parsed
    assert {"response.output_text.delta", "response.output_text.done", "response.completed"} <= kinds


def test_what_openai_sends_back_of_a_function_call_is_accepted(sides: Sides) -> None:
    asked: Any = {"role": "user", "content": "What is the weather in Paris?"}
    first = sides.openai.responses.create(model=MODEL, input=[asked], tools=[WEATHER])
    call: Any = next(item for item in first.output if item.type == "function_call")
    output: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "18 degrees"}
    second = sides.openai.responses.create(model=MODEL, input=[asked, call, output], tools=[WEATHER])
    assert "18 degrees" in second.output_text


def test_openai_gets_the_refusals_of_the_service(sides: Sides) -> None:
    for params in ({"previous_response_id": "resp_1"}, {"store": True}, {"prompt_cache_key": "k"}):
        arguments: Any = {"model": MODEL, "input": QUESTION, **params}
        with pytest.raises(BadRequestError, match=next(iter(params))):
            sides.openai.responses.create(**arguments)


async def test_openais_async_client_streams_and_parses() -> None:
    with LocalGroq() as server:
        async with AsyncOpenAI(api_key="k", base_url=f"{server.base_url}/v1", max_retries=0) as client:
            stream = await client.responses.create(model=MODEL, input=QUESTION, stream=True)
            texts = [event.delta async for event in stream if event.type == "response.output_text.delta"]
            assert "".join(texts) == "6 * 7 = 42."
            parsed = await client.responses.parse(
                model=MODEL, input="Jane Doe is 42 years old.", text_format=Person
            )
            assert parsed.output_parsed is not None
            assert parsed.output_parsed.age == 42
