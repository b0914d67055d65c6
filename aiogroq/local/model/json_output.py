"""Generates JSON output: from a schema, or with the keys that the prompt names."""

from __future__ import annotations

import json
import re
from typing import Any

from ..json_values import as_object
from ..response import ApiError
from .conversation import Conversation, format_type
from .json_schema import problems
from .responder import respond
from .schema_sampler import SchemaSampler
from .text_finder import TextFinder, name_parts
from .words import MAX_READ
from .work_limit import WorkLimit

_MAX_KEYS = 30
_MAX_OBJECTS = 20
_ASKS_FOR_JSON = re.compile(r"\bjson schema\b", re.IGNORECASE)
_KEYS = re.compile(
    r"\b(?:extract|return|give|provide|identify|find|get|include|containing|with|keys?|fields?|properties)\s+"
    r"(?:me\s+|only\s+|just\s+|a json(?: object)?\s+|json\s+|an object\s+)*"
    r"(?:with\s+|containing\s+|of\s+)?(?:the\s+)?(?:keys?|fields?|properties|following)?\s*:?\s*"
    r"((?:(?:the |their |his |her |its )?[\"'`]?[A-Za-z][\w-]*[\"'`]?(?: [A-Za-z][\w-]*)??)"
    r"(?:(?:,\s*(?:and\s+)?|\s+and\s+)(?:the |their |his |her |its )?[\"'`]?[A-Za-z][\w-]*[\"'`]?(?: [A-Za-z][\w-]*)??)*)"
    r"(?=\s*(?:from|of|in|for|as|about|[:.;\n(]|$))",
    re.IGNORECASE,
)
_SKELETON_KEY = re.compile(r"[\"']([A-Za-z_][\w -]{0,40})[\"']\s*:")
_SEPARATOR = re.compile(r",\s*(?:and\s+)?|\s+and\s+")
_NOT_KEYS = frozenset(
    [
        "json", "object", "a", "an", "the", "it", "this", "that", "key", "keys", "field", "fields",
        "following", "format", "response", "only", "valid",
    ]
)  # fmt: skip


def json_output(body: dict[str, Any], conversation: Conversation, work: WorkLimit) -> str | None:
    """Return the JSON text for a validated request, or `None` if the request does not ask for JSON.

    Clients without response formats put a schema into the prompt; this is supported too.

    Raises: `ApiError` 400 `json_validate_failed` for a schema that cannot be satisfied, and 400 at the work limit.
    """
    form = format_type(body)
    if form == "json_object":
        schema = _schema_in(f"{conversation.system}\n{conversation.text}")
        return _dump(_object_output(conversation) if schema is None else _sample(schema, conversation, work))
    if form != "json_schema":
        return _prompted_output(conversation, work)
    schema = as_object(as_object(body["response_format"]["json_schema"]).get("schema"))
    value = _sample(schema, conversation, work)
    text = _dump(value)
    if problems(schema, value, work=work):
        raise json_validate_error(
            "Generated JSON does not match the expected schema. Please adjust your prompt.", text
        )
    return text


def _prompted_output(conversation: Conversation, work: WorkLimit) -> str | None:
    """Return JSON if the prompt has a schema and asks for JSON: in a fenced block if the prompt mentions one."""
    prompt = f"{conversation.system}\n{conversation.text}"
    start = prompt[:MAX_READ]
    if "```json" not in start and not _ASKS_FOR_JSON.search(start):
        return None
    schema = _schema_in(prompt)
    if schema is None:
        return None
    text = _dump(_sample(schema, conversation, work))
    return f"```json\n{text}\n```" if "```json" in start else text


def _sample(schema: dict[str, Any], conversation: Conversation, work: WorkLimit) -> Any:
    finder = TextFinder(conversation.text, conversation.user, work)
    return SchemaSampler(schema, finder, optional=True, work=work).sample()


def _schema_in(prompt: str) -> dict[str, Any] | None:
    """Return the first JSON schema of an object in a prompt, or `None`."""
    prompt = prompt[:MAX_READ]
    start = prompt.find("{")
    for _ in range(_MAX_OBJECTS):
        if start < 0:
            break
        try:
            schema, end = json.JSONDecoder().raw_decode(prompt, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            node = as_object(schema)
            if isinstance(node.get("properties"), dict) or (
                node.get("type") == "object" and "additionalProperties" in node
            ):
                return node
        start = prompt.find("{", end)
    return None


def json_validate_error(message: str, generated: str) -> ApiError:
    """Return the error for generated text that is not valid JSON."""
    return ApiError(400, message, "json_validate_failed", failed_generation=generated)


def json_truncated_error() -> ApiError:
    """Return the error for JSON that reaches the token limit."""
    return json_validate_error(
        "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
        "max completion tokens reached before generating a valid document",
    )


def _object_output(conversation: Conversation) -> dict[str, Any]:
    keys = _requested_keys(conversation.user) or _requested_keys(conversation.system)
    if not keys:
        return {"answer": respond(conversation)}
    finder = TextFinder(conversation.text, conversation.user)
    return {key: finder(key, {}, 0) for key in keys}


def _requested_keys(text: str) -> list[str]:
    """Return the keys that a prompt asks for: from a JSON skeleton, or from a list such as `the name, age and email`."""
    keys = _SKELETON_KEY.findall(text[:MAX_READ])
    if not keys:
        # Collapse whitespace: the pattern has several places that could match parts of a run (backtracking).
        found = _KEYS.search(re.sub(r"[^\S\n]*(\s)\s*", r"\1", text[:1_000]))
        parts = _SEPARATOR.split(found[1]) if found else []
        keys = [
            re.sub(r"^(?:the|their|his|her|its)\s+", "", part.strip(" \"'`"), flags=re.I) for part in parts
        ]
        keys = ["_".join(name_parts(key)) if " " in key else key for key in keys]
    return [key for key in dict.fromkeys(keys) if key and key.lower() not in _NOT_KEYS][:_MAX_KEYS]


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
