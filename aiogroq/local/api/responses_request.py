"""Turns a validated Responses request into the chat request that generates the same completion."""

from __future__ import annotations

from typing import Any

from ..json_values import JsonObject, as_list, as_object, objects
from ..model.catalog import is_reasoning_model
from ..response import reject

_SAME = ("model", "temperature", "top_p", "parallel_tool_calls", "tool_choice", "user")
_TIERS = {"default": "on_demand"}


def chat_request(body: JsonObject) -> JsonObject:
    """Return *body* as a chat request. Raises `ApiError` 400 for a reference to an item, as items are not stored."""
    chat: JsonObject = {name: body[name] for name in _SAME if body.get(name) is not None}
    chat["messages"] = _messages(body)
    if body.get("max_output_tokens") is not None:
        chat["max_completion_tokens"] = body["max_output_tokens"]
    tier = body.get("service_tier")
    if tier is not None:
        chat["service_tier"] = _TIERS.get(tier, tier)
    tools = objects(body.get("tools"))
    if tools:
        chat["tools"] = [_tool(tool) for tool in tools]
    form = as_object(as_object(body.get("text")).get("format"))
    if form and form["type"] != "text":
        chat["response_format"] = _format(form)
    effort = as_object(body.get("reasoning")).get("effort")
    if effort is not None:
        chat["reasoning_effort"] = effort
    if is_reasoning_model(body["model"]):
        chat["reasoning_format"] = "parsed"  # reasoning is an item of its own
    return chat


def _messages(body: JsonObject) -> list[JsonObject]:
    messages: list[JsonObject] = []
    if body.get("instructions"):
        messages.append({"role": "system", "content": body["instructions"]})
    given = body["input"]
    if isinstance(given, str):
        return [*messages, {"role": "user", "content": given}]
    for position, item in enumerate(objects(given)):
        kind = item.get("type", "message")
        if kind == "message":
            messages.append({"role": item["role"], "content": _content(item["content"])})
        elif kind == "function_call":
            _add_call(messages, item)
        elif kind == "function_call_output":
            messages.append({"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]})
        elif kind == "item_reference":
            reject(f"'input.{position}' : item '{item['id'][:64]}' was not found; items are not stored")
    return messages


def _content(content: Any) -> Any:
    if isinstance(content, str):
        return content
    parts: list[JsonObject] = []
    for part in objects(as_list(content)):
        if part["type"] == "input_text":
            parts.append({"type": "text", "text": part["text"]})
        else:
            parts.append({"type": "image_url", "image_url": {"url": part["image_url"]}})
    return parts or ""


def _add_call(messages: list[JsonObject], item: JsonObject) -> None:
    """Add a function call to the assistant message before it, or to a new one."""
    function = {"name": item["name"], "arguments": item["arguments"]}
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    calls: list[JsonObject] = messages[-1].setdefault("tool_calls", [])
    calls.append({"id": item["call_id"], "type": "function", "function": function})


def _tool(tool: JsonObject) -> JsonObject:
    if tool["type"] != "function":
        return tool
    return {"type": "function", "function": {name: value for name, value in tool.items() if name != "type"}}


def _format(form: JsonObject) -> JsonObject:
    if form["type"] == "json_object":
        return {"type": "json_object"}
    schema = {name: value for name, value in form.items() if name != "type"}
    return {"type": "json_schema", "json_schema": schema}
