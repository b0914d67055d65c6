"""What the tests of tool runners share: replies with calls, runners of both kinds, and the rules of a valid conversation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiogroq import AsyncGroq, Groq
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is the weather in Oslo?"}]


def calling(*calls: tuple[str, Any]) -> dict[str, Any]:
    """Return a message of the model that makes calls: pairs of a name and arguments."""
    return {
        "tool_calls": [
            {"function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)}}
            for name, given in calls
        ]
    }


def completion(message: Mapping[str, Any]) -> Fault:
    """Return a fault that responds with exactly this message, which the server itself would not write."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "tool_calls"}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [choice],
    }
    return Fault(status=200, body=body)


def rejected(failed_generation: Any, code: str = "tool_use_failed") -> Fault:
    """Return a fault that rejects what the model wrote."""
    message = "Failed to call a function. Please adjust your prompt."
    error = {
        "message": message,
        "type": "invalid_request_error",
        "code": code,
        "failed_generation": failed_generation,
    }
    return Fault(status=400, body={"error": error})


class Client:
    """A client of one kind, ``async`` or ``sync``."""

    def __init__(self, kind: str, server: LocalGroq) -> None:
        options: dict[str, Any] = {"api_key": "gsk_x", "base_url": server.base_url, "max_retries": 0}
        self.any: Any = AsyncGroq(**options) if kind == "async" else Groq(**options)

    def runner(self, *tools: Any, **params: Any) -> Any:
        """Return a runner with the usual model and messages."""
        params = {"model": MODEL, "messages": QUESTION, "tools": list(tools), **params}
        return self.any.chat.completions.tool_runner(**params)

    def done(self, runner: Any) -> Any:
        """Run to the end and return the last response."""
        return self._result(runner.until_done())

    def responses(self, runner: Any) -> list[Any]:
        """Iterate to the end and return every response."""
        if not isinstance(self.any, AsyncGroq):
            return list(runner)

        async def iterate() -> list[Any]:
            return [each async for each in runner]

        return asyncio.run(iterate())

    def next(self, runner: Any) -> Any:
        """Return the next response."""
        return self._result(runner.__anext__() if isinstance(self.any, AsyncGroq) else next(runner))

    def results(self, runner: Any) -> Any:
        """Return the results of the calls of the last response."""
        return self._result(runner.generate_tool_call_response())

    def _result(self, value: Any) -> Any:
        if not isinstance(self.any, AsyncGroq):
            return value

        async def wait() -> Any:
            return await value

        return asyncio.run(wait())


def contents(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the results in a conversation."""
    return [message["content"] for message in messages if message["role"] == "tool"]


def check_conversation(messages: Sequence[Mapping[str, Any]]) -> None:
    """Assert that each call has exactly one result, right after its message and in its order, and JSON as arguments."""
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] == waiting.pop(0)
            assert isinstance(message["content"], str)
            continue
        assert waiting == []
        calls = message.get("tool_calls") or []
        waiting = [call["id"] for call in calls]
        assert all(waiting)
        assert len({*waiting}) == len(waiting)
        for call in calls:
            assert call["function"]["name"]
            assert isinstance(json.loads(call["function"]["arguments"]), dict)
        if message["role"] == "assistant" and not calls:
            assert isinstance(message["content"], str)
    assert waiting == []
