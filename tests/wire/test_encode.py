"""What callers give, as the bytes of a JSON body."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import json
import pathlib
import types
import uuid
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq import GroqError, omit
from aiogroq.types import ChatCompletionMessageToolCall
from aiogroq.types.audio import TranscriptionText
from aiogroq.wire.encode import encode_json


class City(msgspec.Struct):
    name: str
    people: int | None = None


@dataclasses.dataclass
class Point:
    x: int
    y: list[int]


class Weather(pydantic.BaseModel):
    city: str
    wind: float = 0.0
    at: datetime.date | None = None


class Shade(str, enum.Enum):
    DARK = "dark"


class Size(enum.IntEnum):
    BIG = 3


class Words(str):
    pass


class Count(int):
    pass


class Share(float):
    pass


class Pairs(dict[str, int]):
    pass


class Array:
    """Behaves like numpy's."""

    def tolist(self) -> list[float]:
        return [0.5, 1.0]


class Looked(collections.UserDict[str, int]):
    pass


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        ("žluťoučký 🐎", '"žluťoučký 🐎"'),
        ("\x00\u2028", '"\\u0000\u2028"'),
        (2**70, "1180591620717411303424"),
        (0.1, "0.1"),
        ((1, 2), "[1,2]"),
        ({3}, "[3]"),
        (frozenset({3}), "[3]"),
        (range(3), "[0,1,2]"),
        (collections.deque([1]), "[1]"),
        ({"a": 1}.keys(), '["a"]'),
        (map(str, [1, 2]), '["1","2"]'),
        (types.MappingProxyType({"a": 1}), '{"a":1}'),
        (collections.OrderedDict(a=1), '{"a":1}'),
        (collections.defaultdict(int, a=1), '{"a":1}'),
        (Looked(a=1), '{"a":1}'),
        (Pairs(a=1), '{"a":1}'),
        ({1: "a"}, '{"1":"a"}'),
        (Words("a"), '"a"'),
        (TranscriptionText(" Hello"), '" Hello"'),
        (Count(3), "3"),
        (Share(0.5), "0.5"),
        (Shade.DARK, '"dark"'),
        (Size.BIG, "3"),
        (Array(), "[0.5,1.0]"),
        (City("Brno"), '{"name":"Brno","people":null}'),
        (Point(1, [2]), '{"x":1,"y":[2]}'),
        (Weather(city="Brno"), '{"city":"Brno"}'),
        (Weather(city="Brno", at=datetime.date(2026, 1, 2)), '{"city":"Brno","at":"2026-01-02"}'),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), '"2026-01-02T03:04:05"'),
        (datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc), '"2026-01-02T00:00:00Z"'),
        (datetime.date(2026, 1, 2), '"2026-01-02"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (decimal.Decimal("1.10"), '"1.10"'),
    ],
)
def test_what_can_stand_in_json_is_written(value: Any, written: str) -> None:
    assert encode_json({"k": [value]}).decode() == f'{{"k":[{written}]}}'


def test_a_generator_is_a_list() -> None:
    assert encode_json({"messages": ({"role": "user", "content": str(n)} for n in range(2))}) == (
        b'{"messages":[{"role":"user","content":"0"},{"role":"user","content":"1"}]}'
    )


def test_an_object_of_an_answer_is_written_without_what_the_server_added() -> None:
    call = ChatCompletionMessageToolCall.model_validate(
        {"id": "1", "type": "function", "function": {"name": "f", "new": 2}, "brand_new": 1}
    )
    assert encode_json([call]) == b'[{"id":"1","type":"function","function":{"name":"f"}}]'


def test_omit_is_left_out_at_any_depth_and_none_is_null() -> None:
    value = {"a": omit, "b": None, "c": [{"d": omit, "e": 1}, omit, 2], "f": (n for n in [omit, 3])}
    assert json.loads(encode_json(value)) == {"b": None, "c": [{"e": 1}, 2], "f": [3]}


def endless() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["again"] = [value]
    return value


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


async def pieces() -> AsyncIterator[bytes]:
    yield b""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"abc", r"JSON has no bytes; decode\(\) them to text, or base64-encode them yourself"),
        (bytearray(b"abc"), "JSON has no bytearray"),
        (memoryview(b"abc"), "JSON has no memoryview"),
        ((b"abc",), "JSON has no bytes"),
        (float("nan"), "JSON has no nan"),
        (float("inf"), "JSON has no inf"),
        (-float("inf"), "JSON has no -inf"),
        (pathlib.Path("/x"), "JSON has no form for this PosixPath"),
        (object(), "JSON has no form for this object"),
        (3j, "JSON has no form for this complex"),
        (len, "JSON has no form for this builtin_function_or_method"),
        (Weather, r"Weather is a class; for its schema pass model_json_schema\(\)"),
        ({(1, 2): 3}, "JSON has no form for this tuple"),
        ({None: 3}, "JSON has no form for this NoneType"),
        ("half a horse: \ud83d", "lone surrogate"),
        ({"\udc34": 1}, "lone surrogate"),
        (endless(), "nested too deeply"),
        (deep(100_000), "nested too deeply"),
    ],
    ids=lambda value: (
        type(value).__name__ if not isinstance(value, str) else value[:20].encode("ascii", "replace")
    ),
)
def test_what_cannot_stand_in_json_is_refused_in_words(value: Any, words: str) -> None:
    with pytest.raises(GroqError, match=f"^the request .*{words}"):
        encode_json({"messages": [{"content": value}]})


def test_an_async_iterable_is_refused_in_words() -> None:
    with pytest.raises(GroqError, match="JSON has no form for this async iterable"):
        encode_json({"messages": pieces()})


def test_an_error_in_the_callers_own_generator_is_the_callers() -> None:
    def broken() -> Any:
        yield 1
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        encode_json({"messages": broken()})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(JSON)
def test_plain_data_comes_back_from_its_bytes(value: Any) -> None:
    assert json.loads(encode_json(value)) == value
