"""The Responses API: one response, a stream of events, and the conversation that goes on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from aiogroq import (
    APIConnectionError,
    APIStatusError,
    AsyncGroq,
    AsyncStream,
    BadRequestError,
    Groq,
    InternalServerError,
    RateLimitError,
)
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.chat import ChatCompletionMessage
from aiogroq.types.responses import Response, ResponseOutputItem, ResponseStreamEvent

MODEL = "openai/gpt-oss-20b"
QUESTION = "What is 6 times 7?"
WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@dataclass
class WrittenWrongly:
    a: int


def sse(*events: Any) -> str:
    """The body of a stream. Texts are sent as they are."""
    return "".join(f"data: {each if isinstance(each, str) else json.dumps(each)}\n\n" for each in events)


def streamed(server: LocalGroq, *events: Any) -> None:
    """Let the server send these events instead of its own."""
    server.script(Fault(status=200, body=sse(*events), headers={"content-type": "text/event-stream"}))


async def test_a_response_has_its_text_its_reasoning_and_its_usage(client: AsyncGroq) -> None:
    response = await client.responses.create(model=MODEL, input=QUESTION)
    assert (response.status, response.output_text) == ("completed", "6 * 7 = 42.")
    assert [item.type for item in response.output] == ["reasoning", "message"]
    assert "6 times 7" in response.reasoning_text
    assert response.usage is not None
    assert response.usage.output_tokens == response.usage.completion_tokens > 0
    assert response.tool_calls == []
    assert response.timing is None


async def test_items_of_the_output_go_back_as_they_are(client: AsyncGroq) -> None:
    asked: Any = {"role": "user", "content": "What is the weather in Paris?"}
    first = await client.responses.create(model=MODEL, input=[asked], tools=[WEATHER])
    (call,) = first.tool_calls
    assert (call.name, json.loads(call.arguments or "")) == ("get_weather", {"city": "Paris"})
    output: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "18 degrees"}
    second = await client.responses.create(model=MODEL, input=[asked, *first.output, output], tools=[WEATHER])
    assert "18 degrees" in second.output_text


async def test_the_times_of_a_response_are_numbers(client: AsyncGroq) -> None:
    response = await client.responses.create(
        model=MODEL, input=QUESTION, extra_headers={"Groq-Beta": "inference-metrics"}
    )
    assert response.metadata is not None
    assert response.metadata["queue_time"] == "0.017500000"
    assert response.timing is not None
    assert response.timing.queue_time == 0.0175


async def test_a_stream_collects_to_the_response_without_stream(client: AsyncGroq) -> None:
    stream = await client.responses.create(model=MODEL, input=QUESTION, stream=True)
    events = [event async for event in stream]
    texts = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(text or "" for text in texts) == "6 * 7 = 42."
    assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
    response = await stream.collect()
    plain = await client.responses.create(model=MODEL, input=QUESTION)
    assert response.to_dict().keys() == plain.to_dict().keys()
    assert [item.type for item in response.output] == [item.type for item in plain.output]
    assert stream.usage == response.usage


async def test_a_stream_that_breaks_off_has_what_had_arrived(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(after_events=40, end="close"))
    stream = await client.responses.create(model=MODEL, input=QUESTION, stream=True)
    with pytest.raises(APIConnectionError, match="broke off") as caught:
        await stream.collect()
    partial: Any = caught.value.partial
    assert isinstance(partial, Response)
    assert partial.id.startswith("resp_")
    assert partial.output_text
    assert "6 * 7 = 42.".startswith(partial.output_text)
    assert "6 times 7" in partial.reasoning_text


async def test_a_stream_without_an_end_is_an_error_and_done_is_one(
    client: AsyncGroq, server: LocalGroq
) -> None:
    delta = {"type": "response.output_text.delta", "delta": "Hel"}
    streamed(server, delta, delta, "[DONE]")
    stream = await client.responses.create(model=MODEL, input="a", stream=True)
    assert (await stream.collect()).output_text == "HelHel"
    streamed(server, delta)
    stream = await client.responses.create(model=MODEL, input="a", stream=True)
    with pytest.raises(APIConnectionError, match=r"without response\.completed") as caught:
        await stream.collect()
    partial: Any = caught.value.partial
    assert partial.output_text == "Hel"


@pytest.mark.parametrize(
    ("event", "error_class", "text"),
    [
        (
            {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "Oh"}}},
            InternalServerError,
            "Oh",
        ),
        (
            {
                "type": "response.failed",
                "response": {"error": {"code": "rate_limit_exceeded", "message": "Slow"}},
            },
            RateLimitError,
            "Slow",
        ),
        (
            {"type": "response.failed", "response": {"status": "failed"}},
            InternalServerError,
            "did not say why",
        ),
        ({"type": "error", "code": "invalid_prompt", "message": "Bad"}, BadRequestError, "Bad"),
        ({"error": {"message": "No", "status_code": 429}}, RateLimitError, "No"),
    ],
)
async def test_an_error_in_a_stream_is_raised_with_its_status(
    client: AsyncGroq, server: LocalGroq, event: Any, error_class: type[APIStatusError], text: str
) -> None:
    streamed(server, {"type": "response.output_text.delta", "delta": "Hel"}, event)
    stream = await client.responses.create(model=MODEL, input="a", stream=True)
    with pytest.raises(error_class, match=text) as caught:
        await stream.collect()
    partial: Any = caught.value.partial
    assert event["type" if "type" in event else "error"] == "response.failed" or partial.output_text == "Hel"


async def test_unknown_items_and_events_are_passed_on(client: AsyncGroq, server: LocalGroq) -> None:
    item = {"type": "holo_call", "id": "h", "depth": 3}
    streamed(
        server,
        {"type": "response.holo.started", "angle": 1},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": [item]}},
    )
    stream = await client.responses.create(model=MODEL, input="a", stream=True)
    first = await stream.__anext__()
    assert isinstance(first, ResponseStreamEvent)
    assert first["angle"] == 1
    response = await stream.collect()
    assert isinstance(response.output[0], ResponseOutputItem)
    assert response.output[0]["depth"] == 3
    assert response.output[0].to_param() is None


async def test_an_own_request_for_events_is_read_as_a_stream_of_responses(client: AsyncGroq) -> None:
    body = {"model": MODEL, "input": QUESTION, "stream": True}
    stream_cls = AsyncStream[ResponseStreamEvent]
    stream = await client.post("/responses", body=body, cast_to=object, stream=True, stream_cls=stream_cls)
    assert (await stream.collect()).output_text == "6 * 7 = 42."


def test_a_call_without_arguments_goes_back_with_an_empty_object() -> None:
    sent = {"type": "function_call", "id": "", "call_id": "c", "name": "f", "arguments": "", "status": "odd"}
    item = ResponseOutputItem.model_validate(sent)
    assert item.to_param() == {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}


async def test_input_that_is_neither_text_nor_a_list_is_a_type_error(client: AsyncGroq) -> None:
    message: Any = {"role": "user", "content": "Hello"}
    misspelt: Any = {"max_output_token": 3}
    with pytest.raises(TypeError, match="input must be a text or a list of items"):
        await client.responses.create(model=MODEL, input=message)
    with pytest.raises(TypeError, match="Did you mean 'max_output_tokens'"):
        await client.responses.create(model=MODEL, input="a", **misspelt)


async def test_the_views_give_the_http_response_with_a_response_or_a_stream(client: AsyncGroq) -> None:
    raw = await client.responses.with_raw_response.create(model=MODEL, input=QUESTION, stream=True)
    assert raw.headers["content-type"].startswith("text/event-stream")
    stream = await raw.parse()
    assert (await stream.collect()).output_text == "6 * 7 = 42."
    async with client.responses.with_streaming_response.create(model=MODEL, input=QUESTION) as response:
        assert response.request_id
        assert (await response.parse()).output_text == "6 * 7 = 42."


def test_a_sync_client_creates_and_streams(server: LocalGroq) -> None:
    with Groq(api_key="gsk_x", base_url=server.base_url) as groq:
        assert groq.responses.create(model=MODEL, input=QUESTION).output_text == "6 * 7 = 42."
        stream = groq.responses.create(model=MODEL, input=QUESTION, stream=True)
        assert [event.type for event in stream][-1] == "response.completed"
        assert stream.collect().output_text == "6 * 7 = 42."
        raw = groq.responses.with_raw_response.create(model=MODEL, input=QUESTION)
        assert raw.parse().output_text == "6 * 7 = 42."


async def test_a_stored_history_is_sent_whole(client: AsyncGroq, server: LocalGroq) -> None:
    call = {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": "{}", "error": None}
    kept: list[Any] = [
        {"role": "system", "content": "Be terse."},
        {"role": "user", "content": "What is the weather?"},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Look"},
                {"type": "input_image", "image_url": "https://example.com/a.png"},
            ],
        },
        {"type": "function_call_output", "call_id": "c", "output": "18 degrees"},
        {"type": "mcp_approval_response", "approval_request_id": "m", "approve": True},
    ]
    reasoning = {"type": "reasoning", "id": "r", "summary": []}
    stored = json.loads(json.dumps([*kept[:3], reasoning, call, *kept[3:]]))
    items: Any = [ResponseOutputItem.model_validate(item) for item in stored]
    server.script(Fault(status=200, body={"id": "resp"}))
    await client.responses.create(model=MODEL, input=items)
    del call["error"]
    assert server.requests[0].json["input"] == [*kept[:3], call, *kept[3:]]


@pytest.mark.parametrize(
    ("items", "error", "text"),
    [
        (Response(), TypeError, "not Response; pass response.output"),
        ([Response()], TypeError, r"input\[0\] is a Response, which is no item; write \*response.output"),
        ([{"role": "user", "content": "a"}, "b"], TypeError, r"input\[1\] is a text.*'role': 'user'"),
        ([ChatCompletionMessage(role="assistant", content="a")], TypeError, "'role': 'assistant'"),
        ([ResponseOutputItem(type="reasoning")], ValueError, "reasoning and executed tools are not sent"),
    ],
)
async def test_an_input_that_has_no_items_is_rejected_with_what_to_write(
    client: AsyncGroq, server: LocalGroq, items: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        await client.responses.create(model=MODEL, input=items)
    assert server.requests == []


@pytest.mark.parametrize("data", ["null", "5", "[1]", '"a"'])
async def test_an_event_that_is_no_object_is_an_error_with_what_had_arrived(
    client: AsyncGroq, server: LocalGroq, data: str
) -> None:
    streamed(server, {"type": "response.output_text.delta", "delta": "Hel"}, data, "[DONE]")
    with pytest.raises(APIConnectionError, match="no JSON object") as caught:
        async with client.responses.stream(model=MODEL, input="a") as stream:
            await stream.get_final_response()
    partial: Any = caught.value.partial
    assert partial.output_text == "Hel"


async def test_a_text_stream_has_texts_only(client: AsyncGroq, server: LocalGroq) -> None:
    delta = {"type": "response.output_text.delta"}
    streamed(server, {**delta, "delta": "a"}, {**delta, "delta": 5}, {**delta, "delta": "b"}, "[DONE]")
    async with client.responses.stream(model=MODEL, input="a") as stream:
        assert [text async for text in stream.text_stream] == ["a", "b"]


@pytest.mark.parametrize("status", ["completed", "incomplete"])
async def test_an_end_without_the_response_ends_the_stream(
    client: AsyncGroq, server: LocalGroq, status: str
) -> None:
    streamed(server, {"type": "response.output_text.delta", "delta": "a"}, {"type": f"response.{status}"})
    stream = await client.responses.create(model=MODEL, input="a", stream=True)
    response = await stream.collect()
    assert (response.output_text, response.status) == ("a", status)


async def test_a_call_that_is_written_wrongly_names_what_to_write(
    client: AsyncGroq, groq_client: Groq, server: LocalGroq
) -> None:
    value: Any = WrittenWrongly(a=1)
    with pytest.raises(TypeError, match="text_format must be a type: give WrittenWrongly"):
        await client.responses.parse(model=MODEL, input="a", text_format=value)
    for each in (client, groq_client):
        stream: Any = each.responses.stream
        with pytest.raises(TypeError, match="always streams: leave stream= out"):
            stream(model=MODEL, input="a", stream=True)
        with pytest.raises(AttributeError, match=r"text_stream.*with client\.responses\.stream"):
            _ = stream(model=MODEL, input="a").text_stream
    assert server.requests == []
