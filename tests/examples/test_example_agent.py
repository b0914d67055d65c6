"""`examples/agent_with_mcp.py`: an agent with an MCP server in another process."""

from __future__ import annotations

import importlib.util

import pytest

from aiogroq.local import Fault, LocalGroq

from .conftest import Run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("mcp") is None, reason="needs the package mcp"),
]


def test_the_agent_uses_the_server_and_its_own_function(run: Run, local_groq: LocalGroq) -> None:
    calls = [
        {"function": {"name": "add_to_shopping_list", "arguments": '{"item": "milk"}'}},
        {"function": {"name": "get_weather", "arguments": '{"location": "Oslo"}'}},
    ]
    local_groq.reply = [{"tool_calls": calls}, "Milk is on the list, and Oslo is clear."]
    outcome = run("agent_with_mcp.py")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines == [
        "[add_to_shopping_list {'item': 'milk'}]",
        "[get_weather {'location': 'Oslo'}]",
        "Milk is on the list, and Oslo is clear.",
    ]
    first, second = [request.json for request in local_groq.requests]
    assert [tool["function"]["name"] for tool in first["tools"]] == ["get_weather", "add_to_shopping_list"]
    results = [message["content"] for message in second["messages"] if message["role"] == "tool"]
    assert results == ["on the list now: milk", '{"location":"Oslo","celsius":9,"sky":"clear"}']


def test_an_error_of_the_service_is_one_line(run: Run, local_groq: LocalGroq) -> None:
    local_groq.script(Fault(status=401))
    outcome = run("agent_with_mcp.py")
    assert outcome.code == 1
    assert "401" in outcome.err
    assert "Traceback" not in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_the_embedded_model_runs_it_too(run: Run) -> None:
    outcome = run("agent_with_mcp.py")
    assert (outcome.code, outcome.err) == (0, "")
    assert "[get_weather {'location': 'Oslo'}]" in outcome.lines
