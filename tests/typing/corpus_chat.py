"""What may be said to a chat: messages of every kind, tools, formats, all parameters at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typing_extensions import assert_type

from aiogroq import NOT_GIVEN, AsyncGroq, Groq, NotGiven, Omit, not_given, omit
from aiogroq.types import CompletionUsage, MessageTypes
from aiogroq.types.chat import (
    ChatCompletion,
    ChatCompletionAssistantMessageParam,
    ChatCompletionContentPartImageParam,
    ChatCompletionContentPartTextParam,
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionMessageToolCall,
    ChatCompletionMessageToolCallParam,
    ChatCompletionNamedToolChoiceParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolMessageParam,
    ChatCompletionToolParam,
    ChatCompletionUserMessageParam,
)
from aiogroq.types.chat.chat_completion import Choice
from aiogroq.types.chat.completion_create_params import ResponseFormat
from aiogroq.types.shared_params import FunctionDefinition

MODEL = "openai/gpt-oss-120b"


# ------------------------------------------------------------------------------------------------------ messages


def literal_messages(client: Groq) -> None:
    client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Answer in French."},
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": "Good morning"},
            {"role": "assistant", "content": "Bonjour"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "now", "arguments": "{}"}}
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "09:30"},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
                    {"type": "document", "document": {"id": "1", "data": {"title": "A"}}},
                ],
            },
        ],
    )


async def messages_from_variables(client: AsyncGroq, texts: list[str]) -> None:
    create = client.chat.completions.create
    inferred = [{"role": "user", "content": "Hello"}]
    await create(model=MODEL, messages=inferred)
    of_texts: list[dict[str, str]] = [{"role": "user", "content": text} for text in texts]
    await create(model=MODEL, messages=of_texts)
    of_anything: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    await create(model=MODEL, messages=of_anything)
    of_objects: list[dict[str, object]] = [{"role": "user", "content": "Hello"}]
    await create(model=MODEL, messages=of_objects)
    single: dict[str, Any] = {"role": "user", "content": "Hello"}
    await create(model=MODEL, messages=[single])
    await create(model=MODEL, messages=(single, single))
    await create(model=MODEL, messages=({"role": "user", "content": text} for text in texts))
    await create(model=MODEL, messages=one_by_one(texts))
    await create(model=MODEL, messages=[{"role": "system", "content": "Short."}, *of_texts])


def one_by_one(texts: list[str]) -> Iterator[ChatCompletionMessageParam]:
    for text in texts:
        yield {"role": "user", "content": text}


def messages_by_their_official_names(client: Groq, picture: str) -> None:
    system: ChatCompletionSystemMessageParam = {"role": "system", "content": "Short."}
    user = ChatCompletionUserMessageParam(role="user", content="Hello")
    text_part: ChatCompletionContentPartTextParam = {"type": "text", "text": "What is this?"}
    image_part: ChatCompletionContentPartImageParam = {"type": "image_url", "image_url": {"url": picture}}
    seeing = ChatCompletionUserMessageParam(role="user", content=[text_part, image_part])
    call: ChatCompletionMessageToolCallParam = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "now", "arguments": "{}"},
    }
    assistant = ChatCompletionAssistantMessageParam(role="assistant", content=None, tool_calls=[call])
    result = ChatCompletionToolMessageParam(role="tool", tool_call_id="call_1", content="09:30")
    conversation: list[ChatCompletionMessageParam] = [system, user, seeing, assistant, result]
    conversation.append({"role": "user", "content": "And now?"})
    assert_type(client.chat.completions.create(model=MODEL, messages=conversation), ChatCompletion)
    client.chat.completions.create(model=MODEL, messages=[system, user])


async def a_conversation_goes_on(client: AsyncGroq) -> None:
    conversation: list[MessageTypes] = [{"role": "user", "content": "Hello"}]
    completion = await client.chat.completions.create(model=MODEL, messages=conversation)
    conversation.append(completion.choices[0].message)
    conversation.append({"role": "user", "content": "And now?"})
    await client.chat.completions.create(model=MODEL, messages=conversation)

    plain: list[dict[str, Any]] = [{"role": "user", "content": "Hello"}]
    plain.append(completion.choices[0].message.to_param())
    plain.append(completion.choices[0].message.model_dump(exclude_none=True))
    plain.append(completion.choices[0].message.to_dict())
    await client.chat.completions.create(model=MODEL, messages=plain)

    texts = [{"role": "user", "content": "Hello"}]
    await client.chat.completions.create(model=MODEL, messages=[*texts, completion.choices[0].message])
    open_list: list[Any] = [{"role": "user", "content": "Hello"}]
    open_list.append(completion.choices[0].message)
    await client.chat.completions.create(model=MODEL, messages=open_list)


# --------------------------------------------------------------------------------------------------------- tools


def tools_as_plain_dicts(client: Groq) -> None:
    tools = [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "The weather of a city",
                "parameters": {
                    "type": "object",
                    "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
                    "required": ["city"],
                },
            },
        }
    ]
    choice = {"type": "function", "function": {"name": "weather"}}
    response_format = {"type": "json_schema", "json_schema": {"name": "w", "schema": {"type": "object"}}}
    messages = [{"role": "user", "content": "Is it raining in Oslo?"}]
    completion = client.chat.completions.create(
        model=MODEL, messages=messages, tools=tools, tool_choice=choice, response_format=response_format
    )
    for call in completion.choices[0].message.tool_calls or []:
        assert_type(call, ChatCompletionMessageToolCall)
        assert_type(call.function.arguments, str)
    client.chat.completions.create(model=MODEL, messages=messages, tools=tools, tool_choice="required")
    client.chat.completions.create(model=MODEL, messages=messages, tools=[{"type": "browser_search"}])
    untyped: list[dict[str, Any]] = [{"type": "mcp", "server_label": "a", "server_url": "https://a.example"}]
    client.chat.completions.create(model=MODEL, messages=messages, tools=untyped)
    client.chat.completions.create(model=MODEL, messages=messages, response_format={"type": "json_object"})


async def tools_by_their_official_names(client: AsyncGroq, names: list[str]) -> None:
    function: FunctionDefinition = {
        "name": "now",
        "description": "The time",
        "parameters": {},
        "strict": True,
    }
    tool: ChatCompletionToolParam = {"type": "function", "function": function}
    named: ChatCompletionNamedToolChoiceParam = {"type": "function", "function": {"name": "now"}}
    choice: ChatCompletionToolChoiceOptionParam = named if names else "auto"
    form: ResponseFormat = {"type": "json_object"}
    messages = [{"role": "user", "content": "What time is it?"}]
    create = client.chat.completions.create
    await create(model=MODEL, messages=messages, tools=[tool], tool_choice=choice, response_format=form)
    await create(
        model=MODEL,
        messages=messages,
        tools=[ChatCompletionToolParam(type="function", function={"name": name}) for name in names],
        tool_choice=named,
    )


# -------------------------------------------------------------------------------------------------- all at once


def every_parameter(client: Groq) -> None:
    completion = client.chat.completions.create(
        messages=[{"role": "user", "content": "Hello"}],
        model=MODEL,
        max_completion_tokens=100,
        max_tokens=100,
        temperature=0.5,
        top_p=1,
        n=1,
        stop=["END", "STOP"],
        seed=7,
        stream=False,
        stream_options={"include_usage": True},
        tools=[{"type": "function", "function": {"name": "now"}}],
        tool_choice="auto",
        parallel_tool_calls=True,
        disable_tool_validation=False,
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {}, "strict": True}},
        reasoning_format="parsed",
        include_reasoning=True,
        reasoning_effort="low",
        service_tier="flex",
        user="u-1",
        documents=[{"id": "1", "source": {"type": "text", "text": "A."}}],
        citation_options="enabled",
        search_settings={"country": "norway", "include_domains": ["a.example"], "include_images": False},
        include_domains=["a.example"],
        exclude_domains=["b.example"],
        compound_custom={"models": {"answering_model": MODEL}, "tools": {"enabled_tools": ["wolfram"]}},
        frequency_penalty=0.1,
        presence_penalty=-0.1,
        logit_bias={"50256": -100},
        logprobs=True,
        top_logprobs=3,
        metadata={"run": "7"},
        store=False,
        debug=True,
        functions=[{"name": "now", "parameters": {"type": "object"}}],
        function_call={"name": "now"},
        extra_headers={"X-Trace": "1", "User-Agent": omit},
        extra_query={"page": 1, "flag": True},
        extra_body={"brand_new": [1, 2]},
        timeout=30.0,
    )
    assert_type(completion, ChatCompletion)


def every_parameter_left_out_or_null(client: Groq, stop: str | None, wish: float | NotGiven | Omit) -> None:
    messages = [{"role": "user", "content": "Hello"}]
    create = client.chat.completions.create
    create(model=MODEL, messages=messages, temperature=NOT_GIVEN, tools=NOT_GIVEN, stop=not_given, seed=omit)
    create(
        model=MODEL, messages=messages, temperature=None, tools=None, stop=None, seed=None, tool_choice=None
    )
    create(model=MODEL, messages=messages, stop=stop, temperature=wish, timeout=NOT_GIVEN)
    create(model=MODEL, messages=messages, response_format=not_given, reasoning_effort=None, timeout=omit)
    create(
        model=MODEL, messages=messages, extra_headers=None, extra_query=None, extra_body=None, timeout=None
    )


# ------------------------------------------------------------------------------------------------- responses


def a_response(completion: ChatCompletion) -> None:
    assert_type(completion.id, str)
    assert_type(completion.choices, list[Choice])
    assert_type(completion.choices[0].message, ChatCompletionMessage)
    assert_type(completion.choices[0].message.content, str | None)
    assert_type(completion.choices[0].message.reasoning, str | None)
    assert_type(completion.choices[0].message.tool_calls, list[ChatCompletionMessageToolCall] | None)
    assert_type(completion.choices[0].finish_reason, str | None)
    assert_type(completion.usage, CompletionUsage | None)
    if completion.usage is not None:
        assert_type(completion.usage.total_tokens, int)
        assert_type(completion.usage.queue_time, float | None)
    assert_type(completion.to_dict(), dict[str, Any])
    assert_type(completion.to_json(indent=2), str)
    assert_type(completion.model_dump(exclude_none=True), dict[str, Any])
    assert_type(completion.model_dump_json(), str)
    assert_type(completion.model_extra, dict[str, Any] | None)
    assert_type(completion.model_copy(update={"id": "a"}), ChatCompletion)
    assert_type(ChatCompletion.model_validate({"id": "a"}), ChatCompletion)
    assert_type(ChatCompletion.model_validate_json(b"{}"), ChatCompletion)
    assert_type(ChatCompletion.construct(id="a", brand_new=1), ChatCompletion)
    print(completion["brand_new"], completion.get("brand_new"), "id" in completion)
