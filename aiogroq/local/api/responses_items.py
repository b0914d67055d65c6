"""Encodes a `Completion` as a response: one JSON body, or the events of a stream.

The body is that of the service's schema. The service publishes no events: these are OpenAI's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ids import Ids
from ..json_values import JsonObject, as_object, objects
from ..model.completion import Completion
from ..response import encode_json
from .chat_response import ResponseMeta, completion_message, usage

_Texts = list[str]


class Rendering:
    """One response, complete; `events` begins with it empty."""

    def __init__(
        self, body: JsonObject, completion: Completion, meta: ResponseMeta, ids: Ids, *, has_times: bool
    ) -> None:
        self._is_incomplete = completion.finish_reason == "length"
        self._items = list(_items(completion, ids, self._is_incomplete))
        spent = usage(completion, meta)
        self._response = _response(body, completion, meta, ids.prefixed("resp"))
        self._usage = {
            "input_tokens": spent["prompt_tokens"],
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": spent["completion_tokens"],
            "output_tokens_details": {"cached_tokens": 0, "reasoning_tokens": completion.reasoning_tokens},
            "total_tokens": spent["total_tokens"],
        }
        times = ("completion_time", "prompt_time", "queue_time", "total_time")
        self._times = {name: f"{spent[name]:.9f}" for name in times} if has_times else {}

    def response(self) -> JsonObject:
        """Return the complete response."""
        reason = {"reason": "max_output_tokens"} if self._is_incomplete else None
        return {
            **self._response,
            "status": "incomplete" if self._is_incomplete else "completed",
            "output": [item for item, _ in self._items],
            "incomplete_details": reason,
            "usage": self._usage,
            "metadata": {**self._response["metadata"], **self._times},
        }

    def events(self) -> list[bytes]:
        """Return the events of a stream, one per token, from `response.created` to the complete response."""
        found: list[bytes] = []

        def add(kind: str, **fields: Any) -> None:
            event = {"type": kind, "sequence_number": len(found), **fields}
            found.append(b"event: " + kind.encode() + b"\ndata: " + encode_json(event) + b"\n\n")

        for kind in ("response.created", "response.in_progress"):
            add(kind, response=self._response)
        for index, (item, texts) in enumerate(self._items):
            started = {**item, "status": "in_progress"} if "status" in item else dict(item)
            if "content" in item:
                started["content"] = []
            if "arguments" in item:
                started["arguments"] = ""
            add("response.output_item.added", output_index=index, item=started)
            for kind, fields in _item_events(item, texts):
                add(kind, output_index=index, item_id=item["id"], **fields)
            add("response.output_item.done", output_index=index, item=item)
        end = "incomplete" if self._is_incomplete else "completed"
        add(f"response.{end}", response=self.response())
        return found


def _response(body: JsonObject, completion: Completion, meta: ResponseMeta, id: str) -> JsonObject:
    """Return the response without output, as a stream begins with it. It repeats the settings of the request."""
    tier = body.get("service_tier")
    return {
        "id": id,
        "object": "response",
        "status": "in_progress",
        "created_at": meta.created,
        "output": [],
        "previous_response_id": None,
        "model": completion.model,
        "reasoning": {"effort": as_object(body.get("reasoning")).get("effort"), "summary": None},
        "max_output_tokens": body.get("max_output_tokens"),
        "instructions": body.get("instructions"),
        "text": {"format": as_object(body.get("text")).get("format") or {"type": "text"}},
        "tools": objects(body.get("tools")),
        "tool_choice": body.get("tool_choice") or "auto",
        "truncation": "disabled",
        "metadata": as_object(body.get("metadata")),
        "temperature": _or(body.get("temperature"), 1),
        "top_p": _or(body.get("top_p"), 1),
        "user": body.get("user"),
        "service_tier": tier if tier == "flex" else "default",
        "error": None,
        "incomplete_details": None,
        "usage": None,
        "parallel_tool_calls": _or(body.get("parallel_tool_calls"), True),
        "store": False,
        "background": False,
        "top_logprobs": 0,
        "max_tool_calls": None,
    }


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _items(completion: Completion, ids: Ids, is_incomplete: bool) -> Iterator[tuple[JsonObject, _Texts]]:
    """Yield the items of the output, each with the texts that a stream sends of it."""
    message = completion_message(completion)
    reasoning = message.get("reasoning")
    if reasoning:
        part: JsonObject = {"type": "reasoning_text", "text": reasoning}
        item: JsonObject = {"type": "reasoning", "id": ids.prefixed("resp"), "summary": [], "content": [part]}
        yield item, _texts(completion, "reasoning", reasoning)
    for tool in objects(message.get("executed_tools")):
        yield _executed_item(tool, ids), []
    content, refusal = message.get("content"), message.get("refusal")
    if content or refusal or not message.get("tool_calls"):
        kind, text = ("refusal", refusal) if refusal and not content else ("content", content or "")
        part = {"type": "refusal", "refusal": text}
        if kind == "content":
            part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
        status = "incomplete" if is_incomplete else "completed"
        item = {"type": "message", "id": ids.prefixed("msg"), "status": status, "role": "assistant"}
        yield {**item, "content": [part]}, _texts(completion, kind, text)
    for call in objects(message.get("tool_calls")):
        function = as_object(call.get("function"))
        item = {"type": "function_call", "id": ids.prefixed("fc"), "call_id": call["id"]}
        arguments = function.get("arguments") or "{}"
        item = {**item, "name": function["name"], "arguments": arguments, "status": "completed"}
        yield item, [arguments]


def _texts(completion: Completion, name: str, text: str) -> _Texts:
    """Return a text as a stream sends it: by token, or as the scripted deltas have it."""
    if completion.deltas:
        return [delta[name] for delta in completion.deltas if isinstance(delta.get(name), str)]
    found = {"reasoning": completion.reasoning, "refusal": completion.refusal}.get(name, completion.content)
    return found if "".join(found) == text else [text]


def _executed_item(tool: JsonObject, ids: Ids) -> JsonObject:
    if tool.get("type") == "python":
        return {
            "type": "code_interpreter_call",
            "id": ids.prefixed("ci"),
            "status": "completed",
            "container_id": "auto",
            "code": tool.get("arguments"),
            "outputs": [{"type": "logs", "logs": tool.get("output") or ""}],
        }
    results = objects(as_object(tool.get("search_results")).get("results"))
    sources = [{"type": "url", "url": result.get("url")} for result in results]
    return {
        "type": "web_search_call",
        "id": ids.prefixed("ws"),
        "status": "completed",
        "action": {"type": "search", "query": tool.get("arguments"), "sources": sources},
    }


def _item_events(item: JsonObject, texts: _Texts) -> Iterator[tuple[str, JsonObject]]:
    """Yield the type and the fields of the events between `output_item.added` and `output_item.done`."""
    if item["type"] == "function_call":
        for text in texts:
            yield "response.function_call_arguments.delta", {"delta": text}
        done = {"arguments": item["arguments"], "name": item["name"]}
        yield "response.function_call_arguments.done", done
        return
    for index, part in enumerate(objects(item.get("content"))):
        at: JsonObject = {"content_index": index}
        more: JsonObject = {"logprobs": []} if "logprobs" in part else {}
        field = "refusal" if part["type"] == "refusal" else "text"
        yield "response.content_part.added", {**at, "part": {**part, field: ""}}
        for text in texts:
            yield f"response.{part['type']}.delta", {**at, "delta": text, **more}
        yield f"response.{part['type']}.done", {**at, field: part[field], **more}
        yield "response.content_part.done", {**at, "part": part}
