"""The tool calls in a text that the service refused, as far as they can be told. Never raises.

With ``tool_use_failed`` and ``json_validate_failed`` comes ``failed_generation``: what the model wrote, which its chat
template could not read. What models write is a call in the form of another model, a call among prose, or half of one:
``<function=name>{...}</function>`` with or without its brackets, ``<tool_call>{...}</tool_call>``, an OpenAI object or a list
of them, ``to=functions.name ... {...}``. One pass over the text, so that its length is all that it costs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from ..errors import FailedCall
from ..types._decode import NotJSONError, decode_untyped

_MAX_CHARS = 256 * 1024
"""No model writes more in one answer; what is beyond is not looked at."""
_NAME = r"[A-Za-z0-9_.-]+"
# A heading names the call whose arguments follow; the other tags end what went before.
_TAG = re.compile(
    rf"<function[=:/]\s?(?P<tag>{_NAME})|\bto=functions\.(?P<channel>{_NAME})|</?(?:function|tool_call)>"
)
_OPENING = re.compile(r"[{\[]")
# A text is one token, also where it is not closed, so that no bracket in it counts and no quote is looked at twice.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*\\?"?|[{}\[\]]', re.DOTALL)
_STEP = {"{": 1, "[": 1, "}": -1, "]": -1}
_NAMES = ("name", "function", "recipient_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input")


def failed_calls(generation: object) -> list[FailedCall]:
    """The calls in a ``failed_generation`` (text, or JSON as plain data), in order; empty where there are none."""
    if not isinstance(generation, str):
        return list(_in_value(generation))
    text = generation[:_MAX_CHARS].strip()
    return list(_in_json(text)) or list(_in_text(text))


def _in_json(text: str) -> Iterator[FailedCall]:
    # Decoding costs most, and what names nothing is no call.
    if text.startswith(("{", "[")) and any(f'{name}"' in text for name in _NAMES):
        try:
            value = decode_untyped(text.encode(errors="surrogatepass"))
        except NotJSONError:
            return
        yield from _in_value(value)


def _in_text(text: str) -> Iterator[FailedCall]:
    """The calls between the tags of a text."""
    name = None
    start = 0
    for tag in [*_TAG.finditer(text), None]:
        part = text[start : tag.start() if tag else len(text)]
        if name is not None:
            yield FailedCall(name, _written_arguments(part))
        else:
            for span in _spans(part):
                yield from _in_json(span)
        if tag:
            name = tag["tag"] or tag["channel"]
            start = tag.end()


def _written_arguments(part: str) -> str:
    """What follows the name of a call: the first thing in brackets, or all of it where there is none, or half of one."""
    return next(_spans(part), None) or part.strip(" \t\r\n<>(),=:") or "{}"


def _spans(text: str) -> Iterator[str]:
    """The parts of a text that are in brackets, from an opening one to the one that closes it."""
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
            return  # it is never closed


def _in_value(value: object) -> Iterator[FailedCall]:
    """The calls in plain data: a call, a list of calls, or the message that they stand in."""
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
    name = next((item[key] for key in _NAMES if isinstance(item.get(key), str)), None)
    key = next((key for key in _ARGUMENTS if key in item), None)
    if not name or key is None:
        return None
    return FailedCall(name.removeprefix("functions."), _json_text(item[key]))


def _json_text(arguments: object) -> str:
    if isinstance(arguments, str):
        return arguments  # OpenAI's form: JSON in a text already
    try:
        return json.dumps({} if arguments is None else arguments, ensure_ascii=False)
    except (RecursionError, TypeError, ValueError):
        return "{}"
