"""`with_choices`: the error about a value that is none of the choices, with the choices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from .mismatch import MismatchError
from .subschemas import Schema

_MAX_CHOICES = 20
_NO_CHOICE = re.compile(r"Invalid (?:enum )?value ")
_PATH = re.compile(r"\$(?:\.[^.\[]+|\[(?:\d+|\.\.\.)\])*")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


def with_choices(error: MismatchError, schema: Schema, prefix: str = "") -> MismatchError:
    """Return an error with the choices at its path in ``schema``, if it is about choices and they are few.

    ``prefix`` is the path of the value in the schema, such as ``.result``, where the path of the error does not begin with it.
    """
    if not _NO_CHOICE.match(error.reason) or not _PATH.fullmatch(error.path):
        return error
    steps = error.path.removeprefix("$")
    if not steps.startswith(prefix):
        steps = prefix + steps
    found = [schema]
    for step in _STEP.finditer(steps):
        found = [inner for each in found for inner in _inside(_members(each, schema), step[1], step[2])]
    choices = [choice for each in found for member in _members(each, schema) for choice in _listed(member)]
    if not 0 < len(choices) <= _MAX_CHOICES:
        return error
    shown = ", ".join(repr(each) if isinstance(each, str) else json.dumps(each) for each in choices)
    return MismatchError(f"{error.reason}; the choices are {shown}", error.path, error.others)


def _members(schema: Schema, root: Schema) -> list[Schema]:
    """Return the schemas that a schema consists of: the target of a reference, the members of a union."""
    members: list[Schema] = []
    to_visit: list[Any] = [schema]
    seen: set[int] = set()
    while to_visit:
        each = to_visit.pop(0)
        if not isinstance(each, dict) or id(cast("Schema", each)) in seen:
            continue
        one = cast("Schema", each)
        seen.add(id(one))
        members.append(one)
        name = str(one.get("$ref", "")).removeprefix("#/$defs/")
        to_visit.append(root if name == "#" else root.get("$defs", {}).get(name))
        to_visit += [*one.get("anyOf", ()), *one.get("oneOf", ()), *one.get("allOf", ())]
    return members


def _inside(members: list[Schema], key: str | None, index: str | None) -> Iterator[Schema]:
    """Yield the schemas of the value below a key or an index; ``...`` is any of them."""
    for each in members:
        inner: list[Any]
        if key is not None:
            inner = [each.get("properties", {}).get(key, each.get("additionalProperties"))]
        elif index == "...":
            inner = [each.get("additionalProperties"), each.get("items")]
        else:
            listed = each.get("prefixItems", ())
            inner = [listed[int(index or 0)] if int(index or 0) < len(listed) else each.get("items")]
        yield from (cast("Schema", schema) for schema in inner if isinstance(schema, dict))


def _listed(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))
