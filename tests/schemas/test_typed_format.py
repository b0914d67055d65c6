"""Types as response formats: their schemas, and the values that JSON becomes."""

from __future__ import annotations

import json

import jsonschema
import pytest

from aiogroq.schemas import typed_format

from .strict_checker import strict_errors
from .types_of_all_kinds import CASES, Case


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_json_becomes_a_value_of_the_type(case: Case) -> None:
    value = typed_format(case.type).decode(case.json)
    assert value == case.value
    assert type(value) is type(case.value)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_schema_is_strict_where_strict_mode_can_express_the_type(case: Case) -> None:
    found = typed_format(case.type)
    assert found.is_strict == case.is_strict, found.unsupported
    assert not found.is_strict or strict_errors(found.schema) == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_json_of_a_value_is_valid_against_the_schema(case: Case) -> None:
    for strict in (None, False):
        schema = typed_format(case.type, strict=strict).schema
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(case.json), schema, cls=jsonschema.Draft202012Validator)
