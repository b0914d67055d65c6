"""Limits of pydantic and annotated_types are told to the model and checked, in every kind of type."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Annotated, Any, NamedTuple, TypedDict

import annotated_types
import msgspec
import pydantic
import pytest

from aiogroq.schemas import MismatchError, typed_format

Stars = Annotated[int, pydantic.Field(ge=5, description="More is better")]


class Plain(msgspec.Struct):
    m: Stars


class Unlimited(msgspec.Struct):
    m: Annotated[int, pydantic.Field(description="Any number")]


class Nullable(msgspec.Struct):
    m: Stars | None


class Listed(msgspec.Struct):
    m: Annotated[list[Unlimited], pydantic.Field(min_length=1)]


class Inner(msgspec.Struct):
    m: Annotated[int, annotated_types.Ge(5)]


@dataclasses.dataclass
class Around:
    inner: Plain


@dataclasses.dataclass
class Data:
    m: pydantic.PositiveInt


class Typed(TypedDict):
    m: Annotated[int, annotated_types.Interval(gt=0)]


class Named(NamedTuple):
    m: pydantic.PositiveInt


class Several(msgspec.Struct):
    m: Annotated[list[int], annotated_types.Len(1, 2)]
    text: Annotated[str, pydantic.StringConstraints(pattern="^a")] = "a"


@pytest.mark.parametrize(
    ("annotation", "right", "wrong"),
    [
        (Plain, '{"m":6}', '{"m":4}'),
        (Unlimited, '{"m":6}', '{"m":"x"}'),
        (Nullable, '{"m":6}', '{"m":4}'),
        (Nullable, '{"m":null}', '{"m":"x"}'),
        (Listed, '{"m":[{"m":1}]}', '{"m":[]}'),
        (Inner, '{"m":6}', '{"m":4}'),
        (Around, '{"inner":{"m":6}}', '{"inner":{"m":4}}'),
        (list[Plain], '{"result":[{"m":6}]}', '{"result":[{"m":4}]}'),
        (Data, '{"m":6}', '{"m":-4}'),
        (Typed, '{"m":6}', '{"m":-4}'),
        (Named, '{"result":[6]}', '{"result":[-4]}'),
        (Annotated[int, annotated_types.Ge(5)], '{"result":6}', '{"result":4}'),
        (dict[str, pydantic.PositiveInt], '{"a":6}', '{"a":-4}'),
        (Several, '{"m":[6,7]}', '{"m":[6,7,8]}'),
        (Several, '{"m":[6],"text":"ab"}', '{"m":[6],"text":"b"}'),
    ],
)
def test_a_value_within_the_limits_is_accepted_and_another_is_not(
    annotation: Any, right: str, wrong: str
) -> None:
    typed: Any = typed_format(annotation, strict=False)
    typed.decode(right)
    with pytest.raises(MismatchError):
        typed.decode(wrong)


@pytest.mark.parametrize(
    ("annotation", "limits"),
    [
        (Plain, {"minimum": 5, "description": "More is better"}),
        (Inner, {"minimum": 5}),
        (Data, {"exclusiveMinimum": 0}),
        (Typed, {"exclusiveMinimum": 0}),
        (Several, {"minItems": 1, "maxItems": 2}),
    ],
)
def test_the_schema_has_the_limits(annotation: Any, limits: dict[str, Any]) -> None:
    schema = typed_format(annotation, strict=False).schema["properties"]["m"]
    assert limits.items() <= schema.items(), schema


def test_limits_of_annotated_types_need_no_pydantic() -> None:
    script = """
import sys
from dataclasses import dataclass
from typing import Annotated
import annotated_types
from aiogroq.schemas import MismatchError, typed_format

@dataclass
class Data:
    m: Annotated[int, annotated_types.Ge(5)]

typed = typed_format(Data)
assert typed.decode('{"m":6}') == Data(6)
try:
    typed.decode('{"m":4}')
except MismatchError as error:
    print(error)
assert "pydantic" not in sys.modules
"""
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert made.stdout == "Expected `int` >= 5 - at `$.m`\n", made.stderr
