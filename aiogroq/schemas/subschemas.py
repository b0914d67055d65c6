"""The schemas inside a JSON schema, by keyword: a property may have the name of a keyword."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

Schema = dict[str, Any]

_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_SCHEMAS = frozenset(
    {
        "items",
        "prefixItems",
        "additionalItems",
        "contains",
        "additionalProperties",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
        "anyOf",
        "oneOf",
        "allOf",
        "not",
        "if",
        "then",
        "else",
    }
)


def mapped(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Return a copy of a schema with each schema directly inside it changed."""

    def changed(value: Any) -> Any:
        if isinstance(value, list):
            return [changed(each) for each in cast("list[object]", value)]
        return change(cast("Schema", value)) if isinstance(value, dict) else value

    result = dict(schema)
    for key, value in schema.items():
        if key in _MAPS and isinstance(value, dict):
            result[key] = {name: changed(each) for name, each in cast("Schema", value).items()}
        elif key in _SCHEMAS:
            result[key] = changed(value)
    return result


def all_inside(schema: Schema) -> Iterator[Schema]:
    """Yield a schema and all schemas inside it."""
    to_visit = [schema]
    while to_visit:
        each = to_visit.pop()
        yield each

        def visit(inner: Schema) -> Schema:
            to_visit.append(inner)
            return inner

        mapped(each, visit)
