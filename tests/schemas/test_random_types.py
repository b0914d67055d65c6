"""Random types: what is called strict is strict, and what matches the schema is a value of the type."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiogroq.local.api.chat_rules import _check_strict as check_of_the_embedded_server
from aiogroq.schemas import TypedFormat, typed_format

from .random_types import TYPES, Sampler
from .strict_checker import strict_errors

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def check_schema(found: TypedFormat[Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(found.schema)
    assert found.is_strict == (not found.unsupported)
    if found.is_strict:
        assert strict_errors(found.schema) == []
        check_of_the_embedded_server(found.schema, found.name, "", 0)
    else:
        assert strict_errors(found.schema) != [] or found.unsupported


def check_decoding(annotation: Any, seed: int) -> None:
    strict = typed_format(annotation)
    loose = typed_format(annotation, strict=False)
    for found in (strict, loose):
        if found.is_strict and "{" in json.dumps(list(_descriptions(found.schema))):
            continue  # it has restrictions in words, which the sampler does not read
        value = Sampler(found.schema, seed).value()
        jsonschema.Draft202012Validator(found.schema).validate(value)
        found.decode(json.dumps(value))


def _descriptions(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for each in node for text in _descriptions(each)]
    if not isinstance(node, dict):
        return []
    own = [node["description"]] if isinstance(node.get("description"), str) else []
    return own + [text for each in node.values() for text in _descriptions(each)]


def check(annotation: Any, seed: int) -> None:
    found = typed_format(annotation)
    check_schema(found)
    check_decoding(annotation, seed)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(TYPES, st.integers(0, 2**32))
def test_random_types_have_the_schema_that_they_claim(annotation: Any, seed: int) -> None:
    check(annotation, seed)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
@settings(max_examples=2_000, deadline=None, suppress_health_check=SLOW)
@given(TYPES, st.integers(0, 2**32))
def test_2_000_random_types_have_the_schema_that_they_claim(annotation: Any, seed: int) -> None:
    check(annotation, seed)
