"""Encodes a `Completion` as the service does: one JSON body, or the events of a stream."""

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
class ResponseMeta:
    """The fields of a response that do not depend on its content."""

    completion_id: str
    request_id: str
    created: int
    """Seconds since the epoch."""
    seed: int
    fingerprint: str
    tokens_per_second: float | None = None


def usage(completion: Completion, meta: ResponseMeta) -> dict[str, Any]:
    """Return the usage: tokens, and times in seconds. As recorded, the total time excludes the queue time."""
    prompt_s = round(completion.prompt_tokens / _PROMPT_TOKENS_PER_SECOND, 9)
    completion_s = round(
        completion.completion_tokens / (meta.tokens_per_second or _COMPLETION_TOKENS_PER_SECOND), 9
    )
    result: dict[str, Any] = {
        "queue_time": _QUEUE_S,
        "prompt_tokens": completion.prompt_tokens,
        "prompt_time": prompt_s,
        "completion_tokens": completion.completion_tokens,
        "completion_time": completion_s,
        "total_tokens": completion.prompt_tokens + completion.completion_tokens,
        "total_time": prompt_s + completion_s,
    }
    if completion.reasoning_tokens:
        result["completion_tokens_details"] = {"reasoning_tokens": completion.reasoning_tokens}
    return result


def completion_body(completion: Completion, meta: ResponseMeta) -> bytes:
    """Return the body for a request without `stream`."""
    return encode_json(
        {
            "id": meta.completion_id,
            "object": "chat.completion",
            "created": meta.created,
            "model": completion.model,
            "choices": [
                {
                    "index": 0,
                    "message": completion_message(completion),
                    "logprobs": None,
                    "finish_reason": completion.finish_reason,
                }
            ],
            "usage": usage(completion, meta),
            "usage_breakdown": None,
            "system_fingerprint": meta.fingerprint,
            "x_groq": {"id": meta.request_id, "seed": meta.seed},
            "service_tier": completion.service_tier,
        }
    )


def completion_events(completion: Completion, meta: ResponseMeta, *, include_usage: bool) -> list[bytes]:
    """Return the events of a stream, one per token, from the role to `[DONE]`."""
    head = {
        "id": meta.completion_id,
        "object": "chat.completion.chunk",
        "created": meta.created,
        "model": completion.model,
        "system_fingerprint": meta.fingerprint,
    }
    # All chunks start with the same bytes. They are encoded once, which makes long streams cheap.
    start = b"data: " + encode_json(head)[:-1] + b',"choices":'
    delta_start, delta_end = start + b'[{"index":0,"delta":', b',"logprobs":null,"finish_reason":null}]'
    no_usage = b',"usage":null}\n\n' if include_usage else b"}\n\n"
    deltas = completion.deltas or _deltas(completion)
    first: dict[str, Any] = {
        "role": "assistant",
        "content": None if completion.calls or completion.refusal else "",
    }
    opening = b',"x_groq":' + encode_json({"id": meta.request_id, "seed": meta.seed}) + no_usage
    events = [delta_start + encode_json(first) + delta_end + opening]
    events += [delta_start + encode_json(delta) + delta_end + no_usage for delta in deltas]
    spent = encode_json(usage(completion, meta))
    ending = (
        b'[{"index":0,"delta":{},"logprobs":null,"finish_reason":'
        + encode_json(completion.finish_reason)
        + b"}]"
    )
    groq = b',"x_groq":{"id":' + encode_json(meta.request_id) + b',"usage":' + spent + b"}"
    events.append(start + ending + groq + b',"usage":' + spent + b"}\n\n")
    if include_usage:
        events.append(start + b'[],"usage":' + spent + b"}\n\n")
    events.append(DONE_EVENT)
    return events


def completion_message(completion: Completion) -> dict[str, Any]:
    """Return the message of a completion."""
    if completion.deltas:
        return _merge_deltas(completion.deltas)
    message: dict[str, Any] = {"role": "assistant"}
    # As recorded, `content` is absent and not null where tools are called.
    if completion.refusal:
        message |= {"content": None, "refusal": "".join(completion.refusal)}
    elif completion.content or not completion.calls:
        message["content"] = "".join(completion.content)
    if completion.reasoning and not completion.hide_reasoning:
        message["reasoning"] = "".join(completion.reasoning)
    if completion.executed_tools:
        message["executed_tools"] = completion.executed_tools
    if completion.calls:
        message["tool_calls"] = [
            {"id": id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for id, call in completion.calls
        ]
    return {**message, **completion.extra}


def _deltas(completion: Completion) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if not completion.hide_reasoning:
        channel = {"channel": "analysis"} if "gpt-oss" in completion.model else {}
        found += [{"reasoning": token, **channel} for token in completion.reasoning]
    for tool in completion.executed_tools:
        # As recorded, a tool is sent twice: first without its output, then with it.
        found.append({"executed_tools": [{k: tool[k] for k in ("index", "type", "arguments")}]})
        found.append({"executed_tools": [tool]})
    found += [{"content": token} for token in completion.content]
    found += [{"refusal": token} for token in completion.refusal]
    for index, (id, call) in enumerate(completion.calls):
        function = {"name": call.name, "arguments": call.arguments}
        found.append({"tool_calls": [{"id": id, "type": "function", "function": function, "index": index}]})
    return [*found, completion.extra] if completion.extra else found


def _merge_deltas(deltas: list[dict[str, Any]]) -> dict[str, Any]:
    """Merge scripted deltas into one message, for a request without `stream`."""
    message: dict[str, Any] = {"role": "assistant"}
    calls: dict[int, dict[str, Any]] = {}
    for delta in deltas:
        for name, value in delta.items():
            if name == "tool_calls":
                for call in value:
                    _merge_tool_call(calls, call)
            elif isinstance(value, str) and name in ("content", "reasoning", "refusal"):
                message[name] = message.get(name, "") + value
            elif value is not None:
                message[name] = value
    if calls:
        message["tool_calls"] = list(calls.values())
    if "refusal" in message:
        message.setdefault("content", None)
    return message


def _merge_tool_call(calls: dict[int, dict[str, Any]], delta: dict[str, Any]) -> None:
    call = calls.setdefault(
        delta.get("index", 0), {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
    )
    call["id"] = delta.get("id") or call["id"]
    function = as_object(delta.get("function"))
    call["function"]["name"] += function.get("name") or ""
    call["function"]["arguments"] += function.get("arguments") or ""
