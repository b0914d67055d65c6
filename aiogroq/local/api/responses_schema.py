"""The schema of Responses requests, as the service publishes it, with what its documentation adds: images, tools, approvals.

Its documentation lists what is unsupported: `previous_response_id`, `include`, `safety_identifier`, `prompt_cache_key` and stored
prompts, which are unknown properties here, and `store` and `truncation`, which accept only their defaults.
"""

from __future__ import annotations

import re
from typing import Any

from ..response import reject
from . import validation as checks
from .chat_schema import MAX_MESSAGES

_text = checks.text()
_status = checks.text(choices=["in_progress", "completed", "incomplete"])
_input_text = checks.fields({"type": _text, "text": _text}, ["type", "text"])
_input_image = checks.fields(
    {"type": _text, "image_url": _text, "detail": checks.text(choices=["auto", "low", "high"])},
    ["type", "image_url"],
)
_PARTS = {"input_text": _input_text, "input_image": _input_image}


def _part(value: Any, where: str) -> None:
    checks.fields({"type": checks.text(choices=_PARTS)}, ["type"], closed=False)(value, where)
    _PARTS[value["type"]](value, where)


_parts = checks.array(_part)
_easy_message = checks.fields(
    {
        "role": checks.text(choices=["user", "assistant", "system", "developer"]),
        "content": checks.either(
            (str, checks.anything), (list, _parts), rule="value must be a string or an array"
        ),
    },
    ["role", "content"],
)
_message = checks.fields(
    {
        "type": _text,
        # The schema excludes `assistant` here: messages of the model are sent without a type.
        "role": checks.text(choices=["user", "system", "developer"]),
        "content": checks.either(
            (str, checks.anything), (list, _parts), rule="value must be a string or an array"
        ),
        "status": _status,
    },
    ["type", "role", "content"],
)
_ITEMS = {
    "message": _message,
    "item_reference": checks.fields({"type": _text, "id": _text}, ["type", "id"]),
    "function_call": checks.fields(
        {"type": _text, "id": _text, "call_id": _text, "name": _text, "arguments": _text, "status": _status},
        ["type", "call_id", "name", "arguments"],
    ),
    "function_call_output": checks.fields(
        {"type": _text, "id": _text, "call_id": _text, "output": _text, "status": _status},
        ["type", "call_id", "output"],
    ),
    "mcp_approval_request": checks.fields(
        {"type": _text, "id": _text, "server_label": _text, "name": _text, "arguments": _text},
        ["type", "id", "server_label", "name", "arguments"],
    ),
    "mcp_approval_response": checks.fields(
        {"type": _text, "id": _text, "approval_request_id": _text, "approve": checks.boolean},
        ["type", "approval_request_id", "approve"],
    ),
}


def check_item(value: Any, where: str) -> None:
    """Check an item of `input`. One without a type is a message."""
    checks.fields({"type": checks.text(choices=_ITEMS)}, closed=False)(value, where)
    _ITEMS.get(value.get("type", ""), _easy_message)(value, where)


_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def _name(value: Any, where: str) -> None:
    _text(value, where)
    if not _NAME.fullmatch(value):
        reject(f"'{where}' : value must be 1 to 64 letters, digits, underscores and hyphens")


_schema = checks.mapping(checks.anything)
_function = checks.fields(
    {
        "type": _text,
        "name": _name,
        "description": checks.nullable(_text),
        "parameters": checks.nullable(_schema),
        "strict": checks.nullable(checks.boolean),
    },
    ["type", "name"],
)


def _tool(value: Any, where: str) -> None:
    checks.fields({"type": checks.text(nonempty=True)}, ["type"], closed=False)(value, where)
    if value["type"] == "function":
        _function(value, where)


_named_tool = checks.fields(
    {
        "type": checks.text(choices=["function"]),
        "function": checks.fields({"name": _text}, ["name"], closed=False),
    },
    ["type", "function"],
)
_plain_format = checks.fields({"type": _text}, ["type"])
_FORMATS = {
    "text": _plain_format,
    "json_object": _plain_format,
    "json_schema": checks.fields(
        {
            "type": _text,
            "name": _name,
            "description": checks.nullable(_text),
            "schema": _schema,
            "strict": checks.nullable(checks.boolean),
        },
        ["type", "name", "schema"],
    ),
}


def _format(value: Any, where: str) -> None:
    checks.fields({"type": checks.text(choices=_FORMATS)}, ["type"], closed=False)(value, where)
    _FORMATS[value["type"]](value, where)


def _store(value: Any, where: str) -> None:
    checks.boolean(value, where)
    if value:
        reject(f"'{where}' : responses are not stored; value must be false")


def _truncation(value: Any, where: str) -> None:
    checks.text(choices=["auto", "disabled"])(value, where)
    if value == "auto":
        reject(f"'{where}' : `auto` is not supported")


def _metadata(value: Any, where: str) -> None:
    checks.mapping(_text)(value, where)
    if len(value) > 16:
        reject(f"'{where}' : maximum number of pairs is 16")


PROPERTIES: dict[str, checks.Check] = {
    "model": checks.text(nonempty=True),
    "input": checks.either(
        (str, checks.anything),
        (list, checks.array(check_item, 1, MAX_MESSAGES)),
        rule="value must be a string or an array",
    ),
    "instructions": checks.nullable(_text),
    "max_output_tokens": checks.nullable(checks.integer(1)),
    "temperature": checks.nullable(checks.number(0, 2)),
    "top_p": checks.nullable(checks.number(0, 1)),
    "tools": checks.nullable(checks.array(_tool, 0, 128)),
    "tool_choice": checks.nullable(
        checks.either(
            (str, checks.text(choices=["none", "auto", "required"])),
            (dict, _named_tool),
            rule="value must be a string or an object",
        )
    ),
    "text": checks.fields({"format": _format}),
    "reasoning": checks.nullable(
        checks.fields({"effort": checks.nullable(checks.text(choices=["low", "medium", "high"]))})
    ),
    "metadata": checks.nullable(_metadata),
    "parallel_tool_calls": checks.nullable(checks.boolean),
    "store": checks.nullable(_store),
    "stream": checks.nullable(checks.boolean),
    "user": checks.nullable(_text),
    "service_tier": checks.nullable(checks.text(choices=["auto", "default", "flex"])),
    "truncation": checks.nullable(_truncation),
}
check_schema: checks.Check = checks.fields(PROPERTIES, ["model", "input"])
"""The check of a whole Responses request."""
