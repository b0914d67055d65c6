"""Views on JSON values of which nothing is known yet."""

from __future__ import annotations

from typing import Any, TypeGuard, cast

JsonObject = dict[str, Any]


def is_number(value: Any) -> bool:
    """Whether *value* is a JSON number; `true` is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_object(value: Any) -> JsonObject:
    """*value* where it is an object, else an empty one."""
    return cast(JsonObject, value) if isinstance(value, dict) else {}


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def as_list(value: Any) -> list[Any]:
    """*value* where it is a list, else an empty one."""
    return value if _is_list(value) else []


def objects(value: Any) -> list[JsonObject]:
    """The objects in a list; empty for anything that is no list."""
    return [cast(JsonObject, element) for element in as_list(value) if isinstance(element, dict)]
