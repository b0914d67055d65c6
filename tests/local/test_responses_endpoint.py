"""`POST /responses` of the embedded server: the completions of chat requests as items, and a strict check."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiogroq import APIStatusError, AsyncGroq, BadRequestError
from aiogroq.local import LocalGroq, RateLimit
from aiogroq.types.responses import ResponseOutputItem

MODEL = "openai/gpt-oss-20b"
FUNCTION: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
CALL: Any = {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": "{}"}
SCHEMA: Any = {"type": "object", "properties": {"a": {"type": "integer"}}}


async def create(client: AsyncGroq, properties: Any) -> Any:
    """Send a body as it is, over the defaults."""
    return await client.post("/responses", body={"model": MODEL, "input": "hi", **properties}, cast_to=dict)


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        # What the documentation lists as unsupported.
        ({"previous_response_id": "resp_1"}, "property 'previous_response_id' is unsupported"),
        ({"store": True}, "'store' : responses are not stored"),
        ({"truncation": "auto"}, "'truncation' : `auto` is not supported"),
        ({"include": ["reasoning.encrypted_content"]}, "property 'include' is unsupported"),
        ({"safety_identifier": "u"}, "property 'safety_identifier' is unsupported"),
        ({"prompt_cache_key": "k"}, "property 'prompt_cache_key' is unsupported"),
        ({"prompt": {"id": "p"}}, "property 'prompt' is unsupported"),
        ({"background": True}, "property 'background' is unsupported"),
        # What its schema rejects.
        ({"model": ""}, "'model' : minimum string length is 1"),
        ({"input": []}, "'input' : minimum number of items is 1"),
        ({"input": 3}, "'input' : value must be a string or an array"),
        ({"input": [{"role": "wizard", "content": "a"}]}, "'input.0.role' : value must be one of"),
        ({"input": [{"role": "user"}]}, "'input.0.content' : property 'content' is missing"),
        (
            {"input": [{"type": "message", "role": "assistant", "content": "a"}]},
            "'input.0.role' : value must be one of [user system developer]",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "output_text", "text": "a"}]}]},
            "'input.0.content.0.type' : value must be one of [input_text input_image]",
        ),
        ({"input": [{"type": "reasoning", "summary": []}]}, "'input.0.type' : value must be one of"),
        ({"input": [{**CALL, "arguments": {}}]}, "'input.0.arguments' : value must be a string"),
        ({"input": [{**CALL, "parsed": 1}]}, "property 'parsed' is unsupported"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "item 'msg_1' was not found"),
        ({"temperature": 3}, "'temperature' : number must be at most 2"),
        ({"max_output_tokens": 1.5}, "'max_output_tokens' : value must be an integer"),
        ({"max_output_tokens": 10**6}, "`max_output_tokens` must be less than or equal to `65536`"),
        ({"max_completion_tokens": 5}, "did you mean 'max_output_tokens'?"),
        ({"reasoning": {"effort": "none"}}, "'reasoning.effort' : value must be one of [low medium high]"),
        ({"reasoning": {"summary": "auto"}}, "property 'summary' is unsupported"),
        ({"tools": [{"type": "function"}]}, "property 'name' is missing"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "'tools.0.name'"),
        ({"tool_choice": "required"}, "'required' was given, but no tools were"),
        ({"tools": [FUNCTION], "tool_choice": {"type": "function", "name": "get_weather"}}, "'function'"),
        (
            {"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "no"}}},
            "tool_choice: function 'no' was not found",
        ),
        ({"text": {"format": {"type": "xml"}}}, "'text.format.type' : value must be one of"),
        ({"text": {"format": {"type": "json_schema", "name": "a"}}}, "property 'schema' is missing"),
        ({"text": {"format": {"type": "json_object"}}}, "'input' must contain the word 'json'"),
        (
            {"text": {"format": {"type": "json_schema", "name": "a", "strict": True, "schema": SCHEMA}}},
            "`additionalProperties:false` must be set on every object",
        ),
        (
            {"text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA}}, "tools": [FUNCTION]},
            "json mode cannot be combined with tool/function calling",
        ),
        ({"metadata": {str(n): "v" for n in range(17)}}, "maximum number of pairs is 16"),
        ({"metadata": {"a": 1}}, "'metadata.a' : value must be a string"),
        ({"service_tier": "performance"}, "'service_tier' : value must be one of [auto default flex]"),
    ],
)
async def test_what_the_service_rejects_is_a_400_that_names_it(
    client: AsyncGroq, properties: Any, text: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        await create(client, properties)
    assert text in caught.value.message
    assert caught.value.type == "invalid_request_error"


async def test_every_property_of_the_schema_is_accepted(client: AsyncGroq) -> None:
    response = await create(
        client,
        {
            "input": [
                {
                    "type": "message",
                    "role": "developer",
                    "content": [{"type": "input_text", "text": "Be brief."}],
                },
                {"role": "user", "content": "What is the weather in Paris?"},
                {"role": "assistant", "content": "I look it up."},
                {**CALL, "id": "fc_1", "status": "completed"},
                {"type": "function_call_output", "call_id": "c", "output": "sunny", "status": "completed"},
                {"type": "mcp_approval_response", "approval_request_id": "a", "approve": True},
            ],
            "instructions": "Be kind.",
            "max_output_tokens": 500,
            "temperature": 0.5,
            "top_p": 0.9,
            "tools": [FUNCTION],
            "tool_choice": "auto",
            "text": {"format": {"type": "text"}},
            "reasoning": {"effort": "low"},
            "metadata": {"a": "b"},
            "parallel_tool_calls": False,
            "store": False,
            "stream": None,
            "user": "u",
            "service_tier": "default",
            "truncation": "disabled",
        },
    )
    assert response["status"] == "completed"
    assert "sunny" in response["output"][-1]["content"][0]["text"]
    assert response["metadata"] == {"a": "b"}
    assert (response["temperature"], response["max_output_tokens"]) == (0.5, 500)
    assert response["tools"] == [FUNCTION]
    assert response["reasoning"] == {"effort": "low", "summary": None}


async def test_a_forced_function_is_called(client: AsyncGroq) -> None:
    choice: Any = {"type": "function", "function": {"name": "get_weather"}}
    response = await client.responses.create(
        model=MODEL, input="Hello from Paris", tools=[FUNCTION], tool_choice=choice
    )
    assert [item.type for item in response.output] == ["reasoning", "function_call"]
    assert response.tool_calls[0].status == "completed"


async def test_tools_that_the_service_executes_are_items(client: AsyncGroq) -> None:
    tools: Any = [{"type": "code_interpreter", "container": {"type": "auto"}}, {"type": "browser_search"}]
    response = await client.responses.create(model=MODEL, input="What is 6 times 7?", tools=tools)
    kinds = [item.type for item in response.output]
    assert kinds == ["reasoning", "code_interpreter_call", "web_search_call", "message"]
    assert response.output[1].code == "print(6 * 7)"
    assert response.output[1].outputs == [{"type": "logs", "logs": "42\n"}]


async def test_a_model_that_thinks_aloud_in_chat_has_an_item_of_reasoning_here(client: AsyncGroq) -> None:
    response = await client.responses.create(model="qwen/qwen3.8-27b", input="What is 6 times 7?")
    assert [item.type for item in response.output] == ["reasoning", "message"]
    assert response.output_text == "6 * 7 = 42."


async def test_a_response_that_reaches_its_maximum_is_incomplete(client: AsyncGroq) -> None:
    stream = await client.responses.create(
        model=MODEL, input="What is 6 times 7?", max_output_tokens=28, stream=True
    )
    events = [event async for event in stream]
    assert events[-1].type == "response.incomplete"
    response = await stream.collect()
    assert response.incomplete_details is not None
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert response.output[-1].status == "incomplete"


async def test_the_events_of_a_stream_are_numbered_and_say_what_they_belong_to(client: AsyncGroq) -> None:
    stream = await client.responses.create(
        model=MODEL, input="What is the weather in Paris and in Rome?", tools=[FUNCTION], stream=True
    )
    events = [event async for event in stream]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    response = await stream.collect()
    cities = [json.loads(call.arguments or "")["city"] for call in response.tool_calls]
    assert cities == ["Paris", "Rome"]
    for index, item in enumerate(response.output):
        own = [event for event in events if event.output_index == index]
        assert own[0].type == "response.output_item.added"
        assert own[-1].type == "response.output_item.done"
        assert own[-1].item == item
        assert {event.item_id for event in own[1:-1]} == {item.id}
        deltas = "".join(event.delta or "" for event in own)
        assert deltas == (item.arguments or item.text)


async def test_a_generation_that_fails_is_an_error_in_the_stream_too(
    client: AsyncGroq, local_groq: LocalGroq
) -> None:
    local_groq.reply = {"tool_calls": [{"name": "get_time", "arguments": {}}]}
    with pytest.raises(BadRequestError, match="get_time"):
        await client.responses.create(model=MODEL, input="hi", tools=[FUNCTION])
    stream = await client.responses.create(model=MODEL, input="hi", tools=[FUNCTION], stream=True)
    with pytest.raises(BadRequestError, match="get_time") as caught:
        await stream.collect()
    assert caught.value.code == "tool_use_failed"
    assert caught.value.failed_calls[0].name == "get_time"


async def test_scripted_deltas_are_streamed_as_they_are(client: AsyncGroq, local_groq: LocalGroq) -> None:
    call = {"id": "c", "index": 0, "function": {"name": "get_weather", "arguments": '{"city":"Rome"}'}}
    local_groq.reply = [[{"reasoning": "Hm."}, "Hel", "lo", {"tool_calls": [call]}]]
    stream = await client.responses.create(model=MODEL, input="hi", tools=[FUNCTION], stream=True)
    events = [event async for event in stream]
    assert [event.delta for event in events if event.type == "response.output_text.delta"] == ["Hel", "lo"]
    response = await stream.collect()
    assert [item.type for item in response.output] == ["reasoning", "message", "function_call"]
    assert (response.tool_calls[0].call_id, response.reasoning_text) == ("c", "Hm.")


async def test_responses_count_against_the_rate_limits(client: AsyncGroq, local_groq: LocalGroq) -> None:
    local_groq.rate_limits = {"*": RateLimit(tpm=100)}
    with pytest.raises(APIStatusError, match=r"tokens per minute \(TPM\): Limit 100") as caught:
        await client.with_options(max_retries=0).responses.create(
            model=MODEL, input="hi", max_output_tokens=5_000
        )
    assert caught.value.status_code == 413


EVERY_ITEM: Any = [
    {"type": "message", "id": "m", "role": "assistant", "status": "completed",
     "content": [{"type": "output_text", "text": "a", "annotations": [], "logprobs": []}]},
    {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    {"type": "reasoning", "id": "r", "summary": [], "content": [{"type": "reasoning_text", "text": "a"}]},
    {"type": "function_call", "id": "f", "call_id": "c", "name": "get_weather", "arguments": "{}",
     "status": "failed"},
    {"type": "function_call", "call_id": "c", "name": "get_weather", "arguments": None, "extra": 1},
    {"type": "mcp_list_tools", "id": "l", "server_label": "s", "tools": [{"name": "t"}]},
    {"type": "mcp_call", "id": "x", "server_label": "s", "name": "t", "arguments": "{}", "output": "o"},
    {"type": "mcp_approval_request", "id": "a", "server_label": "s", "name": "t", "arguments": "{}"},
    {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search"}},
    {"type": "code_interpreter_call", "id": "i", "code": "1", "container_id": "c", "outputs": []},
    {"type": "hologram_call", "id": "h", "depth": 3},
]  # fmt: skip


@pytest.mark.parametrize("item", EVERY_ITEM, ids=lambda item: item["type"])
async def test_an_item_of_every_type_goes_back(client: AsyncGroq, item: Any) -> None:
    question: Any = {"role": "user", "content": "hi"}
    sent = ResponseOutputItem.model_validate(item)
    response = await client.responses.create(model=MODEL, input=[question, sent, question])
    assert response.status == "completed"
