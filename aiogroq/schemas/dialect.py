"""JSON schemas in the strict dialect of the service.

From https://console.groq.com/docs/structured-outputs: in a strict schema every object is closed and requires all of its
properties. `anyOf`, `$defs`, `$ref` and recursion are allowed. Keywords that only restrict values become part of the
description, because their support is not promised; the value is validated here after all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from .references import inline_refs as inline_refs
from .subschemas import Schema

Unsupported = list[tuple[str, str]]
"""Pairs of a path such as ``$.extra`` and what strict mode cannot express there."""

_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
_WITHOUT_MEANING = frozenset(
    {
        "title",
        "default",
        "discriminator",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "required",
        "$schema",
        "$id",
        "$comment",
        "definitions",
    }
)
_UNSUPPORTED = frozenset(
    {"allOf", "not", "if", "then", "else", "dependentSchemas", "dependentRequired", "contains"}
)
_TYPE_NAMES: dict[Any, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    list: "array",
    dict: "object",
}


def strict_schema(schema: Mapping[str, Any]) -> tuple[Schema, Unsupported]:
    """Return a schema in the strict dialect, and what of it strict mode cannot express.

    With an empty list the schema is strict. Otherwise it is of no use: send the result of `inline_refs` with
    ``strict: false``.
    """
    unsupported: Unsupported = []
    return _strict(inline_refs(schema), "$", unsupported), unsupported


def _strict(node: Any, path: str, unsupported: Unsupported) -> Schema:
    if not isinstance(node, dict) or not node:
        unsupported.append((path, "any value"))
        return {}
    given = _simplified(cast("Schema", node))
    result: Schema = {}
    definitions: Schema = given.pop("$defs", {})
    description = given.pop("description", None)
    if "$ref" in given:
        result["$ref"] = _reference(given.pop("$ref"), path, unsupported)
    for keyword in ("anyOf", "oneOf"):
        if keyword in given:
            result["anyOf"] = [_strict(each, path, unsupported) for each in given.pop(keyword)]
    for keyword in ("type", "enum"):
        if keyword in given:
            result[keyword] = given.pop(keyword)
    if "enum" in result and "type" not in result:
        result["type"] = _type_of(result["enum"])
    kind: Any = result.get("type")
    kinds: list[object] = cast("list[object]", kind) if isinstance(kind, list) else [kind]
    if "object" in kinds or "properties" in given:
        result |= {"type": result.get("type", "object"), **_object(given, path, unsupported)}
    if "array" in kinds or "items" in given or "prefixItems" in given:
        result |= {"type": result.get("type", "array"), **_array(given, path, unsupported)}
    if not result.keys() & {"type", "anyOf", "$ref"}:
        unsupported.append((path, "any value"))
    if given.get("format") in _FORMATS:
        result["format"] = given.pop("format")
    unsupported += [(path, f"the keyword {keyword}") for keyword in sorted(given.keys() & _UNSUPPORTED)]
    restrictions = {key: given[key] for key in given if key not in _WITHOUT_MEANING | _UNSUPPORTED}
    _describe(result, description, restrictions)
    if definitions:
        named = {name: _strict(each, f"$.{name}", unsupported) for name, each in definitions.items()}
        result["$defs"] = named
    return result


def _simplified(node: Schema) -> Schema:
    """Return a copy in which `const` and an `allOf` of one schema have their simpler form."""
    given = dict(node)
    parts = given.get("allOf")
    if isinstance(parts, list) and len(cast("list[object]", parts)) == 1 and isinstance(parts[0], dict):
        del given["allOf"]
        given = {**cast("Schema", parts[0]), **given}
    if "const" in given:
        given["enum"] = [given.pop("const")]
    return given


def _reference(pointer: Any, path: str, unsupported: Unsupported) -> Any:
    if pointer != "#" and not str(pointer).startswith("#/$defs/"):
        unsupported.append((path, f"the reference {pointer}"))
    return pointer


def _type_of(values: list[object]) -> str | list[str]:
    found = list(dict.fromkeys(_TYPE_NAMES[type(value)] for value in values))
    return found[0] if len(found) == 1 else found


def _object(given: Schema, path: str, unsupported: Unsupported) -> Schema:
    others = given.pop("additionalProperties", "properties" not in given)
    properties: Schema = given.pop("properties", None) or {}
    is_open = isinstance(others, dict) or (not properties and others is True)
    if is_open or given.pop("patternProperties", None):
        unsupported.append((path, "a mapping with free keys"))
    return {
        "properties": {
            name: _strict(each, f"{path}.{name}", unsupported) for name, each in properties.items()
        },
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(given: Schema, path: str, unsupported: Unsupported) -> Schema:
    first: list[object] | None = given.pop("prefixItems", None)
    items: Any = given.pop("items", None)
    if first and (items is None or items is False) and all(each == first[0] for each in first):
        items = first[0]  # of one type: a list, whose length is told in words
    elif first is not None or items is False:
        unsupported.append((path, "a tuple of different types"))
        return {}
    if not items or items is True:
        unsupported.append((path, "a list of any values"))
        return {}
    return {"items": _strict(items, f"{path}[]", unsupported)}


def _describe(result: Schema, description: Any, restrictions: Schema) -> None:
    """Write a description with the restrictions at its end."""
    text = description if isinstance(description, str) else ""
    if restrictions:
        shown = (
            f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
            for key, value in restrictions.items()
        )
        text = f"{text} {{{', '.join(shown)}}}".lstrip()
    if not text:
        return
    if "$ref" in result:  # nothing may stand next to a reference
        result["anyOf"] = [{"$ref": result.pop("$ref")}]
    result["description"] = text
