"""JSON schemas in the strict dialect, and without references. The schemas here come from other tools."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq.schemas import inline_refs, strict_schema

from .strict_checker import strict_errors

STRING = {"type": "string"}


def object_of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def closed(**properties: Any) -> dict[str, Any]:
    return {**object_of(**properties), "required": list(properties), "additionalProperties": False}


@pytest.mark.parametrize(
    ("given", "strict"),
    [
        (STRING, STRING),
        ({"type": "string", "title": "T", "default": "a", "examples": ["b"]}, STRING),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"enum": ["a", 1, None]}, {"type": ["string", "integer", "null"], "enum": ["a", 1, None]}),
        ({"oneOf": [STRING, {"type": "null"}]}, {"anyOf": [STRING, {"type": "null"}]}),
        ({"allOf": [STRING], "description": "d"}, {"type": "string", "description": "d"}),
        (
            {"type": "integer", "minimum": 1, "maximum": 9, "description": "A digit"},
            {"type": "integer", "description": "A digit {minimum: 1, maximum: 9}"},
        ),
        ({"type": "string", "pattern": "^a$"}, {"type": "string", "description": "{pattern: ^a$}"}),
        ({"type": "string", "format": "uuid"}, {"type": "string", "format": "uuid"}),
        ({"type": "string", "format": "uri"}, {"type": "string", "description": "{format: uri}"}),
        (
            {"type": "array", "prefixItems": [STRING, STRING], "minItems": 2, "maxItems": 2, "items": False},
            {"type": "array", "items": STRING, "description": "{minItems: 2, maxItems: 2}"},
        ),
        (
            {"type": "array", "items": STRING, "minItems": 1},
            {"type": "array", "items": STRING, "description": "{minItems: 1}"},
        ),
        (
            {"type": ["object", "null"], "properties": {"a": STRING}},
            {**closed(a=STRING), "type": ["object", "null"]},
        ),
        ({**object_of(a=STRING), "additionalProperties": True}, closed(a=STRING)),
        (object_of(), closed()),
        (
            object_of(title=STRING, default=STRING, required=STRING),
            closed(title=STRING, default=STRING, required=STRING),
        ),
    ],
)
def test_a_schema_is_written_in_the_strict_dialect(given: dict[str, Any], strict: dict[str, Any]) -> None:
    schema, unsupported = strict_schema(object_of(x=given))
    assert (schema, unsupported) == (closed(x=strict), [])
    assert strict_errors(schema) == []


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "any value"),
        (True, "any value"),
        ({"description": "d"}, "any value"),
        ({"type": "object"}, "a mapping with free keys"),
        ({"type": "object", "additionalProperties": STRING}, "a mapping with free keys"),
        ({**object_of(), "additionalProperties": True}, "a mapping with free keys"),
        ({**object_of(a=STRING), "patternProperties": {"^x": STRING}}, "a mapping with free keys"),
        ({"type": "array"}, "a list of any values"),
        ({"type": "array", "items": {}}, "a list of any values"),
        ({"type": "array", "prefixItems": [STRING, {"type": "null"}]}, "a tuple of different types"),
        ({"type": "array", "items": False}, "a tuple of different types"),
        ({"type": "string", "not": {"enum": ["a"]}}, "the keyword not"),
        ({"$ref": "https://example.com/schema.json"}, "the reference https://example.com/schema.json"),
    ],
)
def test_what_strict_mode_cannot_express_is_named_with_its_path(given: Any, why: str) -> None:
    _, unsupported = strict_schema(object_of(a=object_of(b={"type": "array", "items": object_of(c=given)})))
    assert unsupported == [("$.a.b[].c", why)]


def test_references_are_inlined() -> None:
    schema = {
        "$ref": "#/$defs/A",
        "$defs": {
            "A": object_of(b={"$ref": "#/$defs/B", "description": "its own"}, c={"$ref": "#/definitions/C"}),
            "B": {"type": "string", "description": "that of B"},
        },
        "definitions": {"C": {"type": "null"}},
    }
    assert inline_refs(schema) == object_of(
        b={"type": "string", "description": "its own"}, c={"type": "null"}
    )


def test_only_recursive_definitions_remain() -> None:
    node = object_of(next={"$ref": "#/$defs/Node"}, label={"$ref": "#/$defs/Label"})
    schema = {**object_of(list={"$ref": "#/$defs/Node"}), "$defs": {"Node": node, "Label": STRING}}
    assert inline_refs(schema) == {
        **object_of(list={"$ref": "#/$defs/Node"}),
        "$defs": {"Node": object_of(next={"$ref": "#/$defs/Node"}, label=STRING)},
    }


def test_a_root_that_contains_itself_refers_to_the_root() -> None:
    node = object_of(next={"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]})
    expected = object_of(next={"anyOf": [{"$ref": "#"}, {"type": "null"}]})
    assert inline_refs({"$ref": "#/$defs/Node", "$defs": {"Node": node}}) == expected
    assert inline_refs(expected) == expected


def test_a_reference_to_any_place_in_the_document_is_inlined() -> None:
    schema = object_of(a={"anyOf": [STRING, {"type": "null"}]}, b={"$ref": "#/properties/a/anyOf/0"})
    assert inline_refs(schema) == object_of(a=schema["properties"]["a"], b=STRING)


def test_properties_with_the_names_of_keywords_are_properties() -> None:
    reference = {"$ref": "#/$defs/T"}
    schema = {
        **object_of(enum=reference, default=reference, properties=reference, items=STRING),
        "$defs": {"T": STRING},
    }
    assert inline_refs(schema) == object_of(enum=STRING, default=STRING, properties=STRING, items=STRING)
    assert strict_schema(schema)[0] == closed(enum=STRING, default=STRING, properties=STRING, items=STRING)


def test_values_that_look_like_references_are_values() -> None:
    schema = object_of(a={"enum": [{"$ref": "#/$defs/T"}], "default": {"$ref": "#/$defs/T"}})
    assert inline_refs(schema) == schema


def test_dangling_references_remain() -> None:
    schema = object_of(a={"$ref": "#/$defs/Missing"}, b={"$ref": "other.json#/a"})
    assert inline_refs(schema) == schema


def test_references_that_would_grow_without_end_remain() -> None:
    definitions = {
        f"T{level}": object_of(a={"$ref": f"#/$defs/T{level + 1}"}, b={"$ref": f"#/$defs/T{level + 1}"})
        for level in range(30)
    }
    definitions["T30"] = object_of(x=STRING)
    strict, unsupported = strict_schema({"$ref": "#/$defs/T0", "$defs": definitions})
    assert unsupported == []
    assert strict_errors(strict) == []
    assert len(strict["$defs"]) == 31


def test_a_description_next_to_recursion_is_no_keyword_of_the_reference() -> None:
    schema = object_of(next={"$ref": "#", "description": "The next one"})
    strict, _ = strict_schema(schema)
    assert strict == closed(next={"anyOf": [{"$ref": "#"}], "description": "The next one"})


def test_the_given_schema_is_not_changed() -> None:
    schema = {
        **object_of(a={"const": 1, "minimum": 0}, b={"$ref": "#/$defs/T"}),
        "$defs": {"T": {"allOf": [STRING]}},
    }
    before = repr(schema)
    strict_schema(schema)
    assert repr(schema) == before
