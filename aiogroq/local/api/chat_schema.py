"""The schema of chat requests: the properties of the request and of each message role, with their validators."""

from __future__ import annotations

import re
from typing import Any

from ..response import ApiError, reject
from . import validation as checks

_text = checks.text()
_maybe_text = checks.nullable(_text)
MAX_MESSAGES = 100_000
"""The service documents no maximum. This server handles all requests in one thread."""
_texts = checks.array(_text)

_text_part = checks.fields({"type": checks.text(), "text": _text}, ["type", "text"])
_image_url = checks.fields({"url": _text, "detail": checks.text(choices=["auto", "low", "high"])}, ["url"])
_document = checks.fields({"data": checks.mapping(checks.anything), "id": _maybe_text}, ["data"])
_PARTS = {
    "text": _text_part,
    "image_url": checks.fields({"type": _text, "image_url": _image_url}, ["type", "image_url"]),
    "document": checks.fields({"type": _text, "document": _document}, ["type", "document"]),
}


def _part(value: Any, where: str) -> None:
    checks.fields({"type": checks.text(choices=_PARTS)}, ["type"], closed=False)(value, where)
    _PARTS[value["type"]](value, where)


def _content(part: checks.Check) -> checks.Check:
    return checks.either(
        (str, checks.anything), (list, checks.array(part, 1)), rule="value must be a string or an array"
    )


_call = checks.fields(
    {"name": _text, "arguments": _text},
    ["name", "arguments"],
)
_tool_call = checks.fields(
    {"id": _text, "type": _text, "function": _call}, ["id", "type", "function"], closed=False
)
_assistant_content = checks.either(
    (str, checks.anything),
    (list, checks.array(_text_part)),
    (type(None), checks.anything),
    rule="value must be a string or an array",
)
_system = checks.fields({"role": _text, "content": _content(_text_part), "name": _text}, ["content"])
_MESSAGES = {
    "system": _system,
    "developer": _system,
    "user": checks.fields({"role": _text, "content": _content(_part), "name": _text}, ["content"]),
    "assistant": checks.fields(
        {
            "role": _text,
            "content": _assistant_content,
            "reasoning": _maybe_text,
            "name": _text,
            "tool_calls": checks.nullable(checks.array(_tool_call)),
            "function_call": checks.nullable(checks.mapping(checks.anything)),
        }
    ),
    # Groq's examples put `name` in tool messages, although its schema does not.
    "tool": checks.fields(
        {"role": _text, "content": _content(_part), "tool_call_id": _text, "name": _text},
        ["content", "tool_call_id"],
    ),
    "function": checks.fields({"role": _text, "content": _maybe_text, "name": _text}, ["content", "name"]),
}
_role = checks.fields({"role": checks.text(choices=_MESSAGES)}, ["role"], closed=False)


def _message(value: Any, where: str) -> None:
    _role(value, where)
    role = value["role"]
    try:
        _MESSAGES[role](value, where)
    except ApiError as error:
        reject(f"'{where}' : for 'role:{role}' the following must be satisfied[({error.message})]")


_schema = checks.mapping(checks.anything)
_function = checks.fields(
    {
        "name": checks.text(nonempty=True),
        "description": _maybe_text,
        "parameters": checks.nullable(_schema),
        "strict": checks.nullable(checks.boolean),
    },
    ["name"],
)


def _tool(value: Any, where: str) -> None:
    checks.fields({"type": checks.text(nonempty=True)}, ["type"], closed=False)(value, where)
    if value["type"] == "function":
        checks.fields({"type": _text, "function": _function}, ["function"])(value, where)


_named_tool = checks.fields(
    {
        "type": checks.text(choices=["function"]),
        "function": checks.fields({"name": _text}, ["name"], closed=False),
    },
    ["type", "function"],
)
_SCHEMA_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def _schema_name(value: Any, where: str) -> None:
    _text(value, where)
    if not _SCHEMA_NAME.fullmatch(value):
        reject(f"'{where}' : value must be 1 to 64 letters, digits, underscores and hyphens")


_json_schema = checks.fields(
    {
        "name": _schema_name,
        "description": _maybe_text,
        "schema": checks.nullable(_schema),
        "strict": checks.nullable(checks.boolean),
    },
    ["name"],
)
_response_format = checks.fields(
    {"type": checks.text(choices=["text", "json_object", "json_schema"]), "json_schema": _json_schema},
    ["type"],
)
_documents = checks.array(
    checks.fields({"id": _maybe_text, "source": checks.mapping(checks.anything)}, ["source"])
)
_penalty = checks.nullable(checks.number(-2, 2))
_budget = checks.nullable(checks.integer(1))
_flag = checks.nullable(checks.boolean)
_open_object = checks.nullable(checks.mapping(checks.anything))

PROPERTIES: dict[str, checks.Check] = {
    "model": checks.text(nonempty=True),
    "messages": checks.array(_message, 1, MAX_MESSAGES),
    "max_completion_tokens": _budget,
    "max_tokens": _budget,
    "temperature": checks.nullable(checks.number(0, 2)),
    "top_p": checks.nullable(checks.number(0, 1)),
    "n": checks.nullable(checks.integer(1, 1)),
    "stop": checks.nullable(
        checks.either(
            (str, checks.anything),
            (list, checks.array(_text, 0, 4)),
            rule="value must be a string or an array",
        )
    ),
    "seed": checks.nullable(checks.integer()),
    "stream": _flag,
    "stream_options": checks.nullable(checks.fields({"include_usage": _flag, "include_obfuscation": _flag})),
    "tools": checks.nullable(checks.array(_tool, 0, 128)),
    "tool_choice": checks.nullable(
        checks.either(
            (str, checks.text(choices=["none", "auto", "required"])),
            (dict, _named_tool),
            rule="value must be a string or an object",
        )
    ),
    "parallel_tool_calls": _flag,
    "disable_tool_validation": _flag,
    "response_format": checks.nullable(_response_format),
    "reasoning_format": checks.nullable(checks.text(choices=["hidden", "raw", "parsed"])),
    "include_reasoning": _flag,
    "reasoning_effort": checks.nullable(checks.text(choices=["none", "default", "low", "medium", "high"])),
    "service_tier": checks.nullable(checks.text(choices=["auto", "on_demand", "flex", "performance"])),
    "user": _maybe_text,
    "citation_options": checks.text(choices=["enabled", "disabled"]),
    "documents": checks.nullable(_documents),
    "search_settings": _open_object,
    "include_domains": checks.nullable(_texts),
    "exclude_domains": checks.nullable(_texts),
    "compound_custom": _open_object,
    "frequency_penalty": _penalty,
    "presence_penalty": _penalty,
    "logit_bias": _open_object,
    "logprobs": _flag,
    "top_logprobs": checks.nullable(checks.integer(0, 20)),
    "metadata": checks.nullable(checks.mapping(_text)),
    "store": _flag,
    "function_call": checks.nullable(checks.anything),
    "functions": checks.nullable(checks.array(_function, 0, 128)),
}
check_schema: checks.Check = checks.fields(PROPERTIES, ["model", "messages"])
"""The check of a whole chat request."""
