"""``response.parse(to=...)``: the body as any type that a caller names."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from typing import Any, Literal, NamedTuple, Optional, Union

import msgspec
import pydantic
import pytest
from multidict import CIMultiDict
from typing_extensions import TypedDict

from aiogroq import APIResponseValidationError
from aiogroq.errors import RequestInfo
from aiogroq.protocol.decode import parse_body
from aiogroq.protocol.status_errors import PlainHead
from aiogroq.types import ChatCompletion, ErrorObject, FileObject


class City(msgspec.Struct):
    name: str


class Country(msgspec.Struct):
    code: str


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.0


class Row(TypedDict):
    a: int


class Pair(NamedTuple):
    a: int
    b: str


class Weather(pydantic.BaseModel):
    city: str
    at: Optional[datetime.date] = None


class Wrapped(pydantic.BaseModel):
    completion: ChatCompletion


class Shade(enum.Enum):
    DARK = "dark"


class Plain:
    """A class that no library knows how to make."""


def parse(to: Any, body: bytes) -> Any:
    headers = CIMultiDict({"Content-Type": "application/json", "X-Request-Id": "req_1"})
    return parse_body(to, body, PlainHead(200, headers, RequestInfo("GET", "https://x/y")))


@pytest.mark.parametrize(
    ("to", "body", "value"),
    [
        (City, b'{"name":"Brno","new":1}', City("Brno")),
        (Point, b'{"x":1,"y":2,"z":3}', Point(1, 2.0)),
        (Row, b'{"a":1}', {"a": 1}),
        (Pair, b'[1,"b"]', Pair(1, "b")),
        (dict, b'{"a":[1,null]}', {"a": [1, None]}),
        (dict[str, int], b'{"a":1}', {"a": 1}),
        (list, b"[1,null]", [1, None]),
        (list[int], b"[1,2]", [1, 2]),
        (list[City], b'[{"name":"Brno"}]', [City("Brno")]),
        (tuple[int, str], b'[1,"b"]', (1, "b")),
        (set[int], b"[1,1]", {1}),
        (Union[int, str], b'"a"', "a"),
        (int | None, b"null", None),
        (Optional[City], b'{"name":"Brno"}', City("Brno")),
        (Union[City, Country], b'{"code":"CZ"}', Country("CZ")),
        (Union[Weather, City], b'{"name":"Brno"}', City("Brno")),
        (Union[City, int], b"3", 3),
        (Literal["a", "b"], b'"a"', "a"),
        (Shade, b'"dark"', Shade.DARK),
        (datetime.date, b'"2026-01-02"', datetime.date(2026, 1, 2)),
        (Weather, b'{"city":"Brno","at":"2026-01-02"}', Weather(city="Brno", at=datetime.date(2026, 1, 2))),
        (list[Weather], b'[{"city":"Brno"}]', [Weather(city="Brno")]),
        (dict[str, Weather], b'{"a":{"city":"Brno"}}', {"a": Weather(city="Brno")}),
        (pydantic.PositiveInt, b"3", 3),
        (object, b'{"a":[1]}', {"a": [1]}),
        (Any, b'{"a":[1]}', {"a": [1]}),
        (str, b'{"a": 1}', '{"a": 1}'),
        (str, "čeština".encode(), "čeština"),
        (str, b"\xff", "�"),
        (bytes, b"\x00\xff", b"\x00\xff"),
        (int, b" 15\n", 15),
        (float, b"1.5", 1.5),
        (bool, b"true", True),
        (bool, b"True ", True),
        (bool, b"false", False),
        (bool, b"yes", False),
        (None, b"anything", None),
        (type(None), b"", None),
    ],
)
def test_a_body_becomes_what_is_requested(to: Any, body: bytes, value: Any) -> None:
    parsed = parse(to, body)
    assert parsed == value
    assert type(parsed) is type(value)


def test_an_endpoints_own_type_is_read_as_tolerantly_as_ever() -> None:
    body = b'{"id":"a","created":"15","brand_new":1}'
    completion = parse(ChatCompletion, body)
    assert (completion.id, completion.created, completion.brand_new) == ("a", 15, 1)


@pytest.mark.parametrize(
    ("to", "wrap"),
    [
        (list[FileObject], lambda body: b"[" + body + b"]"),
        (dict[str, FileObject], lambda body: b'{"k":' + body + b"}"),
        (Optional[FileObject], lambda body: body),
        (Union[ErrorObject, FileObject], lambda body: body),
        (list[Optional[FileObject]], lambda body: b"[" + body + b"]"),
    ],
)
def test_our_own_types_inside_others_are_as_tolerant(to: Any, wrap: Any) -> None:
    value = parse(to, wrap(b'{"id":"file_1","bytes":"15","brand_new":1}'))
    (file,) = value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
    assert isinstance(file, FileObject)
    assert (file.id, file.bytes, file.brand_new) == ("file_1", 15, 1)


def test_of_two_of_our_own_types_it_is_the_one_that_knows_more_of_the_fields() -> None:
    to = Union[FileObject, ErrorObject]
    assert type(parse(to, b'{"message":"m","type":"t","id":"x"}')) is ErrorObject
    assert type(parse(to, b'{"filename":"f","id":"x","message":"m"}')) is FileObject


def test_a_pydantic_model_can_hold_one_of_our_types() -> None:
    wrapped = parse(Wrapped, b'{"completion":{"id":"a","brand_new":1}}')
    assert wrapped.completion.brand_new == 1


@pytest.mark.parametrize(
    ("to", "body", "words"),
    [
        (City, b'{"name":3}', "Cannot read the response as City: Expected `str`, got `int`"),
        (City, b"[]", "Cannot read the response as City"),
        (City, b"<html>", "Cannot read the response as City"),
        (City, b"", "Cannot read the response as City"),
        (dict, b"[1]", "Cannot read the response as dict"),
        (list[int], b'["a"]', "Expected `int`"),
        (int, b"abc", "Cannot read the response as int"),
        (int, b"9" * 5000, "Cannot read the response as int"),
        (float, b"", "Cannot read the response as float"),
        (Weather, b'{"city":[]}', "Cannot read the response as Weather"),
        (list[Weather], b'[{"city":[]}]', "Cannot read the response as list"),
        (Union[City, Country], b'{"x":1}', "missing required field `name`.*missing required field `code`"),
        (Plain, b"{}", "Cannot read the response as Plain: .* is a type that cannot be read from JSON"),
        (list[Plain], b"[{}]", "is a type that cannot be read from JSON"),
        (3, b"3", "Cannot read the response as 3"),
        ("City", b"3", "Cannot read the response as City"),
        (object, b"<html>", "Expected JSON, got"),
        (Any, b"<html>", "Cannot read the response as "),
        (ChatCompletion, b"<html>", "Expected JSON, got"),
        (list, b"[" * 100_000, "Cannot read the response as list"),
    ],
)
def test_a_body_that_does_not_fit_says_why_and_what_it_was(to: Any, body: bytes, words: str) -> None:
    with pytest.raises(APIResponseValidationError, match=f"(?s){words}") as caught:
        parse(to, body)
    raised = caught.value
    assert (raised.status_code, raised.request_id) == (200, "req_1")
    assert raised.response.content == body
    assert raised.body == body.decode()


def test_a_lone_surrogate_is_read_where_a_plain_type_is_requested() -> None:
    assert parse(dict, b'{"a":"\\ud83d"}') == {"a": "\ud83d"}
