"""Stream events, as users write them: both type checkers know the fields behind each type, and the types of values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from typing_extensions import assert_never, assert_type

from aiogroq import AsyncChatCompletionStream, AsyncGroq, ChatCompletionStream, Groq
from aiogroq.streaming import (
    ChatCompletionStreamEvent,
    ChunkEvent,
    CompletionDoneEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    ExecutedToolDoneEvent,
    ExecutedToolStartedEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
)
from aiogroq.types import ChatCompletion, ChatCompletionChunk, CompletionUsage
from aiogroq.types.chat import ParsedChatCompletion
from aiogroq.types.chat.executed_tools import ExecutedTool

MODEL = "openai/gpt-oss-20b"
ASK = [{"role": "user", "content": "Hello"}]


@dataclass
class Data:
    a: int


async def in_async_code(client: AsyncGroq, options: dict[str, object]) -> None:
    stream = client.chat.completions.stream
    async with stream(model=MODEL, messages=ASK) as plain:
        assert_type(plain, AsyncChatCompletionStream[None])
        async for event in plain:
            assert_type(event, ChatCompletionStreamEvent[None])
        async for text in plain.text_stream:
            assert_type(text, str)
        assert_type(await plain.get_final_completion(), ParsedChatCompletion[None])
        assert_type(plain.current_completion_snapshot, ChatCompletion)
        assert_type(plain.usage, CompletionUsage | None)
        assert_type(await plain.until_done(), AsyncChatCompletionStream[None])
    async with stream(model=MODEL, messages=ASK, response_format=Data) as typed:
        assert_type(typed, AsyncChatCompletionStream[Data])
        assert_type((await typed.get_final_completion()).parsed, Data)
    async with stream(model=MODEL, messages=ASK, response_format=list[Data], mode="json_object") as listed:
        async for item in listed.items():
            assert_type(item, Data)
        assert_type((await listed.get_final_completion()).parsed, list[Data])
    async with stream(model=MODEL, messages=ASK, response_format=Literal["a", "b"]) as literal:
        assert_type((await literal.get_final_completion()).parsed, Literal["a", "b"])
    async with stream(model=MODEL, messages=ASK, response_format=Data | int) as union:
        assert_type((await union.get_final_completion()).parsed, Data | int)
    async with stream(model=MODEL, messages=ASK, response_format={"type": "json_object"}) as untyped:
        assert_type(untyped, AsyncChatCompletionStream[None])
    async with stream(model=MODEL, messages=ASK, response_format=options, tools=[options]) as other:
        assert_type(other, AsyncChatCompletionStream[None])


def in_sync_code(client: Groq) -> None:
    with client.chat.completions.stream(model=MODEL, messages=ASK, response_format=list[Data]) as stream:
        assert_type(stream, ChatCompletionStream[list[Data]])
        for event in stream:
            assert_type(event, ChatCompletionStreamEvent[list[Data]])
        for text in stream.text_stream:
            assert_type(text, str)
        for item in stream.items():
            assert_type(item, Data)
        assert_type(stream.get_final_completion().parsed, list[Data])
        assert_type(stream.until_done(), ChatCompletionStream[list[Data]])
        stream.close()


def by_type(event: ChatCompletionStreamEvent[Data]) -> None:
    if event.type == "chunk":
        assert_type(event, ChunkEvent)
        assert_type(event.chunk, ChatCompletionChunk)
        assert_type(event.snapshot, ChatCompletion)
    elif event.type == "content.delta":
        assert_type(event.delta, str)
        assert_type(event.snapshot, str)
        assert_type(event.parsed, object)
    elif event.type == "content.done":
        assert_type(event.parsed, Data)
    elif event.type == "reasoning.delta":
        assert_type(event.snapshot, str)
    elif event.type == "reasoning.done":
        assert_type(event.reasoning, str)
    elif event.type == "tool_calls.function.arguments.delta":
        assert_type(event.arguments_delta, str)
    elif event.type == "tool_calls.function.arguments.done":
        assert_type((event.name, event.index, event.arguments), tuple[str, int, str])
        assert_type(event.parsed_arguments, object)
    elif event.type == "executed_tool.started" or event.type == "executed_tool.done":
        assert_type(event.tool, ExecutedTool)
    elif event.type == "completion.done":
        assert_type(event, CompletionDoneEvent[Data])
        assert_type(event.completion.parsed, Data)
        assert_type(event.to_dict(), dict[str, Any])


def by_class(event: ChatCompletionStreamEvent[Data]) -> object:
    match event:
        case ContentDeltaEvent(delta=delta):
            return delta
        case ContentDoneEvent(parsed=parsed):
            assert_type(parsed, Data)
        case ChunkEvent() | ReasoningDeltaEvent() | ReasoningDoneEvent():
            return event.type
        case FunctionToolCallArgumentsDeltaEvent() | FunctionToolCallArgumentsDoneEvent():
            return event.name
        case ExecutedToolStartedEvent() | ExecutedToolDoneEvent():
            return event.tool
        case LogprobsContentDeltaEvent() | LogprobsContentDoneEvent():
            return event.content
        case CompletionDoneEvent():
            return event.completion.parsed
        case _:
            assert_never(event)
    return None
