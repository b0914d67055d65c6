"""Types as response formats, as users write them: both type checkers accept every type and know the result."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import msgspec
import pydantic
from typing_extensions import TypedDict, assert_type

import aiogroq
from aiogroq import SchemaError
from aiogroq.schemas import MismatchError, TypedFormat, typed_format

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T]):
    items: list[T]


@dataclass
class Data:
    a: int


class Keys(TypedDict):
    a: int


class Pair(NamedTuple):
    a: int
    b: int


class Model(pydantic.BaseModel):
    a: int


class Colour(enum.Enum):
    RED = "red"


def dicts_of_types() -> None:
    assert_type(aiogroq.response_format(Page[int]), dict[str, Any])
    assert_type(aiogroq.response_format(Data, strict=True, name="data"), dict[str, Any])
    for each in (
        aiogroq.response_format(Keys),
        aiogroq.response_format(Pair),
        aiogroq.response_format(Model),
        aiogroq.response_format(Colour),
        aiogroq.response_format(list[Data | Model]),
        aiogroq.response_format(Literal["good", "bad"]),
        aiogroq.response_format(Annotated[int, "In years"]),
        aiogroq.response_format(dict[str, int] | None),
    ):
        assert_type(each, dict[str, Any])


def values_of_types(text: str) -> None:
    assert_type(typed_format(Data), TypedFormat[Data])
    assert_type(typed_format(Data).decode(text), Data)
    assert_type(typed_format(Page[int]).decode(text, lax=True), Page[int])
    assert_type(typed_format(Data | Model).decode(text), Data | Model)
    assert_type(typed_format(Literal["a", 1]).decode(text), Literal["a", 1])
    assert_type(typed_format(list[Keys]).decode(text), list[Keys])


def errors(error: SchemaError, mismatch: MismatchError) -> None:
    assert_type(str(error), str)
    assert_type(mismatch.path, str)
    assert_type(mismatch.reason, str)
    assert_type(mismatch.others, tuple[MismatchError, ...])
    as_type_error: TypeError = error
    as_value_error: ValueError = mismatch
    del as_type_error, as_value_error
