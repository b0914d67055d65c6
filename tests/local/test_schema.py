"""Samples match their JSON schema, and the validator agrees with the reference implementation."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq.local.model.json_schema import matches, problems
from aiogroq.local.model.regex import PatternError, example_of, search
from aiogroq.local.model.schema_sampler import SchemaSampler
from aiogroq.local.model.text_finder import TextFinder
from aiogroq.local.model.work_limit import WorkLimit
from aiogroq.local.response import ApiError

jsonschema = pytest.importorskip(
    "jsonschema", reason="nbformat brings it; without it only the comparison is left out"
)


def make(schema: Any, text: str = "", *, optional: bool = True) -> Any:
    return SchemaSampler(schema, TextFinder(text, text), optional=optional).sample()


NAMES = st.sampled_from(["name", "age", "city", "tags", "query", "id", "x"])


def bounded(low: str, high: str, values: Any) -> Any:
    """A strategy of {low: a, high: b} with a <= b, each sometimes absent."""
    pair = st.tuples(values, values).map(sorted)
    return st.tuples(pair, st.booleans(), st.booleans()).map(
        lambda drawn: ({low: drawn[0][0]} if drawn[1] else {}) | ({high: drawn[0][1]} if drawn[2] else {})
    )


TEXTS = bounded("minLength", "maxLength", st.integers(0, 30)).map(lambda limits: {"type": "string", **limits})
FORMATS = st.sampled_from(["email", "date", "date-time", "uri", "uuid"]).map(
    lambda name: {"type": "string", "format": name}
)
PATTERNS = st.sampled_from(
    [r"^\d{3}-\d{4}$", "^[A-Z]{2,5}$", "^(a|b)+c?$", r"^\w+@\w+\.com$", "^#[0-9a-f]{6}$"]
)
NUMBERS = st.tuples(
    st.sampled_from(["integer", "number"]), bounded("minimum", "maximum", st.integers(-50, 50))
).map(lambda drawn: {"type": drawn[0], **drawn[1]})
LEAVES = st.one_of(
    TEXTS,
    FORMATS,
    NUMBERS,
    PATTERNS.map(lambda pattern: {"type": "string", "pattern": pattern}),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}, {"const": 3}, {"enum": ["red", 2, None]}]),
    st.sampled_from([{"type": ["string", "null"]}, {"type": ["null", "integer"]}]),
    st.integers(1, 7).map(lambda unit: {"type": "integer", "multipleOf": unit, "minimum": 3}),
)


def deeper(inner: Any) -> Any:
    properties = st.dictionaries(NAMES, inner, max_size=4)
    objects = st.tuples(properties, st.booleans(), st.booleans()).map(
        lambda drawn: {
            "type": "object",
            "properties": drawn[0],
            "required": list(drawn[0])[: None if drawn[1] else 1],
            "additionalProperties": drawn[2],
        }
    )
    arrays = st.tuples(inner, bounded("minItems", "maxItems", st.integers(0, 4))).map(
        lambda drawn: {"type": "array", "items": drawn[0], **drawn[1]}
    )
    options = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(objects, arrays, options.map(lambda each: {"anyOf": each}))


SCHEMAS = st.recursive(LEAVES, deeper, max_leaves=12)
PROMPT = "Alice Smith is 30 years old, lives in Paris, writes to a@b.co and has 3 cats, see https://x.org on 2026-01-02."


@settings(max_examples=300, deadline=None)
@given(SCHEMAS, st.booleans(), st.sampled_from(["", PROMPT]))
def test_samples_match_their_schema(schema: Any, optional: bool, text: str) -> None:
    value = make(schema, text, optional=optional)
    json.dumps(value)
    assert problems(schema, value) == []
    jsonschema.validate(value, schema)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-60, 60),
        st.sampled_from([0.5, 1.0]),
        st.text("ab1-@.", max_size=8),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(SCHEMAS, VALUES)
def test_validation_agrees_with_the_reference(schema: Any, value: Any) -> None:
    assert (not problems(schema, value)) == jsonschema.Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    "schema",
    [
        {
            "$ref": "#/$defs/node",
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {
                        "v": {"type": "integer"},
                        "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                    },
                    "required": ["v", "next"],
                }
            },
        },
        {
            "type": "object",
            "properties": {"children": {"type": "array", "items": {"$ref": "#"}}},
            "required": ["children"],
        },
        {
            "allOf": [
                {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {"properties": {"b": {"type": "string"}}, "required": ["b"]},
            ]
        },
        {
            "oneOf": [
                {"type": "object", "properties": {"kind": {"const": "a"}}, "required": ["kind"]},
                {"type": "object", "properties": {"kind": {"const": "b"}}, "required": ["kind"]},
            ]
        },
        {"type": "array", "items": {"type": "string"}, "minItems": 5, "uniqueItems": True},
        {"type": "array", "items": {"type": "integer"}, "minItems": 5, "uniqueItems": True},
        {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "integer"}],
            "items": False,
            "minItems": 2,
        },
        {"type": "object", "required": ["free"], "additionalProperties": {"type": "integer"}},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        {"minimum": 3},
        {"items": {"type": "null"}},
        {"properties": {"a": True}},
        {"not": {"type": "string"}, "type": "integer"},
    ],
)
def test_harder_schemas_are_satisfied_too(schema: Any) -> None:
    jsonschema.validate(make(schema), schema)
    assert problems(schema, make(schema, optional=False)) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "#/$defs/nowhere"},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"allOf": [{"$ref": "#"}]},
        {
            "type": "object",
            "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}, "c": {"$ref": "#"}},
            "required": ["a", "b", "c"],
        },
        {"type": "array", "minItems": 10**9, "items": {"type": "array", "minItems": 10**9}},
        {"type": "string", "minLength": 10**9},
        {"type": "string", "pattern": "(a+)+$"},
        {"type": "string", "pattern": "[" * 300},
        {"type": "string", "pattern": "("},
        {"type": "string", "pattern": "^[^a-z]{3}(?=x)\\bq|z(?:y)?.\\s$"},
        {"type": 7, "enum": "x", "required": 3, "properties": [], "minimum": "a", "items": 4},
        {"type": ["nothing"]},
        False,
    ],
)
def test_hostile_or_invalid_schemas_give_a_value_or_an_error(schema: Any) -> None:
    with contextlib.suppress(ApiError):
        value = make(schema, PROMPT)
        problems(schema, value)
        problems(schema, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")


ATOMS = ["a", "b", "1", ".", r"\d", r"\w", "[a-c]", "[^a]", "(a|b)", "(?:ab)?", "(a*)", "^", "$", r"\b", "(?=a)", "(?!b)",
         r"[\d_-]", r"\.", "-", "(ab|a)(b|)", r"\s"]  # fmt: skip
QUANTIFIERS = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "*?", "{0,}"]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(ATOMS), st.sampled_from(QUANTIFIERS)).map("".join), min_size=1, max_size=4
    ),
    st.text("ab1-. c\n_", max_size=6),
)
def test_patterns_match_as_in_python(parts: list[str], text: str) -> None:
    pattern = "".join(parts)
    try:
        expected = re.search(pattern, text) is not None
        assert search(pattern, text, WorkLimit()) == expected
    except (re.error, PatternError):
        return


@pytest.mark.parametrize(
    "pattern", [r"^\d{3}$", "^[a-f]+$", "x(y|z)*w", r"^\+1\(\d{3}\)$", r"^[^\s@]+@[^\s@]+$", r"^[\w.]+\s?$"]
)
def test_examples_match_their_patterns(pattern: str) -> None:
    assert matches(pattern, example_of(pattern), WorkLimit())


@pytest.mark.parametrize(
    ("name", "schema", "expected"),
    [
        ("name", {"type": "string"}, "Alice Smith"),
        ("first_name", {"type": "string"}, "Alice"),
        ("lastName", {"type": "string"}, "Smith"),
        ("age", {"type": "integer"}, 30),
        ("city", {"type": "string"}, "Paris"),
        ("email", {"type": "string"}, "a@b.co"),
        ("contact", {"type": "string", "format": "email"}, "a@b.co"),
        ("url", {"type": "string"}, "https://x.org"),
        ("date", {"type": "string"}, "2026-01-02"),
        ("color", {"type": "string", "enum": ["red", "paris"]}, "paris"),
        ("cities", {"type": "array", "items": {"type": "string"}}, ["Paris"]),
        ("expression", {"type": "string"}, None),
        ("cats", {"type": "boolean"}, True),
    ],
)  # fmt: skip
def test_values_are_found_in_the_text(name: str, schema: Any, expected: Any) -> None:
    assert TextFinder(PROMPT)(name, schema) == expected


@pytest.mark.parametrize(
    ("text", "name", "schema", "expected"),
    [
        ("Book a flight from Berlin to New York", "origin", {"type": "string"}, "Berlin"),
        ("Book a flight from Berlin to New York", "destination", {"type": "string"}, "New York"),
        ("weather in oslo?", "city", {"type": "string"}, "Oslo"),
        ("weather for springfield", "city", {"type": "string"}, "springfield"),
        ("add 5 and 7", "b", {"type": "number"}, 5),
        ("The price is $1,250.50", "price", {"type": "number"}, 1250.5),
        ("subject: Lunch; body: Come at noon", "subject", {"type": "string"}, "Lunch"),
        ("What is 12 * 4?", "expression", {"type": "string"}, "12 * 4"),
        ("Numbers 3, 5 and 8", "numbers", {"type": "array", "items": {"type": "integer"}}, [3, 5, 8]),
        ("It is not urgent", "urgent", {"type": "boolean"}, False),
    ],
)  # fmt: skip
def test_values_are_found_by_name(text: str, name: str, schema: Any, expected: Any) -> None:
    assert TextFinder(text)(name, schema) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            {"type": "array", "items": {"type": "integer"}, "description": "Two. {minItems: 2, maxItems: 2}"},
            [1, 1],
        ),
        ({"type": "integer", "description": "{minimum: 7, maximum: 9}"}, 7),
        ({"type": "string", "description": "{contentEncoding: base64}"}, "dGV4dA=="),
        ({"type": "integer", "minimum": 3, "description": "{minimum: 7}"}, 3),
        ({"type": "integer", "description": "minimum: 7"}, 1),
    ],
)
def test_limits_in_a_description_are_followed(schema: dict[str, Any], expected: Any) -> None:
    assert SchemaSampler(schema, lambda *_: None, optional=True).sample() == expected
