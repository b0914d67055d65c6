"""Finds the tool calls in a ``failed_generation``. Never raises.

Errors with the codes ``tool_use_failed`` and ``json_validate_failed`` have a ``failed_generation``: the text of the model
that the service could not parse. Models write a call in the format of another model, inside prose, or incomplete:
``<function=name>{...}</function>`` with or without its brackets, ``<tool_call>{...}</tool_call>``, an OpenAI object or a list
of them, ``to=functions.name ... {...}``. The text is read in one pass, in linear time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from ..errors import FailedCall
from ..types._decode import NotJSONError, decode_untyped

_MAX_CHARS = 256 * 1024
"""The rest of a longer text is ignored. No model writes more in one response."""
_NAME = r"[A-Za-z0-9_.-]+"
# The first two alternatives name the call whose arguments follow; the other tags end a call.
_TAG = re.compile(
    rf"<function[=:/]\s?(?P<tag>{_NAME})|\bto=functions\.(?P<channel>{_NAME})|</?(?:function|tool_call)>"
)
_OPENING = re.compile(r"[{\[]")
# A string is one token, even if it is not closed: brackets in it do not count, and no quote is read twice.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*\\?"?|[{}\[\]]', re.DOTALL)
_STEP = {"{": 1, "[": 1, "}": -1, "]": -1}
_NAME_KEYS = ("name", "function", "recipient_name")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "input")


def failed_calls(generation: object) -> list[FailedCall]:
    """Return the calls in a ``failed_generation`` (text, or JSON as plain data), in order."""
    if not isinstance(generation, str):
        return list(_in_value(generation))
    text = generation[:_MAX_CHARS].strip()
    return list(_in_json(text)) or list(_in_text(text))


def _in_json(text: str) -> Iterator[FailedCall]:
    # Decoding is expensive, and JSON without a name is no call.
    if text.startswith(("{", "[")) and any(f'{name}"' in text for name in _NAME_KEYS):
        try:
            value = decode_untyped(text.encode(errors="surrogatepass"))
        except NotJSONError:
            return
        yield from _in_value(value)


def _in_text(text: str) -> Iterator[FailedCall]:
    """Find the calls in a text by its tags."""
    name = None
    start = 0
    for tag in [*_TAG.finditer(text), None]:
        part = text[start : tag.start() if tag else len(text)]
        if name is not None:
            yield FailedCall(name, _arguments(part))
        else:
            for span in _spans(part):
                yield from _in_json(span)
        if tag:
            name = tag["tag"] or tag["channel"]
            start = tag.end()


def _arguments(part: str) -> str:
    """Return the first span in brackets after the name of a call, or the whole text if it has no complete span."""
    return next(_spans(part), None) or part.strip(" \t\r\n<>(),=:") or "{}"


def _spans(text: str) -> Iterator[str]:
    """Find the outermost spans in brackets."""
    end = 0
    while opening := _OPENING.search(text, end):
        depth = 0
        for token in _TOKEN.finditer(text, opening.start()):
            depth += _STEP.get(token[0], 0)
            if depth == 0:
                end = token.end()
                yield text[opening.start() : end]
                break
        else:
            return  # never closed


def _in_value(value: object) -> Iterator[FailedCall]:
    """Find the calls in plain data: a call, a list of calls, or a message with ``tool_calls``."""
    if isinstance(value, dict):
        message = cast("dict[str, Any]", value)
        calls = message.get("tool_calls")
        value = cast("object", calls) if isinstance(calls, list) else [message]
    for item in cast("Sequence[Any]", value) if isinstance(value, list) else ():
        call = _call(cast("dict[str, Any]", item)) if isinstance(item, dict) else None
        if call is not None:
            yield call


def _call(item: Mapping[str, Any]) -> FailedCall | None:
    inner = item.get("function")
    if isinstance(inner, dict):
        item = cast("dict[str, Any]", inner)
    name = next((item[key] for key in _NAME_KEYS if isinstance(item.get(key), str)), None)
    key = next((key for key in _ARGUMENT_KEYS if key in item), None)
    if not name or key is None:
        return None
    return FailedCall(name.removeprefix("functions."), _json_text(item[key]))


def _json_text(arguments: object) -> str:
    if isinstance(arguments, str):
        return arguments  # OpenAI's format: JSON text already
    try:
        return json.dumps({} if arguments is None else arguments, ensure_ascii=False)
    except (RecursionError, TypeError, ValueError):
        return "{}"
