"""Checks the types of the fields of a `Fault`, which Python itself does not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from .response import encode_json

_SHOWN_CHARS = 200


def check_types(fields: Mapping[str, Any]) -> None:
    """Raise `TypeError` that names the first of *fields* with a value of a wrong type."""
    for words, is_valid, names in _TYPES:
        for name in names:
            value = fields[name]
            if not is_valid(value) and not (value is None and name in _OPTIONAL):
                optional = " or None" if name in _OPTIONAL else ""
                raise TypeError(f"{name} of a Fault must be {words}{optional}, not {value!r:.{_SHOWN_CHARS}}")


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    headers = cast("dict[object, object]", value)
    return all(isinstance(text, str) for text in (*headers, *headers.values()))


def _is_ints(value: Any) -> bool:
    if isinstance(value, str | bytes) or not isinstance(value, Collection):
        return False
    return all(map(_is_int, cast("Collection[object]", value)))


def _is_body(value: Any) -> bool:
    if isinstance(value, bytes):
        return True
    try:
        encode_json(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False
    return True


_TYPES: tuple[tuple[str, Callable[[Any], bool], tuple[str, ...]], ...] = (
    (
        "a text",
        lambda value: isinstance(value, str),
        ("on", "method", "body_contains", "content_type", "x_groq_error"),
    ),
    (
        "an int",
        _is_int,
        (
            "times",
            "skip",
            "status",
            "insert_at",
            "drop_tail_bytes",
            "after_bytes",
            "after_events",
            "split_every",
        ),
    ),
    (
        "a number",
        lambda value: _is_int(value) or isinstance(value, float),
        ("probability", "latency_s", "tokens_per_second", "stall_s", "split_gap_s"),
    ),
    (
        "True or False",
        lambda value: isinstance(value, bool),
        ("drop_done", "gzip", "ignore_body", "before_head", "split_wire", "close_notice"),
    ),
    ("bytes", lambda value: isinstance(value, bytes), ("raw", "insert")),
    ("a dict of texts", _is_texts, ("headers",)),
    ("a list of ints", _is_ints, ("split_at",)),
    ("bytes, a text or a value that JSON has", _is_body, ("body",)),
    ("a dict that JSON has", lambda value: isinstance(value, dict) and _is_body(value), ("error_event",)),
)
"""What an error calls a type, what is of it, and the fields that must be. `end` has its own check."""
_OPTIONAL = frozenset(
    {
        "times",
        "status",
        "content_type",
        "raw",
        "tokens_per_second",
        "error_event",
        "x_groq_error",
        "insert",
        "after_bytes",
        "after_events",
        "stall_s",
    }
)
"""The fields that may be None."""
