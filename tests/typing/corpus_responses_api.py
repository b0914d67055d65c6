"""The Responses API, as users write it: what is created, parsed and streamed, by both clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from typing_extensions import assert_type

from aiogroq import APIResponse, AsyncAPIResponse, AsyncGroq, AsyncStream, Groq, Stream, omit
from aiogroq.types.responses import (
    ParsedResponse,
    Response,
    ResponseCreateParams,
    ResponseInputItemParam,
    ResponseOutputItem,
    ResponseParams,
    ResponseStreamEvent,
    ResponseTiming,
    ResponseUsage,
)

MODEL = "openai/gpt-oss-20b"


@dataclass
class Person:
    name: str
    age: int


async def awaited(client: AsyncGroq, decided: bool) -> None:
    responses = client.responses
    assert_type(await responses.create(model=MODEL, input="Hello"), Response)
    assert_type(await responses.create(model=MODEL, input="Hello", stream=False, user=omit), Response)
    streamed = await responses.create(model=MODEL, input="Hello", stream=True)
    assert_type(streamed, AsyncStream[ResponseStreamEvent])
    either = await responses.create(model=MODEL, input="Hello", stream=decided)
    assert_type(either, Response | AsyncStream[ResponseStreamEvent])
    async for event in streamed:
        assert_type(event.type, str)
        assert_type(event.delta, str | None)
        assert_type(event.item, ResponseOutputItem | None)
    assert_type(await streamed.collect(), Response)
    raw = await responses.with_raw_response.create(model=MODEL, input="Hello")
    assert_type(raw, AsyncAPIResponse[Response])
    async with responses.with_streaming_response.create(model=MODEL, input="Hello", stream=True) as response:
        assert_type(await response.parse(), AsyncStream[ResponseStreamEvent])

    parsed = await responses.parse(model=MODEL, input="Hello", text_format=Person, max_reasks=2)
    assert_type(parsed, ParsedResponse[Person])
    assert_type(parsed.output_parsed, Person)
    mood = await responses.parse(
        model=MODEL, input="Hello", text_format=Literal["good", "bad"], mode="prompt"
    )
    assert_type(mood.output_parsed, Literal["good", "bad"])
    many = await responses.parse(model=MODEL, input="Hello", text_format=list[int | Person], strict=False)
    assert_type(many.output_parsed, list[int | Person])

    async with responses.stream(model=MODEL, input="Hello") as stream:
        async for event in stream:
            assert_type(event, ResponseStreamEvent)
        async for text in stream.text_stream:
            assert_type(text, str)
        assert_type(stream.snapshot, Response)
        assert_type(stream.usage, ResponseUsage | None)
        final = await stream.get_final_response()
        assert_type(final, ParsedResponse[None])
        assert_type(final.output_parsed, None)
    async with responses.stream(model=MODEL, input="Hello", text_format=Person) as typed:
        assert_type((await (await typed.until_done()).get_final_response()).output_parsed, Person)


def blocking(client: Groq) -> None:
    responses = client.responses
    assert_type(responses.create(model=MODEL, input="Hello"), Response)
    streamed = responses.create(model=MODEL, input="Hello", stream=True)
    assert_type(streamed, Stream[ResponseStreamEvent])
    assert_type(streamed.collect(), Response)
    assert_type(responses.with_raw_response.create(model=MODEL, input="a"), APIResponse[Response])
    assert_type(responses.parse(model=MODEL, input="Hello", text_format=Person).output_parsed, Person)
    with responses.stream(
        model=MODEL, input="Hello", text_format=dict[str, int], mode="json_object"
    ) as stream:
        for event in stream:
            assert_type(event, ResponseStreamEvent)
        for text in stream.text_stream:
            assert_type(text, str)
        assert_type(stream.get_final_response().output_parsed, dict[str, int])


def conversation(client: Groq, params: ResponseParams, stored: dict[str, Any]) -> None:
    first = client.responses.create(**params)
    assert_type(first.output_text, str)
    assert_type(first.tool_calls, list[ResponseOutputItem])
    assert_type(first.timing, ResponseTiming | None)
    assert_type(first.output[0].to_param(), dict[str, Any] | None)
    item: ResponseInputItemParam = {"role": "user", "content": [{"type": "input_text", "text": "Go on."}]}
    client.responses.create(
        model=MODEL,
        input=[
            {"role": "user", "content": "Hello"},
            *first.output,
            {"type": "function_call_output", "call_id": "c", "output": "18"},
            item,
            stored,
        ],
        instructions="Be brief.",
        tools=[
            {"type": "function", "name": "f", "parameters": {"type": "object"}},
            {"type": "browser_search"},
        ],
        tool_choice={"type": "function", "function": {"name": "f"}},
        text={"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}, "strict": True}},
        reasoning={"effort": "low"},
        metadata={"a": "b"},
        service_tier="flex",
        store=False,
        extra_headers={"Groq-Beta": "inference-metrics"},
        timeout=5,
    )
    whole: ResponseCreateParams = {"model": MODEL, "input": "Hello", "stream": True}
    assert whole["model"]
