"""A checker of strict schemas, written from the service's documentation and not from `aiogroq.schemas`.

https://console.groq.com/docs/structured-outputs: the root is an object; every object has ``additionalProperties: false`` and
requires all of its properties; `anyOf`, `$defs` and `$ref` are allowed. Keywords that restrict values are not listed there,
so they count as errors here.
"""

from __future__ import annotations

from typing import Any

KEYWORDS = {
    "type",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "anyOf",
    "$ref",
    "$defs",
    "format",
}
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
TYPES = {"object", "array", "string", "integer", "number", "boolean", "null"}


def strict_errors(schema: dict[str, Any]) -> list[str]:
    """What is wrong with a strict schema."""
    errors: list[str] = []
    if schema.get("type") != "object":
        errors.append("/: the root must be an object")
    for name in schema.get("$defs", {}):
        _check(schema["$defs"][name], schema, f"/$defs/{name}", errors)
    _check(schema, schema, "", errors)
    return errors


def _check(node: Any, root: dict[str, Any], where: str, errors: list[str]) -> None:
    if not isinstance(node, dict) or not node:
        errors.append(f"{where}: not a schema that says anything: {node!r}")
        return
    for keyword in node.keys() - KEYWORDS:
        errors.append(f"{where}: the keyword {keyword}")
    if "$defs" in node and where:
        errors.append(f"{where}: $defs below the root")
    if not node.keys() & {"type", "anyOf", "$ref"}:
        errors.append(f"{where}: neither type nor anyOf nor $ref")
    if "$ref" in node:
        if node.keys() != {"$ref"}:
            errors.append(f"{where}: $ref with other keywords")
        if node["$ref"] != "#" and node["$ref"].removeprefix("#/$defs/") not in root.get("$defs", {}):
            errors.append(f"{where}: dangling {node['$ref']}")
    types = node.get("type", [])
    types = types if isinstance(types, list) else [types]
    errors += [f"{where}: the type {each}" for each in types if each not in TYPES]
    if "format" in node and node["format"] not in FORMATS:
        errors.append(f"{where}: the format {node['format']}")
    if "enum" in node and (not isinstance(node["enum"], list) or not node["enum"]):
        errors.append(f"{where}: an empty enum")
    if "object" in types:
        if node.get("additionalProperties") is not False:
            errors.append(f"{where}: an open object")
        if list(node.get("properties", {})) != node.get("required"):
            errors.append(f"{where}: not all properties are required")
        for name, each in node.get("properties", {}).items():
            _check(each, root, f"{where}/{name}", errors)
    if "array" in types:
        _check(node.get("items"), root, f"{where}/items", errors)
    for index, each in enumerate(node.get("anyOf", [])):
        _check(each, root, f"{where}/anyOf/{index}", errors)
