"""Validates chat requests: the schema, and the rules between properties that the service adds to it."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from ..json_values import as_list, as_object, objects
from ..model.catalog import MODELS, is_reasoning_model
from ..model.conversation import flat_text, format_type
from ..response import reject
from .chat_schema import check_schema


def check_chat(body: dict[str, Any], allow: Container[str] = ()) -> None:
    """Raise the service's `ApiError` 400 for an invalid chat request. *allow*: the `Allowance`s of the server."""
    check_schema(body, "")
    for name in ("logprobs", "top_logprobs", "logit_bias"):
        if body.get(name):
            reject(f"`{name}` is not supported with this model")
    if body.get("stream_options") is not None and not body.get("stream"):
        reject("stream_options: stream options only allowed when stream is true")
    _check_reasoning(body)
    _check_tools(body)
    _check_format(body, allow)


def _check_reasoning(body: dict[str, Any]) -> None:
    model, effort, form = body["model"], body.get("reasoning_effort"), body.get("reasoning_format")
    if form is not None and body.get("include_reasoning") is not None:
        reject("cannot specify both reasoning_format and include_reasoning")
    if model in MODELS and not is_reasoning_model(model):
        for name in ("reasoning_effort", "reasoning_format"):
            if body.get(name) is not None:
                reject(f"`{name}` is not supported with this model")
    if "gpt-oss" in model and effort in ("none", "default"):
        reject("`reasoning_effort` must be one of `low`, `medium`, or `high`")
    if form == "raw" and (body.get("tools") or format_type(body) != "text") and effort != "none":
        reject("`reasoning_format` must be set to `parsed` or `hidden` when using JSON mode or tools")


def _check_tools(body: dict[str, Any]) -> None:
    tools = objects(body.get("tools"))
    choice = body.get("tool_choice")
    if choice == "required" and not tools:
        reject("tool_choice: 'required' was given, but no tools were")
    if isinstance(choice, dict):
        name = as_object(choice)["function"]["name"]
        if name not in [tool["function"]["name"] for tool in tools if tool["type"] == "function"]:
            reject(f"tool_choice: function '{name}' was not found in tools")


def _check_format(body: dict[str, Any], allow: Container[str]) -> None:
    form = format_type(body)
    if form == "text":
        return
    has_tools = body.get("tools") and body.get("tool_choice") != "none"
    if has_tools and "json_schema_tools" not in allow:
        reject("json mode cannot be combined with tool/function calling")
    if form == "json_object":
        if not any("json" in flat_text(message.get("content")).lower() for message in body["messages"]):
            reject(
                "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
            )
        return
    json_schema: dict[str, Any] | None = body["response_format"].get("json_schema")
    if json_schema is None:
        reject("'response_format' : property 'json_schema' is missing")
    if json_schema.get("strict") and json_schema.get("schema") is not None:
        _check_strict(json_schema["schema"], json_schema["name"], "", 0)


def _check_strict(schema: Any, name: str, where: str, depth: int) -> None:
    """Reject strict schemas with open objects or optional properties."""
    if depth > 64:
        reject(f"invalid JSON schema for response_format: '{name}': {where[:80]}: nested too deeply")
    for position, element in enumerate(as_list(schema)):
        _check_strict(element, name, f"{where}/{position}", depth + 1)
    node = as_object(schema)
    properties = node.get("properties")
    if node.get("type") == "object" or isinstance(properties, dict):
        if node.get("additionalProperties") is not False:
            reject(
                f"invalid JSON schema for response_format: '{name}': {where or '/'}: "
                "`additionalProperties:false` must be set on every object"
            )
        for key in as_object(properties):
            if key not in as_list(node.get("required")):
                reject(
                    f"invalid JSON schema for response_format: '{name}': {where}/required: `required` is required to "
                    f"be supplied and to be an array including every key in properties. Missing '{key}'"
                )
    for key, element in node.items():
        if key in (
            "properties",
            "$defs",
            "definitions",
            "patternProperties",
        ):  # names, of which each has a schema
            for inner, schema_of_name in as_object(element).items():
                _check_strict(schema_of_name, name, f"{where}/{key}/{inner}", depth + 2)
        elif key not in ("enum", "const", "default", "examples"):
            _check_strict(element, name, f"{where}/{key}", depth + 1)
