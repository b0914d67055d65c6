"""Writes a `Completion` as the service does: one JSON body, or the events of a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..json_values import as_object
from ..model.completion import Completion
from ..response import DONE_EVENT, encode_json

_QUEUE_S = 0.0175
_PROMPT_TOKENS_PER_SECOND = 18_000.0
_COMPLETION_TOKENS_PER_SECOND = 450.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an answer carries besides its content."""

    completion_id: str
    request_id: str
    created: int
    """Seconds since the epoch."""
    seed: int
    fingerprint: str
    tokens_per_second: float | None = None


def usage(made: Completion, stamp: Stamp) -> dict[str, Any]:
    """Tokens and times in seconds; the total time is that of prompt and completion and leaves the queue out, as recorded."""
    prompt_s = round(made.prompt_tokens / _PROMPT_TOKENS_PER_SECOND, 9)
    completion_s = round(
        made.completion_tokens / (stamp.tokens_per_second or _COMPLETION_TOKENS_PER_SECOND), 9
    )
    found: dict[str, Any] = {
        "queue_time": _QUEUE_S,
        "prompt_tokens": made.prompt_tokens,
        "prompt_time": prompt_s,
        "completion_tokens": made.completion_tokens,
        "completion_time": completion_s,
        "total_tokens": made.prompt_tokens + made.completion_tokens,
        "total_time": prompt_s + completion_s,
    }
    if made.reasoning_tokens:
        found["completion_tokens_details"] = {"reasoning_tokens": made.reasoning_tokens}
    return found


def completion_body(made: Completion, stamp: Stamp) -> bytes:
    """The answer of a request that does not stream."""
    return encode_json(
        {
            "id": stamp.completion_id,
            "object": "chat.completion",
            "created": stamp.created,
            "model": made.model,
            "choices": [
                {"index": 0, "message": _message(made), "logprobs": None, "finish_reason": made.finish_reason}
            ],
            "usage": usage(made, stamp),
            "usage_breakdown": None,
            "system_fingerprint": stamp.fingerprint,
            "x_groq": {"id": stamp.request_id, "seed": stamp.seed},
            "service_tier": made.service_tier,
        }
    )


def completion_events(made: Completion, stamp: Stamp, *, include_usage: bool) -> list[bytes]:
    """The events of a stream, one token each, from the role to `[DONE]`."""
    head = {
        "id": stamp.completion_id,
        "object": "chat.completion.chunk",
        "created": stamp.created,
        "model": made.model,
        "system_fingerprint": stamp.fingerprint,
    }
    # Every chunk begins with the same bytes; encoding them once makes long streams cheap.
    start = b"data: " + encode_json(head)[:-1] + b',"choices":'
    delta_start, delta_end = start + b'[{"index":0,"delta":', b',"logprobs":null,"finish_reason":null}]'
    nothing = b',"usage":null}\n\n' if include_usage else b"}\n\n"
    deltas = made.deltas or _deltas(made)
    first: dict[str, Any] = {"role": "assistant", "content": None if made.calls else ""}
    opening = b',"x_groq":' + encode_json({"id": stamp.request_id, "seed": stamp.seed}) + nothing
    events = [delta_start + encode_json(first) + delta_end + opening]
    events += [delta_start + encode_json(delta) + delta_end + nothing for delta in deltas]
    spent = encode_json(usage(made, stamp))
    ending = (
        b'[{"index":0,"delta":{},"logprobs":null,"finish_reason":' + encode_json(made.finish_reason) + b"}]"
    )
    groq = b',"x_groq":{"id":' + encode_json(stamp.request_id) + b',"usage":' + spent + b"}"
    events.append(start + ending + groq + b',"usage":' + spent + b"}\n\n")
    if include_usage:
        events.append(start + b'[],"usage":' + spent + b"}\n\n")
    events.append(DONE_EVENT)
    return events


def _message(made: Completion) -> dict[str, Any]:
    if made.deltas:
        return _folded(made.deltas)
    message: dict[str, Any] = {"role": "assistant"}
    # As recorded, `content` is absent and not null where tools are called.
    if made.pieces or not made.calls:
        message["content"] = "".join(made.pieces)
    if made.thoughts and not made.hide_reasoning:
        message["reasoning"] = "".join(made.thoughts)
    if made.executed:
        message["executed_tools"] = made.executed
    if made.calls:
        message["tool_calls"] = [
            {"id": id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for id, call in made.calls
        ]
    return {**message, **made.extra}


def _deltas(made: Completion) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if not made.hide_reasoning:
        channel = {"channel": "analysis"} if "gpt-oss" in made.model else {}
        found += [{"reasoning": piece, **channel} for piece in made.thoughts]
    for tool in made.executed:
        # As recorded, a tool is announced without its output and then sent again with it.
        found.append({"executed_tools": [{k: tool[k] for k in ("index", "type", "arguments")}]})
        found.append({"executed_tools": [tool]})
    found += [{"content": piece} for piece in made.pieces]
    for index, (id, call) in enumerate(made.calls):
        function = {"name": call.name, "arguments": call.arguments}
        found.append({"tool_calls": [{"id": id, "type": "function", "function": function, "index": index}]})
    return [*found, made.extra] if made.extra else found


def _folded(deltas: list[dict[str, Any]]) -> dict[str, Any]:
    """The message that scripted deltas add up to, for a request that does not stream."""
    message: dict[str, Any] = {"role": "assistant"}
    calls: dict[int, dict[str, Any]] = {}
    for delta in deltas:
        for name, value in delta.items():
            if name == "tool_calls":
                for call in value:
                    _fold_call(calls, call)
            elif isinstance(value, str) and name in ("content", "reasoning"):
                message[name] = message.get(name, "") + value
            elif value is not None:
                message[name] = value
    if calls:
        message["tool_calls"] = list(calls.values())
    return message


def _fold_call(calls: dict[int, dict[str, Any]], piece: dict[str, Any]) -> None:
    call = calls.setdefault(
        piece.get("index", 0), {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
    )
    call["id"] = piece.get("id") or call["id"]
    function = as_object(piece.get("function"))
    call["function"]["name"] += function.get("name") or ""
    call["function"]["arguments"] += function.get("arguments") or ""
