"""`inline_refs`: a JSON schema without references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import unquote

from .subschemas import Schema, all_inside, mapped

_MAX_SCHEMAS = 5_000


def inline_refs(schema: Mapping[str, Any]) -> Schema:
    """Return a copy of a schema in which each `$ref` is replaced by what it refers to.

    Only recursion needs `$ref`: the definitions of recursive types remain in `$defs`, and `#` is the root. gpt-oss does not
    see `$defs` in the schemas of tools. Where the copy would have more than 5,000 schemas, all references remain. So does a
    reference to another document.
    """
    return _Inliner(dict(schema)).inlined()


class _TooLargeError(Exception):
    """The copy has too many schemas."""


class _Inliner:
    def __init__(self, schema: Schema) -> None:
        self._document = schema
        self._root_pointer = "#"
        self._is_recursive: dict[str, bool] = {}
        self._names: dict[str, str] = {}
        self._count = 0

    def inlined(self) -> Schema:
        root = {key: value for key, value in self._document.items() if key not in ("$defs", "definitions")}
        while (target := self._target(root)) is not None and root["$ref"] not in ("#", self._root_pointer):
            self._root_pointer = root["$ref"]
            root = _merged(root, target)
        try:
            result = self._copy(root)
            definitions: Schema = {}
            while missing := [pointer for pointer, name in self._names.items() if name not in definitions]:
                target = self._resolved(missing[0])
                definitions[self._names[missing[0]]] = self._copy(target or {})
        except _TooLargeError:
            kept: Schema = {
                key: self._document[key] for key in ("$defs", "definitions") if key in self._document
            }
            return {**root, **kept}
        return {**result, "$defs": definitions} if definitions else result

    def _copy(self, schema: Schema) -> Schema:
        self._count += 1
        if self._count > _MAX_SCHEMAS:
            raise _TooLargeError
        target = self._target(schema)
        if target is None:
            return mapped(schema, self._copy)
        pointer = schema["$ref"]
        if not self._recurs(pointer):
            return self._copy(_merged(schema, target))
        if pointer in ("#", self._root_pointer):
            return {**schema, "$ref": "#"}
        return {**schema, "$ref": f"#/$defs/{self._name(pointer)}"}

    def _name(self, pointer: str) -> str:
        if pointer not in self._names:
            name = re.sub(r"[^A-Za-z0-9._-]", "_", pointer.rpartition("/")[2])
            while name in self._names.values():
                name += "_"
            self._names[pointer] = name
        return self._names[pointer]

    def _recurs(self, pointer: str) -> bool:
        """Whether what a reference refers to contains the reference."""
        if pointer not in self._is_recursive:
            seen: set[str] = set()
            to_visit = [pointer]
            while to_visit and pointer not in seen:
                for each in all_inside(self._resolved(to_visit.pop()) or {}):
                    inner = each.get("$ref")
                    if isinstance(inner, str) and inner not in seen:
                        seen.add(inner)
                        to_visit.append(inner)
            self._is_recursive[pointer] = pointer in seen
        return self._is_recursive[pointer]

    def _target(self, schema: Schema) -> Schema | None:
        pointer = schema.get("$ref")
        return self._resolved(pointer) if isinstance(pointer, str) else None

    def _resolved(self, pointer: str) -> Schema | None:
        if not pointer.startswith("#"):
            return None
        found: Any = self._document
        for step in pointer[1:].split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and name.isdigit():
                items = cast("list[object]", found)
                found = items[int(name)] if int(name) < len(items) else None
            else:
                found = cast("Schema", found).get(name) if isinstance(found, dict) else None
        return cast("Schema", found) if isinstance(found, dict) else None


def _merged(reference: Schema, target: Schema) -> Schema:
    """Return what a reference refers to, with the keywords next to the reference."""
    return {**target, **{key: value for key, value in reference.items() if key != "$ref"}}
