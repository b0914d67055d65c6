"""Views on JSON values of which nothing is known yet."""

from __future__ import annotations

from typing import Any, cast

JsonObject = dict[str, Any]


def is_number(value: Any) -> bool:
    """Whether *value* is a JSON number; `true` is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_object(value: Any) -> JsonObject:
    """*value* where it is an object, else an empty one."""
    return cast(JsonObject, value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """*value* where it is a list, else an empty one."""
    found: list[Any] = value if isinstance(value, list) else []
    return found


def objects(value: Any) -> list[JsonObject]:
    """The objects in a list; empty for anything that is no list."""
    return [cast(JsonObject, element) for element in as_list(value) if isinstance(element, dict)]
