"""The limits in the metadata of an annotation: as `msgspec.Meta`, and as keywords of JSON schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

import msgspec

from .subschemas import Schema

_NUMBER_LIMITS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
}
_LENGTHS = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}
_META_LIMITS = (*_NUMBER_LIMITS, "min_length", "max_length", "pattern")


def limits_of(metadata: Iterable[Any]) -> Iterator[msgspec.Meta]:
    """Yield the limits in the metadata of an annotation: those of msgspec, of pydantic's `Field` and of annotated_types.

    What a `Meta` cannot say, such as the earliest date, is left out.
    """
    for each in metadata:
        if isinstance(each, msgspec.Meta):
            yield each
        elif is_foreign(each):
            parts = getattr(each, "metadata", None)  # of a Field
            if isinstance(parts, list) or hasattr(cast("Any", type(each)), "__iter__"):  # Interval, Len, ...
                yield from limits_of(cast("Iterable[Any]", parts if isinstance(parts, list) else each))
            else:
                yield from _meta(each)


def is_foreign(metadata: Any) -> bool:
    """Whether it is metadata of pydantic or of annotated_types, which msgspec ignores."""
    cls: Any = cast("Any", type(metadata))
    modules = ("pydantic", "pydantic_core", "annotated_types")
    return cls.__module__.partition(".")[0] in modules and cls.__name__ != "DocInfo"


def _meta(limit: Any) -> Iterator[msgspec.Meta]:
    found = {name: value for name in _META_LIMITS if (value := getattr(limit, name, None)) is not None}
    if isinstance(pattern := found.get("pattern"), re.Pattern):
        found["pattern"] = cast("Any", pattern).pattern
    if found:
        try:
            yield msgspec.Meta(**found)
        except (TypeError, ValueError):
            return


def restricted(schema: Schema, meta: msgspec.Meta) -> Schema:
    """Return a schema with the restrictions of a `Meta`."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [restricted(each, meta) for each in schema["anyOf"]]}
    result = dict(schema)
    kind = schema.get("type")
    if kind in ("integer", "number"):
        for name, keyword in _NUMBER_LIMITS.items():
            if getattr(meta, name) is not None:
                result[keyword] = getattr(meta, name)
    if kind in _LENGTHS:
        for name, keyword in zip(("min_length", "max_length"), _LENGTHS[kind], strict=True):
            if getattr(meta, name) is not None:
                result[keyword] = getattr(meta, name)
    if kind == "string" and meta.pattern is not None:
        result["pattern"] = meta.pattern
    if meta.tz is False and kind == "string":
        result.pop("format", None)
        result["description"] = "ISO 8601, without a time zone"
    return result | (meta.extra_json_schema or {})
