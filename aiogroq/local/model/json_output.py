"""Writes answers that are JSON: by a schema, or with the keys that the prompt names."""

from __future__ import annotations

import json
import re
from typing import Any

from ..json_values import as_object
from ..response import ApiError
from .conversation import Conversation, format_type
from .json_schema import problems
from .responder import answer
from .schema_sampler import Maker
from .text_finder import TextFinder, name_parts
from .words import MAX_READ
from .work_limit import Effort

_MAX_KEYS = 30
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
        "json",
        "object",
        "a",
        "an",
        "the",
        "it",
        "this",
        "that",
        "key",
        "keys",
        "field",
        "fields",
        "following",
        "format",
        "response",
        "only",
        "valid",
    ]
)


def json_answer(body: dict[str, Any], conversation: Conversation, effort: Effort) -> str | None:
    """The JSON text that answers a checked request, or `None` where it does not ask for JSON.

    Clients without response formats put a schema into the prompt and ask for a fenced block; that is answered too.

    Raises: `ApiError` 400 `json_validate_failed` for a schema that nothing can satisfy, and where *effort* ends.
    """
    form = format_type(body)
    if form == "json_object":
        return _dump(_object_answer(conversation))
    if form != "json_schema":
        return _fenced_answer(conversation, effort)
    schema = as_object(as_object(body["response_format"]["json_schema"]).get("schema"))
    finder = TextFinder(conversation.text, conversation.user, effort)
    value = Maker(schema, finder, optional=True, effort=effort).make()
    text = _dump(value)
    if problems(schema, value, effort=effort):
        raise json_failed(
            "Generated JSON does not match the expected schema. Please adjust your prompt.", text
        )
    return text


def _fenced_answer(conversation: Conversation, effort: Effort) -> str | None:
    """A fenced block of JSON where the prompt asks for one and holds a schema for it."""
    prompt = f"{conversation.system}\n{conversation.text}"[:MAX_READ]
    start = prompt.find("{")
    if start < 0 or "```json" not in prompt:
        return None
    try:
        schema: Any = json.JSONDecoder().raw_decode(prompt, start)[0]
    except (ValueError, RecursionError):
        return None
    if "properties" not in as_object(schema):
        return None
    finder = TextFinder(conversation.text, conversation.user, effort)
    return f"```json\n{_dump(Maker(schema, finder, optional=True, effort=effort).make())}\n```"


def json_failed(message: str, generated: str) -> ApiError:
    """The answer where no valid JSON came out."""
    return ApiError(400, message, "json_validate_failed", failed_generation=generated)


def cut_short() -> ApiError:
    """The answer where the token budget ended before the JSON did."""
    return json_failed(
        "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
        "max completion tokens reached before generating a valid document",
    )


def _object_answer(conversation: Conversation) -> dict[str, Any]:
    keys = _wanted_keys(conversation.user) or _wanted_keys(conversation.system)
    if not keys:
        return {"answer": answer(conversation)}
    finder = TextFinder(conversation.text, conversation.user)
    return {key: finder(key, {}, 0) for key in keys}


def _wanted_keys(text: str) -> list[str]:
    """The keys that a prompt asks for: those of a JSON skeleton in it, or those of a list such as `the name, age and email`."""
    keys = _SKELETON_KEY.findall(text[:MAX_READ])
    if not keys:
        # Runs of blanks are one, because the pattern has several places that each could take a part of them.
        found = _KEYS.search(re.sub(r"[^\S\n]*(\s)\s*", r"\1", text[:1_000]))
        parts = _SEPARATOR.split(found[1]) if found else []
        keys = [
            re.sub(r"^(?:the|their|his|her|its)\s+", "", part.strip(" \"'`"), flags=re.I) for part in parts
        ]
        keys = ["_".join(name_parts(key)) if " " in key else key for key in keys]
    return [key for key in dict.fromkeys(keys) if key and key.lower() not in _NOT_KEYS][:_MAX_KEYS]


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
