"""What a model wrote, as a value of a type, or a `MismatchError` that names the place."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import pickle
import random
import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest

from aiogroq.schemas import MismatchError, json_values, typed_format

from .types_of_all_kinds import (
    CASES,
    Cat,
    Closed,
    Dog,
    Drawing,
    Limits,
    Model,
    Office,
    Person,
    Row,
    Strict,
    Team,
)


def mismatch(annotation: Any, text: str, *, lax: bool = False) -> MismatchError:
    with pytest.raises(MismatchError) as caught:
        typed_format(annotation).decode(text, lax=lax)
    return caught.value


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        (Person, '{"name":"a","age":"b"}', "Expected `int`, got `str` - at `$.age`"),
        (Person, '{"name":"a"}', "Object missing required field `age`"),
        (list[Person], '{"result":[{"name":"a","age":1},{"name":"b","age":null}]}', "Expected `int`, got `null` - at `$.result[1].age`"),
        (int, "3", "Expected `object`, got `int`"),
        (int, "{}", "Object missing required field `result`"),
        (Closed, '{"a":1,"b":2}', "Object contains unknown field `b`"),
        (Limits, '{"percent":101,"code":"ab","tags":[]}', "Expected `int` <= 100 - at `$.percent`"),
        (Cat | Dog, '{"result":{"type":"Cow"}}', "Invalid value 'Cow'; the choices are 'Cat', 'Dog' - at `$.result.type`"),
        (Model, '{"name":"a","age":-1}', "Input should be greater than or equal to 0 - at `$.age`"),
        (Model, "{}", "Field required - at `$.name`; Field required - at `$.age`"),
        (Team, '{"lead":{"name":"a","age":-1},"others":[]}', "Input should be greater than or equal to 0 - at `$.lead.age`"),
        (Office, '{"team":[{"name":"a","age":"x"}],"tree":{"name":"b"}}', "Input should be a valid integer, unable to parse string as an integer - at `$.team[0].age`"),
        (Drawing, '{"shapes":[{"x":1,"y":"b"}],"main":null}', "Expected `float`, got `str` - at `$.shapes[0].y`"),
        (Drawing, '{"shapes":{},"main":null}', "Expected `array`, got `object` - at `$.shapes`"),
        (Drawing, '{"main":null}', "Object missing required field `shapes`"),
        (Person, "", "the text is empty"),
        (Person, " \n", "the text is empty"),
        (Person, "hello", "the text is not JSON: JSON is malformed: invalid character (byte 0)"),
        (Person, '{"name":"a","age":1} {}', "the text is not JSON: JSON is malformed: trailing characters (byte 22)"),
        (float, '{"result":NaN}', "the text is not JSON: JSON is malformed: invalid character (byte 10)"),
        (list[Any], '{"result":' + "[" * 100_000 + "]" * 100_000 + "}", "the JSON is nested too deeply"),
    ],
)  # fmt: skip
def test_a_text_that_does_not_fit_names_the_place(annotation: Any, text: str, message: str) -> None:
    assert str(mismatch(annotation, text)) == message


class Mood(enum.Enum):
    """A mood."""

    GOOD = "good"
    BAD = "bad"


class Node(msgspec.Struct):
    """A node of a tree."""

    mood: Mood
    next: Node | None = None
    nodes: list[Node] = []


@dataclass
class Joke:
    """A joke."""

    kind: Literal["joke"]
    mood: Mood


@dataclass
class Price:
    """A price."""

    kind: Literal["price"]
    amount: int


Letter = enum.Enum("Letter", {f"a{number}": f"a{number}" for number in range(100)})


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        (Mood, '{"result":"Good"}', "Invalid enum value 'Good'; the choices are 'good', 'bad' - at `$.result`"),
        (Literal["a", 1], '{"result":2}', "Invalid enum value 2; the choices are 'a', 1 - at `$.result`"),
        (list[Mood], '["Good"]', "Invalid enum value 'Good'; the choices are 'good', 'bad' - at `$[0]`"),
        (dict[str, Mood], '{"a":"b"}', "Invalid enum value 'b'; the choices are 'good', 'bad' - at `$[...]`"),
        (tuple[int, Mood], '{"result":[1,"b"]}', "Invalid enum value 'b'; the choices are 'good', 'bad' - at `$.result[1]`"),
        (Mood | None, '{"result":"b"}', "Invalid enum value 'b'; the choices are 'good', 'bad' - at `$.result`"),
        (Node, '{"mood":"good","next":{"mood":"bad","nodes":[{"mood":"x"}]}}', "Invalid enum value 'x'; the choices are 'good', 'bad' - at `$.next.nodes[0].mood`"),
        (Joke | Price, '{"result":{"kind":"story"}}', "Invalid enum value 'story'; the choices are 'joke', 'price' - at `$.result.kind`"),
        (Letter, '{"result":"b"}', "Invalid enum value 'b' - at `$.result`"),
    ],
)  # fmt: skip
def test_the_error_about_a_choice_has_the_choices_if_they_are_few(
    annotation: Any, text: str, message: str
) -> None:
    assert str(mismatch(annotation, text, lax=True)) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"kind":"joke","mood":"x"}', "Invalid enum value 'x'; the choices are 'good', 'bad' - at `$.result.mood`"),
        ('{"kind":"joke"}', "Object missing required field `mood` - at `$.result`"),
        ('{"kind":"price","amount":"x"}', "Expected `int`, got `str` - at `$.result.amount`"),
    ],
)  # fmt: skip
def test_the_error_of_a_union_is_that_of_the_member_whose_kind_was_written(text: str, message: str) -> None:
    assert str(mismatch(Joke | Price, f'{{"result":{text}}}')) == message


def test_the_error_has_path_and_reason_and_can_be_pickled() -> None:
    error = mismatch(Person, '{"name":"a","age":"b"}')
    assert (error.path, error.reason) == ("$.age", "Expected `int`, got `str`")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.path, copy.reason) == (str(error), error.path, error.reason)


def test_nothing_of_msgspec_or_pydantic_is_in_the_error() -> None:
    for annotation in (Person, Model, Team, Drawing):
        error = mismatch(annotation, '{"a":1}')
        assert error.__cause__ is None
        assert error.__context__ is None or error.__suppress_context__


class WithFloat(pydantic.BaseModel):
    x: float


@pytest.mark.parametrize("annotation", [float, WithFloat])
def test_nan_is_not_json_for_any_kind_of_type(annotation: Any) -> None:
    for word in ("NaN", "Infinity", "-Infinity"):
        assert "not JSON" in str(mismatch(annotation, f'{{"x":{word},"result":{word}}}', lax=True))


def test_nan_in_a_text_is_a_text() -> None:
    class WithText(pydantic.BaseModel):
        x: str

    assert typed_format(WithText).decode('{"x":"NaN"}').x == "NaN"


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (int, '{"result":1.0}', 1),
        (int, '{"result":"30"}', 30),
        (bool, '{"result":"true"}', True),
        (Row, '{"result":[1.0,"2"]}', Row(1, 2)),
        (Person, '{"name":"a","age":"30"}', Person("a", 30)),
        (Drawing, '{"shapes":[{"radius":"1.5"}],"main":null}', None),
        (list[int], "[1,2]", [1, 2]),
        (str, '"a"', "a"),
        (str, '{"result":"a\nb"}', "a\nb"),
        (int | str, '{"result":"30"}', "30"),
    ],
)
def test_only_a_lax_decode_accepts_what_converts_without_loss(annotation: Any, text: str, value: Any) -> None:
    found = typed_format(annotation).decode(text, lax=True)
    if value is not None:
        assert found == value
        assert type(found) is type(value)
    if annotation != int | str:
        mismatch(annotation, text)


def test_a_lax_decode_does_not_lose_anything() -> None:
    for text in ('{"result":1.5}', '{"result":"x"}', '{"result":null}', '{"result":[1]}'):
        mismatch(int, text, lax=True)


class Level(enum.IntEnum):
    LOW = 1


class Reading(msgspec.Struct):
    level: Level | float
    previous: list[Literal[1, "none"] | decimal.Decimal | None] = []


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (Literal[1, "a", None] | float, "0", 0.0),
        (float | Literal[2], "-7", -7.0),
        (Annotated[Literal[1] | float, "a number"] | None, "2.5", 2.5),
        (list[Level | float], "[1, 2]", [Level.LOW, 2.0]),
        (Literal[1] | decimal.Decimal, "3", decimal.Decimal(3)),
        (Reading, '{"level": 2, "previous": [1, 3, "none", null]}', Reading(2.0, [1, decimal.Decimal(3), "none", None])),
    ],
)  # fmt: skip
def test_a_number_may_be_a_choice_or_any_other(annotation: Any, text: str, value: Any) -> None:
    found = typed_format(annotation)
    decoded = found.decode(f'{{"result": {text}}}' if found.is_wrapped else text)
    assert decoded == value
    assert repr(decoded) == repr(value)  # and of the same type


@pytest.mark.parametrize("annotation", [Person, Model, dict[str, Any]])
def test_of_duplicate_keys_the_last_one_counts(annotation: Any) -> None:
    value = typed_format(annotation).decode('{"name":"a","age":1,"name":"b"}')
    assert (value["name"] if isinstance(value, dict) else value.name) == "b"


@pytest.mark.parametrize("annotation", [Person, Model, Team])
@pytest.mark.parametrize("half", [r"\ud83d", r"\ude00", "\ud83d"])
def test_half_an_emoji_becomes_the_replacement_character(annotation: Any, half: str) -> None:
    text = f'{{"name":"a{half}","age":1}}'
    value = typed_format(annotation).decode(f'{{"lead":{text},"others":[]}}' if annotation is Team else text)
    assert (value.lead if annotation is Team else value).name == "a\ufffd"


def test_a_whole_emoji_stays() -> None:
    assert typed_format(Person).decode(r'{"name":"\ud83d\ude00","age":1}').name == "😀"


def test_unknown_keys_are_ignored_unless_the_type_forbids_them() -> None:
    assert typed_format(Person).decode('{"name":"a","age":1,"extra":[]}') == Person("a", 1)


def test_strict_models_read_json_as_json() -> None:
    value = typed_format(list[Strict]).decode(
        '{"result":[{"when":"2026-01-31T12:00:00Z","id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","pair":[1,2]}]}'
    )
    assert value[0].when == datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)


@dataclass
class Small:
    a: int


@dataclass
class Large:
    a: int
    b: int


@pytest.mark.parametrize("annotation", [Small | Large, Large | Small])
def test_of_a_union_the_member_that_knows_all_keys_is_taken(annotation: Any) -> None:
    assert typed_format(annotation).decode('{"result":{"a":1,"b":2}}') == Large(1, 2)
    assert typed_format(annotation).decode('{"result":{"a":1}}') == Small(1)


@dataclass
class Even:
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError("the number is odd")


@pytest.mark.parametrize("annotation", [Even, Even | Large])
def test_what_the_type_itself_rejects_is_a_mismatch(annotation: Any) -> None:
    text = '{"number":1}' if annotation is Even else '{"result":{"number":1}}'
    assert mismatch(annotation, text).reason == "the number is odd"


@dataclass
class Sized:
    pair: Annotated[list[Small | Large], msgspec.Meta(max_length=1)]


def test_lengths_are_checked_where_msgspec_does_not_know_the_type() -> None:
    assert typed_format(Sized).decode('{"pair":[{"a":1}]}') == Sized([Small(1)])
    assert mismatch(Sized, '{"pair":[{"a":1},{"a":2}]}').path == "$.pair"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a":1}', '{"a":1}'),
        (' {"a":1}\n', '{"a":1}'),
        ('```json\n{"a":1}\n```', '{"a":1}'),
        ("```\n[1]\n``` and\n```json\n[2]\n```", "[2]"),
        ("```\n[1]\n``` not [2]", "[1]"),
        ('Here it is: {"a":{"b":[1]}}. Enjoy {it}!', '{"a":{"b":[1]}}'),
        ("{not json} [1, 2] [3]", "[3]"),
        ('{"a":1} {"a":', '{"a":1}'),
        ('{"a":1}{"a":2}', '{"a":2}'),
        ('"text"', '"text"'),
        ("3", "3"),
        ('I say "3"', None),
        ('{"a":', None),
        ('{"a":[{"b":1}', None),
        ('{"a":[{"b":1},"[2]', None),
        ("", None),
        ("[" * 5_000, None),
    ],
)
def test_the_likeliest_json_of_a_text_is_its_last(text: str, found: str | None) -> None:
    assert json_values(text)[:1] == ([] if found is None else [found])


def test_bytes_are_decoded_and_no_text_is_a_mismatch() -> None:
    typed = typed_format(Small)
    assert typed.decode(b'{"a":1}') == Small(1)
    with pytest.raises(MismatchError, match="there is no text"):
        typed.decode(None)
    with pytest.raises(MismatchError, match=r"not UTF-8: .* at byte 6"):
        typed.decode(b'{"a":"\xff"}')
    with pytest.raises(TypeError, match="str or bytes, not dict"):
        typed.decode({"a": 1})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nan", "nan is not JSON (character 0)"),
        ('{"a": na', "na is not JSON (character 6)"),
        ("nul", "truncated"),
        ('{"a": tr', "truncated"),
    ],
)
def test_a_word_that_is_not_json_is_named(text: str, words: str) -> None:
    assert words in str(mismatch(Small, text))


def mutated(text: str, rng: random.Random) -> str:
    """A text with a few changes, as a model or a broken proxy might make."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            text = text[:at] + text[at + rng.randint(1, 4) :]
        elif kind == 1:
            text = (
                text[:at]
                + rng.choice(['"', "}", "null", "NaN", "\ud800", "1e999", "\\u", "[", ",", "\n", "9" * 30])
                + text[at:]
            )
        elif kind == 2:
            text = text.replace(
                rng.choice(["1", '"a"', "[", "true", ":"]), rng.choice(["{}", '"x"', "[]", "-0.5"]), 1
            )
        else:
            text = text[:at]
    return text


def check_mutations(count: int) -> None:
    rng = random.Random(20261128)
    cases = list(CASES.values())
    mismatches: list[MismatchError] = []
    for _ in range(count):
        case = rng.choice(cases)
        text = mutated(case.json, rng)
        try:
            typed_format(case.type).decode(text, lax=rng.random() < 0.5)
        except MismatchError as error:
            mismatches.append(error)
    assert len(mismatches) > count / 10
    assert all(str(error) and error.path.startswith("$") for error in mismatches)


def test_a_changed_text_is_a_value_or_a_mismatch() -> None:
    check_mutations(1_000)


@pytest.mark.slow
def test_50_000_changed_texts_are_values_or_mismatches() -> None:
    check_mutations(50_000)


def test_a_large_text_is_decoded() -> None:
    people = [{"name": "a" * 1_000, "age": age} for age in range(1_000)]
    assert len(typed_format(list[Person]).decode(json.dumps({"result": people}))) == 1_000


def test_types_without_pydantic_never_import_it() -> None:
    code = (
        "import sys, msgspec, enum, dataclasses, typing, aiogroq\n"
        "class Colour(enum.Enum): RED = 'red'\n"
        "class S(msgspec.Struct):\n    a: int\n    b: typing.Annotated[list[Colour], 'text'] = []\n"
        "@dataclasses.dataclass\nclass D:\n    s: S | None\n    t: 'dict[str, S] | None' = None\n"
        "from aiogroq.schemas import typed_format\n"
        "assert aiogroq.response_format(S)['type'] == 'json_schema'\n"
        'assert typed_format(D).decode(\'{"s":{"a":1}}\') == D(S(1))\n'
        'assert typed_format(list[D | S]).decode(\'{"result":[{"a":1}]}\') == [S(1)]\n'
        "print([m for m in ('pydantic', 'attrs', 'attr', 'aiohttp') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
