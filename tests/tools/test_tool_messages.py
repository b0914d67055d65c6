"""Whatever a model writes and tools do, each list of messages that a runner sends is valid."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tool_runs import MODEL, check_conversation

from aiogroq import BadRequestError, MaxIterationsError, RequestInfo, ToolCall, ToolError
from aiogroq.local.api.chat_rules import check_chat
from aiogroq.protocol.status_errors import PlainHead, status_error
from aiogroq.sync.tool_runner import ToolRunner
from aiogroq.tools.runner import AsyncToolRunner
from aiogroq.types._omit import omit
from aiogroq.types.chat.chat_completion import ChatCompletion

texts = st.text(max_size=8)
names = st.sampled_from(["double", "fail", "tell", "hang_up", "final_result", "missing", ""])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
arguments = st.one_of(
    st.sampled_from(
        [
            '{"number": 2}',
            '{"number": "2"}',
            '{"numbr": 2}',
            "{}",
            "",
            "null",
            "[]",
            '"x"',
            '{"number": 2',
            "\ud800",
        ]
    ),
    json_values.map(lambda value: json.dumps(value)),
    texts,
)
calls = st.builds(
    lambda id_, name, given: {"id": id_, "type": "function", "function": {"name": name, "arguments": given}},
    st.sampled_from(["a", "b", "a_2", ""]),
    names,
    arguments,
)
turns = st.fixed_dictionaries(
    {},
    optional={
        "content": st.none() | texts,
        "reasoning": st.none() | texts,
        "tool_calls": st.none() | st.lists(calls, max_size=4),
    },
)
failures = st.one_of(
    st.builds(lambda name, given: f"<function={name}>{given}</function>", names, arguments),
    st.lists(calls, max_size=2).map(lambda listed: {"tool_calls": listed}),
    texts,
)
responses = st.lists(
    st.one_of(turns.map(lambda turn: ("turn", turn)), failures.map(lambda text: ("rejected", text))),
    max_size=6,
)


def double(number: int) -> int:
    """Double a number."""
    return 2 * number


def fail() -> None:
    """Fail."""
    raise OSError("no\ud800")


def tell(call: ToolCall, number: int = 1) -> str:
    """Tell."""
    raise ToolError("")


async def hang_up() -> bytes:
    """Return what cannot be sent."""
    return b""


class Service:
    """Responds as planned, and validates each request as the embedded server does."""

    def __init__(self, planned: list[tuple[str, Any]]) -> None:
        self.planned = list(planned)
        self.sent: list[list[Any]] = []

    def create(self, **params: Any) -> ChatCompletion:
        """Take a request."""
        check_chat(params)
        check_conversation(params["messages"])
        self.sent.append(params["messages"])
        kind, what = self.planned.pop(0) if self.planned else ("turn", {"content": "Done."})
        if kind == "rejected":
            request = RequestInfo("POST", "https://api.groq.com/openai/v1/chat/completions")
            body = {"error": {"message": "no", "code": "tool_use_failed", "failed_generation": what}}
            error = status_error(PlainHead(400, {}, request), json.dumps(body).encode())
            assert isinstance(error, BadRequestError)
            raise error
        return ChatCompletion.model_validate(
            {"model": MODEL, "choices": [{"message": {"role": "assistant", **what}}]}
        )

    async def create_async(self, **params: Any) -> ChatCompletion:
        """Take a request."""
        return self.create(**params)


def run(planned: list[tuple[str, Any]], approvals: list[Any], *, parallel: bool, kind: str) -> None:
    """Run with these responses, and check the conversation after each step."""
    service = Service(planned)
    params: dict[str, Any] = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Hello"}],
        "tools": [double, fail, tell, hang_up],
        "max_iterations": 5,
        "parallel": parallel,
    }
    if approvals:
        params["approve"] = lambda call: approvals[len(call.messages) % len(approvals)]
    try:
        if kind == "sync":
            runner: Any = ToolRunner(service.create, service.create, omit, params)
            for _ in runner:
                check_conversation(runner.messages)
        else:
            runner = AsyncToolRunner(service.create_async, service.create_async, omit, params)

            async def iterate() -> None:
                async for _ in runner:
                    check_conversation(runner.messages)

            asyncio.run(iterate())
    except (MaxIterationsError, BadRequestError):
        pass
    check_conversation(runner.messages)
    check_chat({"model": MODEL, "messages": runner.messages})
    assert len(service.sent) <= 5


relaxed = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@pytest.mark.parametrize("kind", ["sync", "async"])
@settings(max_examples=15, **relaxed)  # type: ignore[arg-type]
@given(responses, st.lists(st.sampled_from([True, False, "No."]), max_size=3), st.booleans())
def test_each_list_of_messages_that_is_sent_is_valid(
    kind: str, planned: list[tuple[str, Any]], approvals: list[Any], parallel: bool
) -> None:
    run(planned, approvals, parallel=parallel, kind=kind)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["sync", "async"])
@settings(max_examples=1500, **relaxed)  # type: ignore[arg-type]
@given(responses, st.lists(st.sampled_from([True, False, "No."]), max_size=3), st.booleans())
def test_each_of_many_lists_of_messages_that_are_sent_is_valid(
    kind: str, planned: list[tuple[str, Any]], approvals: list[Any], parallel: bool
) -> None:
    run(planned, approvals, parallel=parallel, kind=kind)
