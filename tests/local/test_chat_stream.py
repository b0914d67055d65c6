"""Streams have the recorded shapes: first chunk, last chunk, usage, `[DONE]`, one token per event."""

from __future__ import annotations

from typing import Any


def test_the_first_and_the_last_chunk_are_as_recorded(chat: Any) -> None:
    response = chat("What is 2+2?", stream=True, seed=7)
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["transfer-encoding"] == "chunked"
    assert response.events[-1] == "data: [DONE]"
    first, last = response.chunks[0], response.chunks[-1]
    request_id = response.headers["x-request-id"]
    assert list(first) == ["id", "object", "created", "model", "system_fingerprint", "choices", "x_groq"]
    assert first["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": ""}, "logprobs": None, "finish_reason": None}
    ]
    assert first["x_groq"] == {"id": request_id, "seed": 7}
    assert last["choices"] == [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]
    assert last["x_groq"] == {"id": request_id, "usage": last["usage"]}
    assert len(response.chunks) == last["usage"]["completion_tokens"] + 2
    assert len({chunk["id"] for chunk in response.chunks}) == 1


def test_include_usage_adds_a_chunk_without_choices(chat: Any) -> None:
    response = chat("What is 2+2?", stream=True, stream_options={"include_usage": True})
    assert response.chunks[-1]["choices"] == []
    assert response.chunks[-1]["usage"] == response.chunks[-2]["usage"]
    assert all(chunk["usage"] is None for chunk in response.chunks[:-2])


def test_a_tool_call_is_one_delta(chat: Any) -> None:
    tool = {
        "type": "function",
        "function": {
            "name": "get_time",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
    response = chat("What time is it in Oslo?", tools=[tool], stream=True)
    assert response.chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": None}
    (call,) = response.chunks[1]["choices"][0]["delta"]["tool_calls"]
    assert call["index"] == 0
    assert call["function"] == {"name": "get_time", "arguments": '{"city": "Oslo"}'}
    assert response.chunks[2]["choices"][0]["finish_reason"] == "tool_calls"


def test_reasoning_comes_first_in_its_channel(chat: Any) -> None:
    response = chat("Explain tides", model="openai/gpt-oss-20b", stream=True)
    deltas = [chunk["choices"][0]["delta"] for chunk in response.chunks[1:-1]]
    reasoning = [delta for delta in deltas if "reasoning" in delta]
    assert deltas[: len(reasoning)] == reasoning
    assert {delta["channel"] for delta in reasoning} == {"analysis"}
    whole = chat("Explain tides", model="openai/gpt-oss-20b").json["choices"][0]["message"]
    assert "".join(delta["reasoning"] for delta in reasoning) == whole["reasoning"]
    assert "".join(delta.get("content", "") for delta in deltas) == whole["content"]


def test_an_executed_tool_is_sent_without_and_then_with_its_output(chat: Any) -> None:
    response = chat(
        "What is 3*3?", model="openai/gpt-oss-20b", stream=True, tools=[{"type": "code_interpreter"}]
    )
    deltas = [chunk["choices"][0]["delta"] for chunk in response.chunks]
    tools = [delta["executed_tools"][0] for delta in deltas if "executed_tools" in delta]
    assert ["output" in tool for tool in tools] == [False, True]
    assert tools[0]["index"] == tools[1]["index"] == 0
