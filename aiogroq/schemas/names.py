"""Names of types, as the service accepts them."""

from __future__ import annotations

import enum
import re
import types
import typing
from typing import Any

from .annotations import unwrap

_MAX_LENGTH = 64
_MAX_SHOWN_CHARS = 200


def clean_name(name: str) -> str:
    """Return a name of letters, digits, ``_`` and ``-`` only, with at most 64 of them."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:_MAX_LENGTH] or "result"


def type_name(annotation: Any) -> str:
    """Return the name of a type: ``Page_int`` for ``Page[int]``, ``Cat_or_Dog`` for a union."""
    if hasattr(annotation, "__supertype__"):  # a NewType
        return str(annotation.__name__)
    core = unwrap(annotation).core
    origin = typing.get_origin(core)
    arguments = typing.get_args(core)
    if origin is typing.Literal:
        return "Literal"
    if origin in (typing.Union, types.UnionType):
        return "_or_".join(map(type_name, arguments))
    if core in (None, type(None)):
        return "None"
    name = str(getattr(origin or core, "__name__", "result"))
    parts = [type_name(each) for each in arguments if each is not Ellipsis and each != ()]
    return "_".join([name, *parts])


def type_text(annotation: Any) -> str:
    """Return a type for a message: its name, of a `Literal` and an enum with the choices."""
    core = unwrap(annotation).core
    choices = typing.get_args(core) if typing.get_origin(core) is typing.Literal else ()
    if isinstance(core, type) and issubclass(core, enum.Enum):
        choices = tuple(member.value for member in core)
    name = type_name(annotation)
    text = f"{name} of {', '.join(map(repr, choices))}" if choices else name
    return text if len(text) <= _MAX_SHOWN_CHARS else f"{text[:_MAX_SHOWN_CHARS]}..."
