"""`Mode`: the ways to ask a model for JSON, best first, and which of them the service rejects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Literal, cast, get_args

from ..errors import BadRequestError

ModeName = Literal["json_schema", "json_object", "prompt"]
"""The names of modes that a caller can choose. ``json_schema`` is strict where that is possible."""


class Mode(IntEnum):
    """A way to ask for JSON. Each asks the service for less than the one before it."""

    STRICT_SCHEMA = 0
    """``json_schema`` with ``strict``: the service generates only what matches."""
    JSON_SCHEMA = 1
    """``json_schema`` without ``strict``: the service checks what was generated."""
    JSON_OBJECT = 2
    """``json_object``, with the schema in a system message."""
    PROMPT = 3
    """Only a system message with the schema."""


_OF_NAME: dict[ModeName, tuple[Mode, ...]] = {
    "json_schema": (Mode.STRICT_SCHEMA, Mode.JSON_SCHEMA),
    "json_object": (Mode.JSON_OBJECT,),
    "prompt": (Mode.PROMPT,),
}


def allowed_modes(mode: ModeName | None, *, strict: bool | None, is_strict: bool) -> list[Mode]:
    """Return the modes that a call may use, best first. ``is_strict``: strict mode can express the type.

    Raises `TypeError` or `ValueError` for arguments that do not fit together.
    """
    if strict is not None and not isinstance(strict, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"strict must be a bool or None, not {strict!r}")
    if mode is not None and mode not in _OF_NAME:
        names = ", ".join(map(repr, get_args(ModeName)))
        raise ValueError(f"mode must be {names} or None, not {mode!r}")
    if strict and mode not in (None, "json_schema"):
        raise ValueError(f"strict=True needs the mode 'json_schema', not {mode!r}")
    modes = list(Mode) if mode is None else list(_OF_NAME[mode])
    if strict:
        return [Mode.STRICT_SCHEMA]
    if not is_strict:
        return [each for each in modes if each is not Mode.STRICT_SCHEMA]
    return modes


def first_of(modes: Sequence[Mode], first: int) -> Mode | None:
    """Return the first of ``modes`` that is ``first`` or a later one, or None."""
    return next((mode for mode in modes if mode >= first), None)


# "This model does not support response format `json_schema`" is the service's text; "'response_format' of type 'json_object'
# is not supported with this model" and "'response_format.type' : value is not one of the allowed values ['json_object']" are
# those of older versions and of other servers. The Responses API has ``text.format`` for ``response_format``.
_ABOUT_FORMATS = re.compile(r"response[_ ]?formats?\b|\btext[._ ]formats?\b", re.IGNORECASE)
_REJECTED = re.compile(
    r"not support|unsupported|not available|not one of|must be (?:one of|either)", re.IGNORECASE
)
# "invalid JSON schema for response_format: 'Person': ..." and "invalid schema for response format: ... is not supported".
_SCHEMA = re.compile(r"invalid (?:json )?schema", re.IGNORECASE)


def is_schema_rejected(error: BadRequestError) -> bool:
    """Return whether the service rejects this schema, which says nothing of other schemas."""
    text = service_text(error)
    return bool(_SCHEMA.search(text) and _ABOUT_FORMATS.search(text))


def mode_after(error: BadRequestError, mode: Mode) -> Mode | None:
    """Return the best mode that may work after the service has rejected ``mode`` for the model.

    None where the error is not about the mode, or nothing is left.
    """
    text = service_text(error)
    is_about = mode is not Mode.PROMPT and error.failed_generation is None
    if not (is_about and _ABOUT_FORMATS.search(text) and _REJECTED.search(text)):
        return None
    if mode is Mode.JSON_OBJECT:
        return Mode.PROMPT
    if mode is Mode.STRICT_SCHEMA and "strict" in text.lower():
        return Mode.JSON_SCHEMA
    return Mode.JSON_OBJECT


def service_text(error: BadRequestError) -> str:
    """Return what the service says in an error, without the status and the object around it."""
    body: Any = error.body
    details: Any = cast("dict[str, Any]", body).get("error", body) if isinstance(body, dict) else body
    message: Any = cast("dict[str, Any]", details).get("message") if isinstance(details, dict) else None
    return message if isinstance(message, str) and message else error.message
