"""JSON schemas of response types, for tools that describe an interface, such as the pages of FastAPI."""

from __future__ import annotations

from typing import Any, cast

import msgspec


def inlined_schema(cls: type[Any]) -> dict[str, Any]:
    """Return the JSON schema of a Struct without references.

    A reference would have to be resolved within the document of another tool. The service may add fields at any
    time, so every object allows additional properties. A type that contains itself has an empty schema where it
    recurs.
    """
    (schema,), components = msgspec.json.schema_components([cls], ref_template="{name}")
    return cast("dict[str, Any]", _inlined(schema, components, ()))


def _inlined(schema: Any, components: dict[str, Any], above: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, components, above) for item in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    fields = cast("dict[str, Any]", schema)
    name = fields.get("$ref")
    if isinstance(name, str):
        return {} if name in above else _inlined(components[name], components, (*above, name))
    # msgspec includes defaults and forbids unknown fields; a server sends no defaults, and may send unknown fields.
    shown = {
        key: value
        for key, value in fields.items()
        if key != "default" and not (key == "additionalProperties" and value is False)
    }
    return {key: _inlined(value, components, above) for key, value in shown.items()}
