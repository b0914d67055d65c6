"""Typed access to unvalidated JSON values."""

from __future__ import annotations

from typing import Any, TypeGuard, cast

JsonObject = dict[str, Any]


def is_number(value: Any) -> bool:
    """Whether *value* is a JSON number. `true` is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_object(value: Any) -> JsonObject:
    """Return *value* if it is an object, else an empty object."""
    return cast(JsonObject, value) if isinstance(value, dict) else {}


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def as_list(value: Any) -> list[Any]:
    """Return *value* if it is a list, else an empty list."""
    return value if _is_list(value) else []


def objects(value: Any) -> list[JsonObject]:
    """Return the objects in a list, or an empty list for any other value."""
    return [cast(JsonObject, element) for element in as_list(value) if isinstance(element, dict)]
