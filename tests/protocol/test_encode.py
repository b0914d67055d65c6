"""Encoding of request bodies as JSON."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import json
import pathlib
import re
import types
import uuid
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import groq
import msgspec
import numpy as np
import openai
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq import GroqError, omit
from aiogroq.protocol.encode import encode_json
from aiogroq.types import ChatCompletionMessageToolCall
from aiogroq.types.audio import TranscriptionText


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


class Icon(pydantic.BaseModel):
    data: bytes


class Shade(str, enum.Enum):
    DARK = "dark"


class Size(enum.IntEnum):
    BIG = 3


class Words(str):
    pass


class Count(int):
    pass


class Ratio(float):
    pass


class Pairs(dict[str, int]):
    pass


class Array:
    """Has the interface of a numpy array."""

    def tolist(self) -> list[float]:
        return [0.5, 1.0]


class UserMapping(collections.UserDict[str, int]):
    pass


@pytest.mark.parametrize(
    ("value", "encoded"),
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
        (UserMapping(a=1), '{"a":1}'),
        (Pairs(a=1), '{"a":1}'),
        ({1: "a"}, '{"1":"a"}'),
        (Words("a"), '"a"'),
        (TranscriptionText(" Hello"), '" Hello"'),
        (Count(3), "3"),
        (Ratio(0.5), "0.5"),
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
def test_values_that_json_can_represent_are_encoded(value: Any, encoded: str) -> None:
    assert encode_json({"k": [value]}).decode() == f'{{"k":[{encoded}]}}'


def test_a_generator_is_encoded_as_a_list() -> None:
    assert encode_json({"messages": ({"role": "user", "content": str(n)} for n in range(2))}) == (
        b'{"messages":[{"role":"user","content":"0"},{"role":"user","content":"1"}]}'
    )


def test_an_object_of_a_response_is_encoded_without_unknown_fields() -> None:
    call = ChatCompletionMessageToolCall.model_validate(
        {"id": "1", "type": "function", "function": {"name": "f", "new": 2}, "brand_new": 1}
    )
    assert encode_json([call]) == b'[{"id":"1","type":"function","function":{"name":"f"}}]'


class NotGiven:
    """As in the packages groq and openai."""

    def __bool__(self) -> bool:
        return False


class Omit:
    """As in the packages groq and openai."""


@pytest.mark.parametrize(
    "absent",
    [omit, NotGiven(), Omit(), groq.NOT_GIVEN, groq.omit, openai.omit],
    ids=["ours", "NotGiven", "Omit", "groq.NOT_GIVEN", "groq.omit", "openai.omit"],
)
def test_omitted_values_are_left_out_at_any_depth_and_none_is_null(absent: Any) -> None:
    value = {
        "a": absent,
        "b": None,
        "c": [{"d": absent, "e": 1}, absent, 2],
        "f": (n for n in [absent, 3]),
        "g": (absent, {"h": absent}),
        "i": Score(absent),
    }
    expected: Any = {"b": None, "c": [{"e": 1}, 2], "f": [3], "g": [{}], "i": {}}
    assert json.loads(encode_json(value)) == expected


def endless() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["again"] = [value]
    return value


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


async def chunks() -> AsyncIterator[bytes]:
    yield b""


@dataclasses.dataclass
class Score:
    score: Any


class ScoreStruct(msgspec.Struct):
    score: Any


class ScoreModel(pydantic.BaseModel):
    score: float


class ScoreTuple(NamedTuple):
    score: Any


class Items(list[Any]):
    pass


class Fields(dict[str, Any]):
    pass


class Worst(enum.Enum):
    SCORE = float("nan")


class Blob(bytes):
    pass


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (NAN, "messages[0].content is nan; JSON has only finite numbers"),
        ({"score": NAN}, "messages[0].content.score is nan"),
        ({"score": -INF}, "messages[0].content.score is -inf"),
        ([1.0, {"a score": [0.5, INF]}], "messages[0].content[1]['a score'][1] is inf"),
        ((1.0, (NAN,)), "messages[0].content[1][0] is nan"),
        (collections.OrderedDict(score=NAN), "messages[0].content.score is nan"),
        (collections.defaultdict(bytes, score=b"x"), "messages[0].content.score is bytes"),
        (Fields(score=NAN), "messages[0].content.score is nan"),
        (Items([1, NAN]), "messages[0].content[1] is nan"),
        (ScoreTuple(NAN), "messages[0].content[0] is nan"),
        (Score(NAN), "messages[0].content.score is nan"),
        (Score([b"x"]), "messages[0].content.score[0] is bytes"),
        (ScoreStruct(b"x"), "messages[0].content.score is bytes"),
        (ScoreModel(score=NAN), "messages[0].content.score is nan"),
        ([ScoreModel(score=NAN)], "messages[0].content[0].score is nan"),
        (types.MappingProxyType({"score": INF}), "messages[0].content.score is inf"),
        (Worst.SCORE, "messages[0].content is nan"),
        ({b"x"}, "messages[0].content[0] is bytes"),
        (frozenset([NAN]), "messages[0].content[0] is nan"),
        (collections.deque([b"x"]), "messages[0].content[0] is bytes"),
        ({"a": NAN}.values(), "messages[0].content[0] is nan"),
        (array.array("d", [1, NAN]), "messages[0].content[1] is nan"),
        (np.array([1, NAN]), "messages[0].content[1] is nan"),
        (np.array([[1, 2], [3, INF]], dtype="f"), "messages[0].content[1][1] is inf"),
        (np.array([NAN, None], dtype=object), "messages[0].content[0] is nan"),
        (np.float64(NAN), "messages[0].content is nan"),
        (np.float32(NAN), "messages[0].content is nan"),
        ([0.5, np.float64(INF)], "messages[0].content[1] is inf"),
        (np.bytes_(b"x"), "messages[0].content is bytes"),
        ([1e308, 1e308, NAN], "messages[0].content[2] is nan"),
        (b"x", "messages[0].content is bytes; decode it to str, or base64-encode it"),
        (Blob(b"x"), "messages[0].content is bytes"),
        (bytearray(b"x"), "messages[0].content is bytearray"),
        (memoryview(b"x"), "messages[0].content is memoryview"),
        ({b"k": 1}, "messages[0].content has the key b'k' of type bytes; JSON keys are strings"),
        ([{"role": "user", b"k": 1}], "messages[0].content[0] has the key b'k'"),
        ({(1, 2): 3}, "messages[0].content has the key (1, 2)"),
        ({NAN: 3}, "messages[0].content has the key nan"),
        (pathlib.Path("/x"), "messages[0].content is of type PosixPath, which JSON cannot represent"),
        ([3j], "messages[0].content[0] is of type complex"),
        (len, "messages[0].content is of type builtin_function_or_method"),
        (Weather, "messages[0].content is the type Weather; parse() takes a type as response_format, and"),
        (list[int], "messages[0].content is the type list[int]; parse() takes a type as response_format"),
        (int | None, "messages[0].content is the type int | None; parse() takes a type as response_format"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else re.split("[,;]", value)[0],
)
def test_a_value_that_json_cannot_represent_is_rejected_with_its_path(value: Any, message: str) -> None:
    with pytest.raises(GroqError) as caught:
        encode_json({"messages": [{"content": value}]})
    assert str(caught.value).startswith(f"cannot encode the request as JSON: {message}")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.datetime64("NaT", "s"), "has NaT"),
        (np.array(["2026-01-02", "NaT"], dtype="datetime64[s]"), "has NaT"),
        (np.timedelta64("NaT", "s"), "has NaT"),
        (decimal.Decimal("nan"), "is NaN; JSON has only finite numbers"),
        (decimal.Decimal("-inf"), "is -Infinity; JSON has only finite numbers"),
        (Icon(data=b"\xff"), "has bytes that are not UTF-8"),
    ],
)
def test_a_value_that_would_be_changed_is_rejected(value: Any, message: str) -> None:
    with pytest.raises(GroqError, match=f"k\\[0\\] {message}") as caught:
        encode_json({"k": [value]})
    assert caught.value.__context__ is None


def test_numpy_times_other_than_nat_are_encoded() -> None:
    times = np.array(["2026-01-02", "2026-01-03"], dtype="datetime64[D]")
    assert encode_json([times, times[0]]) == b'[["2026-01-02","2026-01-03"],"2026-01-02"]'


def test_a_decimal_key_is_encoded_as_a_string() -> None:
    assert encode_json({decimal.Decimal("1.10"): decimal.Decimal("1.10")}) == b'{"1.10":"1.10"}'


def test_a_value_from_an_iterable_is_rejected_with_its_path() -> None:
    with pytest.raises(GroqError, match=r"messages\[1\]\.content is nan"):
        encode_json({"messages": ({"content": content} for content in ("Hello", NAN))})


def test_a_value_in_a_body_that_is_not_a_mapping_is_rejected_with_its_path() -> None:
    with pytest.raises(GroqError, match=r"JSON: \[1\] is nan"):
        encode_json([0.5, NAN])
    with pytest.raises(GroqError, match="JSON: the body is nan"):
        encode_json(NAN)


@pytest.mark.parametrize(
    "value",
    ["half a horse: \ud83d", {"\udc34": 1}, ["\ud83d", datetime.date(2026, 1, 2)]],
    ids=["text", "key", "beside a date"],
)
def test_a_lone_surrogate_is_rejected(value: Any) -> None:
    with pytest.raises(GroqError, match=r"^cannot encode the request as JSON: .*lone surrogate"):
        encode_json({"messages": [{"content": value}]})


@pytest.mark.parametrize(
    "value", [endless(), deep(100_000), [deep(100_000), b"x"]], ids=["endless", "deep", "deep, and bytes"]
)
def test_too_deep_nesting_is_rejected(value: Any) -> None:
    with pytest.raises(GroqError, match=r"^cannot encode the request as JSON: it is nested too deeply"):
        encode_json({"messages": [{"content": value}]})


def test_an_async_iterable_is_rejected() -> None:
    with pytest.raises(GroqError, match="messages is an async iterable, which JSON cannot represent"):
        encode_json({"messages": chunks()})


@pytest.mark.parametrize(
    "value",
    [
        {True: 1, False: 2, None: 3, 4: 5, 0.5: 6},
        [{"role": "user", True: 1}, {None: 2}],
        {"logit_bias": {50256: -100}},
        Fields({"a": {True: [1]}}),
    ],
)
def test_keys_that_are_not_strings_are_encoded_as_by_the_standard_library(value: Any) -> None:
    assert json.loads(encode_json(value)) == json.loads(json.dumps(value))


def test_an_error_in_a_generator_of_the_caller_is_passed_on() -> None:
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


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_encoded_plain_data_decodes_to_the_same_data(value: Any) -> None:
    assert json.loads(encode_json(value)) == value
