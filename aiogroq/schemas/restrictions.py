"""`restricted`: the limits of a `msgspec.Meta` as keywords of JSON schema."""

from __future__ import annotations

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
