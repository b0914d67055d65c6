"""JSON schemas of response types inside pydantic models."""

from __future__ import annotations

from typing import Any

import msgspec
import pydantic
import pytest

from aiogroq import types
from aiogroq.types._json_schema import inlined_schema
from aiogroq.types.chat import ChatCompletion

STRUCTS = [
    value for value in vars(types).values() if isinstance(value, type) and issubclass(value, msgspec.Struct)
]


class Stored(pydantic.BaseModel):
    response: ChatCompletion


def test_the_schema_of_a_pydantic_model_has_the_fields_of_a_response_in_it() -> None:
    response = Stored.model_json_schema()["properties"]["response"]
    choice = response["properties"]["choices"]["items"]
    assert choice["properties"]["message"]["properties"]["content"]["anyOf"][0] == {"type": "string"}


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_a_schema_has_no_references_and_allows_unknown_fields(struct: type[Any]) -> None:
    schema = inlined_schema(struct)
    text = msgspec.json.encode(schema)
    assert schema["type"] == "object"
    assert b"$ref" not in text
    assert b'"additionalProperties":false' not in text
