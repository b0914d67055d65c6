"""Tools and their runners, as users write them: both type checkers know the types exactly."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from typing_extensions import assert_type

import aiogroq
from aiogroq import AsyncGroq, Groq, MaxIterationsError, McpTools, Tool, ToolCall, ToolError
from aiogroq.streaming import AsyncChatCompletionStream
from aiogroq.sync.event_stream import ChatCompletionStream
from aiogroq.tools.rescue import Rescue
from aiogroq.types import ChatCompletion
from aiogroq.types.chat import ParsedChatCompletion
from aiogroq.types.tool_runner_params import McpSession

MODEL = "openai/gpt-oss-20b"
ASK = [{"role": "user", "content": "Hello"}]


@dataclass
class Report:
    city: str


def get_weather(location: Annotated[str, "A city"], unit: Literal["c", "f"] = "c") -> dict[str, object]:
    """Get the weather."""
    if not location:
        raise ToolError("no such city")
    return {"unit": unit}


@aiogroq.tool
def decorated(location: str) -> int:
    """Be a tool."""
    return len(location)


@aiogroq.tool(name="later", timeout_s=3)
async def later(call: ToolCall, location: str) -> str:
    """Be an async tool."""
    return call.id + location


class Weather:
    def of(self, location: str) -> str:
        """Get the weather."""
        return location


def tools() -> None:
    assert_type(decorated("Oslo"), int)
    tool = Tool(get_weather, name="weather", description="Weather.")
    assert_type(tool("Oslo", unit="f"), dict[str, object])
    assert_type(tool.to_param(), dict[str, Any])
    assert_type(tool.timeout_s, float | None)
    function: Callable[[ToolCall, str], Coroutine[Any, Any, str]] = later
    print(function)


async def in_async_code(client: AsyncGroq, session: McpSession) -> None:
    run = client.chat.completions.tool_runner
    runner = run(model=MODEL, messages=ASK, tools=[get_weather, decorated, later, Weather().of])
    assert_type(await runner, ChatCompletion)
    assert_type(await runner.until_done(), ChatCompletion)
    async for completion in runner:
        assert_type(completion, ChatCompletion)
        assert_type(await runner.generate_tool_call_response(), list[dict[str, Any]] | None)
        runner.append_messages(completion.choices[0].message, {"role": "user", "content": "Go on."})
    assert_type(runner.messages, list[dict[str, Any]])
    assert_type(runner.rescues, list[Rescue])

    typed = run(model=MODEL, messages=ASK, tools=[get_weather], response_format=Report)
    assert_type(await typed, ParsedChatCompletion[Report])
    assert_type((await typed).parsed, Report)
    listed = run(model=MODEL, messages=ASK, tools=[get_weather], response_format=list[Report], stream=False)
    assert_type((await listed).parsed, list[Report])

    streaming = run(model=MODEL, messages=ASK, tools=[get_weather], stream=True)
    async for stream in streaming:
        assert_type(stream, AsyncChatCompletionStream[None])
        async for text in stream.text_stream:
            assert_type(text, str)
    assert_type(await streaming, ChatCompletion)
    both = run(model=MODEL, messages=ASK, tools=[get_weather], stream=True, response_format=Report)
    assert_type((await both).parsed, Report)

    await run(
        model=MODEL,
        messages=ASK,
        tools=[session, McpTools(session, allowed_tools=["read"]), {"type": "browser_search"}],
        max_iterations=3,
        max_rescues=1,
        parallel=False,
        tool_timeout_s=10,
        approve=lambda call: call.name != "delete",
        on_error="raise",
        temperature=0,
    )


async def ask_somebody(call: ToolCall) -> bool | str:
    return call.arguments.get("path") == "/tmp" or "No."


async def approval(client: AsyncGroq) -> None:
    await client.chat.completions.tool_runner(
        model=MODEL, messages=ASK, tools=[get_weather], approve=ask_somebody
    )


def in_sync_code(client: Groq) -> None:
    run = client.chat.completions.tool_runner
    runner = run(model=MODEL, messages=ASK, tools=[get_weather, later])
    try:
        assert_type(runner.until_done(), ChatCompletion)
    except MaxIterationsError as error:
        assert_type(error.messages, list[dict[str, Any]])
    for completion in runner:
        assert_type(completion, ChatCompletion)
        assert_type(runner.generate_tool_call_response(), list[dict[str, Any]] | None)
    typed = run(model=MODEL, messages=ASK, tools=[get_weather], response_format=Report)
    assert_type(typed.until_done().parsed, Report)
    for stream in run(model=MODEL, messages=ASK, tools=[get_weather], stream=True):
        assert_type(stream, ChatCompletionStream[None])
