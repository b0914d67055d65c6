"""A strategy for completions and streams of them: split anywhere, interleaved, indexed in the ways that were seen."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from .bodies import chunk

USAGE = {"prompt_tokens": 210, "completion_tokens": 15, "total_tokens": 225, "total_time": 0.056}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.sampled_from(["weather", "time", "find"])


@st.composite
def tool_calls(draw: st.DrawFn) -> list[dict[str, Any]]:
    calls = draw(st.lists(st.tuples(NAMES, st.dictionaries(TEXT, TEXT, max_size=2)), max_size=3))
    return [
        {
            "id": f"call_{i}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for i, (name, arguments) in enumerate(calls)
    ]


def split(draw: st.DrawFn, text: str) -> list[str]:
    """Split a text into parts, some of them perhaps empty."""
    at = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)]


def call_deltas(
    draw: st.DrawFn, call: dict[str, Any], index: int | None, repeats: bool
) -> list[dict[str, Any]]:
    """The deltas of one call: its name first, its arguments in parts."""
    first, *rest = split(draw, call["function"]["arguments"])
    place = {} if index is None else {"index": index}
    parts = [{**place, "id": call["id"], "type": "function",
               "function": {"name": call["function"]["name"], "arguments": first}}]  # fmt: skip
    for part in rest:
        again = (
            {"id": call["id"], "type": "function"}
            if repeats
            else draw(st.sampled_from([{}, {"id": ""}, {"id": None}]))
        )
        name = {"name": call["function"]["name"]} if repeats else {}
        parts.append({**place, **again, "function": {**name, "arguments": part}})
    return [{"tool_calls": [part]} for part in parts]


def interleaved(draw: st.DrawFn, queues: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The deltas of several sources, each source in its own order."""
    queues = [list(queue) for queue in queues if queue]
    made: list[dict[str, Any]] = []
    while queues:
        queue = queues[draw(st.integers(0, len(queues) - 1))]
        made.append(queue.pop(0))
        queues = [queue for queue in queues if queue]
    return made


@st.composite
def completions_and_chunks(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A completion, and a stream of it: split anywhere, interleaved, indexed in one of the ways that were seen."""
    calls = draw(tool_calls())
    content = draw(TEXT)
    said: dict[str, Any] = {"role": "assistant", "content": content}
    if calls and not content:
        del said["content"]
    reasoning = draw(TEXT)
    if reasoning:
        said["reasoning"] = reasoning
    if calls:
        said["tool_calls"] = calls
    executed = [
        {"index": i, "type": "search", "arguments": "{}", "output": text}
        for i, text in enumerate(draw(st.lists(TEXT, max_size=2)))
    ]
    if executed:
        said["executed_tools"] = executed

    way = draw(st.sampled_from(["by index", "with gaps", "without index", "all at index 0"]))
    repeats = draw(st.booleans())
    places = {
        "by index": lambda i: i,
        "with gaps": lambda i: 3 * i + 2,
        "all at index 0": lambda i: 0,
        "without index": lambda i: None,
    }
    streams = [call_deltas(draw, call, places[way](i), repeats) for i, call in enumerate(calls)]
    if way in ("without index", "all at index 0"):
        streams = [[part for stream in streams for part in stream]]
    for tool in executed:
        called = {name: value for name, value in tool.items() if name != "output"}
        streams.append([{"executed_tools": [called]}, {"executed_tools": [tool]}])
    streams.append([{"content": part} for part in split(draw, content)])
    streams.append([{"reasoning": part} for part in split(draw, reasoning)])
    deltas = [
        {"role": "assistant", "content": draw(st.sampled_from(["", None]))},
        *interleaved(draw, streams),
    ]

    finish = "tool_calls" if calls else "stop"
    usage = {"usage": USAGE}
    last = draw(
        st.sampled_from(
            [
                [chunk({}, finish, **usage)],
                [chunk({}, finish, x_groq=usage)],
                [chunk({}, finish, **usage, x_groq=usage)],
                [chunk({}, finish), chunk(None, **usage)],
            ]
        )
    )
    chunks = [chunk(delta) for delta in deltas]
    chunks[0]["x_groq"] = {"id": "req_1", "seed": 3}
    whole = {
        **{name: chunks[0][name] for name in ("id", "created", "model", "system_fingerprint")},
        "object": "chat.completion",
        "choices": [{"index": 0, "message": said, "finish_reason": finish}],
        "usage": USAGE,
        "x_groq": {"id": "req_1", "seed": 3},
    }
    return whole, [*chunks, *last]
