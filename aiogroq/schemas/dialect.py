"""JSON schemas in the strict dialect of the service.

From https://console.groq.com/docs/structured-outputs: in a strict schema every object is closed and requires all of its
properties. `anyOf`, `$defs`, `$ref` and recursion are allowed. Keywords that only restrict values become part of the
description, because their support is not promised; the value is validated here after all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

Schema = dict[str, Any]
Unsupported = list[tuple[str, str]]
"""Pairs of a path such as ``$.extra`` and what strict mode cannot express there."""

_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
_DROPPED = frozenset(
    {"title", "default", "discriminator", "examples", "deprecated", "readOnly", "writeOnly", "$schema", "$id"}
)
_MAX_NODES = 5_000
_SUBSCHEMAS = ("properties", "patternProperties", "$defs")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "propertyNames", "contains", "not")


def inline_refs(schema: Mapping[str, Any]) -> Schema:
    """Return a copy of a schema in which each `$ref` is replaced by what it refers to.

    Only recursion needs `$ref`: the definitions of recursive types remain in `$defs`. gpt-oss does not see `$defs` in the
    schemas of tools. Where the copy would have more than 5,000 objects, all references remain.
    """
    return _Inliner(schema).run()


def strict_schema(schema: Mapping[str, Any]) -> tuple[Schema, Unsupported]:
    """Return a schema in the strict dialect, and what of it strict mode cannot express.

    With an empty list the schema is strict. Otherwise it is of no use: send the result of `inline_refs` with
    ``strict: false``.
    """
    unsupported: Unsupported = []
    return _strict(inline_refs(schema), "$", unsupported), unsupported


class _TooLargeError(Exception):
    """The inlined schema has too many objects."""


class _Inliner:
    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = dict(schema)
        self._definitions: Schema = {**self._root.pop("definitions", {}), **self._root.pop("$defs", {})}
        self._recursive = {name for name in self._definitions if self._reaches(name)}
        self._used: set[str] = set()
        self._root_name: str | None = None
        self._nodes = 0

    def run(self) -> Schema:
        root = self._root
        while (name := self._name(root)) is not None and name in self._definitions:
            self._root_name = name
            root = self._merged(root, self._definitions[name])
        try:
            result = cast("Schema", self._copy(root))
            kept: Schema = {}
            while missing := sorted(self._used - kept.keys()):
                kept[missing[0]] = self._copy(self._definitions[missing[0]])
        except _TooLargeError:
            return {**root, "$defs": self._definitions}
        return {**result, "$defs": kept} if kept else result

    @staticmethod
    def _name(node: Mapping[str, Any]) -> str | None:
        pointer = node.get("$ref")
        if not isinstance(pointer, str):
            return None
        for prefix in ("#/$defs/", "#/definitions/"):
            if pointer.startswith(prefix):
                return pointer[len(prefix) :].replace("~1", "/").replace("~0", "~")
        return None

    def _reaches(self, start: str) -> bool:
        seen: set[str] = set()
        to_visit = list(self._names_in(self._definitions[start]))
        while to_visit:
            name = to_visit.pop()
            if name == start:
                return True
            if name not in seen and name in self._definitions:
                seen.add(name)
                to_visit += self._names_in(self._definitions[name])
        return False

    def _names_in(self, node: Any) -> set[str]:
        found: set[str] = set()
        nodes = [node]
        while nodes:
            each = nodes.pop()
            if isinstance(each, dict):
                mapping = cast("Schema", each)
                name = self._name(mapping)
                if name is not None:
                    found.add(name)
                nodes += mapping.values()
            elif isinstance(each, list):
                nodes += cast("list[object]", each)
        return found

    def _copy(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._copy(each) for each in cast("list[object]", node)]
        if not isinstance(node, dict):
            return node
        mapping = cast("Schema", node)
        self._nodes += 1
        if self._nodes > _MAX_NODES:
            raise _TooLargeError
        name = self._name(mapping)
        if name is not None and name in self._definitions:
            if name not in self._recursive:
                return self._copy(self._merged(mapping, self._definitions[name]))
            if name == self._root_name:
                return {**mapping, "$ref": "#"}
            self._used.add(name)
            return {**mapping, "$ref": f"#/$defs/{name}"}
        return {
            key: value if key in ("enum", "const", "default", "examples") else self._copy(value)
            for key, value in mapping.items()
        }

    @staticmethod
    def _merged(reference: Schema, target: Schema) -> Schema:
        return {**target, **{key: value for key, value in reference.items() if key != "$ref"}}


def _strict(node: Any, path: str, unsupported: Unsupported) -> Schema:
    if not isinstance(node, dict) or not node:
        unsupported.append((path, "any value"))
        return {}
    schema = dict(cast("Schema", node))
    notes: list[str] = []
    definitions: Schema = schema.pop("$defs", {})
    result: Schema = {}
    description = schema.pop("description", None)
    _fold(schema)
    if "$ref" in schema:
        result["$ref"] = schema.pop("$ref")
    options = schema.pop("anyOf", None) or schema.pop("oneOf", None)
    if options is not None:
        result["anyOf"] = [_strict(each, path, unsupported) for each in options]
    kind = schema.pop("type", None)
    if "enum" in schema:
        result["enum"] = schema.pop("enum")
        kind = kind or _types_of(result["enum"])
    if kind is not None:
        result["type"] = kind
    kinds: list[object] = cast("list[object]", kind) if isinstance(kind, list) else [kind]
    if "object" in kinds or "properties" in schema:
        _strict_object(schema, result, path, unsupported)
    if "array" in kinds or "items" in schema or "prefixItems" in schema:
        _strict_array(schema, result, path, unsupported, notes)
    if not result.keys() & {"type", "anyOf", "$ref"}:
        unsupported.append((path, "any value"))
    if schema.get("format") in _FORMATS:
        result["format"] = schema.pop("format")
    for key, value in schema.items():
        if key in ("allOf", "not", "if", "then", "else", "patternProperties", "dependentSchemas"):
            unsupported.append((path, f"the keyword {key}"))
        elif key not in _DROPPED:
            notes.append(f"{key}: {value if isinstance(value, str) else json.dumps(value)}")
    if notes:
        note = "{" + ", ".join(notes) + "}"
        description = f"{description} {note}" if description else note
    if description:
        if "$ref" in result:
            result = {"anyOf": [result]}
        result["description"] = description
    if definitions:
        result["$defs"] = {
            name: _strict(each, f"$.$defs.{name}", unsupported) for name, each in definitions.items()
        }
    return result


def _fold(schema: Schema) -> None:
    """Write what has a simpler form in it."""
    parts = schema.get("allOf")
    if isinstance(parts, list) and len(cast("list[object]", parts)) == 1:
        del schema["allOf"]
        schema.update({**cast("list[Schema]", parts)[0], **schema})
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]


def _types_of(values: list[Any]) -> Any:
    names: dict[Any, str] = {
        str: "string",
        bool: "boolean",
        int: "integer",
        float: "number",
        type(None): "null",
    }
    found = list(dict.fromkeys(names.get(type(value), "object") for value in values))
    return found[0] if len(found) == 1 else found


def _strict_object(schema: Schema, result: Schema, path: str, unsupported: Unsupported) -> None:
    properties: Schema = schema.pop("properties", {})
    schema.pop("required", None)
    extra = schema.pop("additionalProperties", None)
    if (
        isinstance(extra, dict)
        or extra is True
        or (not properties and extra is not False and "title" not in schema)
    ):
        unsupported.append((path, "a mapping with free keys"))
    result["type"] = result.get("type", "object")
    result["properties"] = {
        name: _strict(each, f"{path}.{name}", unsupported) for name, each in properties.items()
    }
    result["required"] = list(properties)
    result["additionalProperties"] = False


def _strict_array(
    schema: Schema, result: Schema, path: str, unsupported: Unsupported, notes: list[str]
) -> None:
    first: list[Any] | None = schema.pop("prefixItems", None)
    items: Any = schema.pop("items", None)
    if first is not None:
        if first and all(each == first[0] for each in first) and items in (None, False):
            items = first[0]
        else:
            unsupported.append((path, "a tuple of different types"))
            return
    if not items or items is True:
        unsupported.append((path, "a list of any values"))
        return
    result["items"] = _strict(items, f"{path}[]", unsupported)
