"""Types that msgspec alone does not decode as their authors mean them, and what pydantic's have beside types."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import sys
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar, Union

import attrs
import msgspec
import pydantic
import pydantic.alias_generators
import pytest
from typing_extensions import ReadOnly, Required, TypedDict

from aiogroq import SchemaError
from aiogroq.schemas import MismatchError, typed_format

from .strict_checker import strict_errors

T = TypeVar("T")
U = TypeVar("U")


def schema_of(annotation: Any) -> Any:
    found = typed_format(annotation)
    assert found.is_strict, found.unsupported
    assert strict_errors(found.schema) == []
    return found.schema["properties"]["result"] if found.is_wrapped else found.schema


def decoded(annotation: Any, text: str) -> Any:
    found = typed_format(annotation)
    return found.decode(f'{{"result":{text}}}' if found.is_wrapped else text)


def mismatch(annotation: Any, text: str) -> str:
    with pytest.raises(MismatchError) as caught:
        decoded(annotation, text)
    return str(caught.value)


@dataclass(frozen=True)
class Full:
    a: int
    limit: ClassVar[int] = 3
    factor: InitVar[int] = 1
    double: int = field(init=False)

    def __post_init__(self, factor: int) -> None:
        object.__setattr__(self, "double", self.a * 2 * factor)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 cannot evaluate the text InitVar[int]")
def test_a_dataclass_is_made_by_its_init() -> None:
    assert list(schema_of(Full)["properties"]) == ["factor", "a"]
    assert decoded(Full, '{"a":1,"factor":3}').double == 6
    assert decoded(Full, '{"a":1}').double == 2


@attrs.define
class Converted:
    a: int = attrs.field(converter=abs, validator=attrs.validators.lt(10))
    b: int = attrs.Factory(lambda self: self.a + 1, takes_self=True)


def test_an_attrs_class_has_its_converters_validators_and_factories() -> None:
    assert decoded(Converted, '{"a":-3}') == Converted(3, 4)
    assert "must be < 10" in mismatch(Converted, '{"a":10}')


@attrs.define
class OnlyConverted:
    a: int = attrs.field(converter=abs)


def test_a_converter_alone_is_run() -> None:
    assert decoded(OnlyConverted, '{"a":-3}') == OnlyConverted(3)


class Partial(TypedDict, total=False):
    a: Required[int]
    b: str


class Inherited(Partial):
    c: ReadOnly[int]


def test_keys_of_a_typed_dict_are_required_as_declared() -> None:
    assert typed_format(Inherited, strict=False).schema["required"] == ["a", "c"]
    assert schema_of(Inherited)["required"] == ["a", "b", "c"]
    assert decoded(Inherited, '{"a":1,"c":2}') == {"a": 1, "c": 2}
    assert mismatch(Inherited, '{"a":1}') == "Object missing required field `c`"


class Auto(enum.Enum):
    ONE = enum.auto()
    TWO = enum.auto()


class Fraction(enum.Enum):
    HALF = 0.5
    ALL = "all"


class Pairs(enum.Enum):
    A = (1, 2)


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (Auto, "2", Auto.TWO),
        (Fraction, "0.5", Fraction.HALF),
        (Fraction, '"all"', Fraction.ALL),
        (Literal[Auto.ONE, "x"], "1", Auto.ONE),
        (Literal[Auto.ONE, "x"], '"x"', "x"),
        (Literal[False, 0], "0", 0),
        (Literal[False, 0], "false", False),
        (Iterable[int], "[1]", [1]),
        (tuple[()], "[]", ()),
        (Union[datetime.date, str], '"2026-01-31"', datetime.date(2026, 1, 31)),
        (Union[datetime.date, str], '"x"', "x"),
        (dict[Literal["a"], int], '{"a":1}', {"a": 1}),
        (dict[int, str], '{"1":"a"}', {1: "a"}),
    ],
)
def test_values_that_msgspec_has_no_type_for(annotation: Any, text: str, value: Any) -> None:
    found = decoded(annotation, text)
    assert found == value
    assert type(found) is type(value)


def test_a_choice_is_one_of_the_choices() -> None:
    assert "'none'" in mismatch(Fraction, '"none"')
    assert "Invalid" in mismatch(dict[Literal["a"], int], '{"b":1}')
    with pytest.raises(SchemaError, match="a choice must be a text, a number"):
        typed_format(list[Pairs | Converted])


def test_a_datetime_without_a_time_zone_is_described() -> None:
    naive = Annotated[datetime.datetime, msgspec.Meta(tz=False)]
    assert schema_of(naive) == {"type": "string", "description": "ISO 8601, without a time zone"}
    assert decoded(naive, '"2026-01-31T12:00:00"') == datetime.datetime(2026, 1, 31, 12)


def test_the_outermost_text_is_the_description() -> None:
    inner = Annotated[int, "inner", msgspec.Meta(description="later")]
    assert schema_of(Annotated[inner, "outer"]) == {"type": "integer", "description": "outer"}
    assert schema_of(inner) == {"type": "integer", "description": "later"}


def test_null_is_the_last_choice_of_a_union() -> None:
    assert schema_of(Union[None, int, str])["anyOf"][-1] == {"type": "null"}


class First(msgspec.Struct, Generic[T]):
    x: T


class Second(First[list[U]], Generic[U]):
    y: Annotated[U | None, "Its own"]


def test_type_arguments_go_through_base_classes() -> None:
    assert schema_of(Second[int])["properties"] == {
        "x": {"type": "array", "items": {"type": "integer"}},
        "y": {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "Its own"},
    }


NEW_SYNTAX = """
class Page[T](msgspec.Struct):
    items: list[T]
    next: "Page[T] | None" = None

type Json = dict[str, Json] | list[Json] | str | None
type Many[T] = list[T]

@dataclass
class Uses:
    many: Many[int]
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is new in Python 3.12")
def test_type_parameters_and_aliases_of_python_3_12() -> None:
    names: dict[str, Any] = sys.modules[__name__].__dict__
    exec(NEW_SYNTAX, names)
    page = names["Page"]
    assert schema_of(page[int])["properties"]["next"] == {"anyOf": [{"$ref": "#"}, {"type": "null"}]}
    assert decoded(page[int], '{"items":[1],"next":{"items":[2],"next":null}}').next.items == [2]
    assert typed_format(page[int]).name == "Page_int"
    assert decoded(names["Json"], '{"a":["b",null]}') == {"a": ["b", None]}
    assert schema_of(names["Uses"])["properties"]["many"] == {"type": "array", "items": {"type": "integer"}}


class Aliases(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(alias_generator=pydantic.alias_generators.to_camel)

    first_name: Annotated[str, "The first name"]
    other: int = pydantic.Field(validation_alias=pydantic.AliasChoices("x", "y"))


def test_aliases_of_pydantic_are_the_keys() -> None:
    assert schema_of(Aliases)["properties"] == {
        "firstName": {"type": "string", "description": "The first name"},
        "x": {"type": "integer"},
    }
    assert decoded(Aliases, '{"firstName":"Anna","y":1}').other == 1


@dataclass
class Mixed:
    """Of both kinds."""

    limited: Annotated[int, pydantic.Field(ge=1)]
    told: Annotated[str, "A text"]


class MixedKeys(TypedDict):
    limited: Annotated[int, pydantic.Field(ge=1)]
    told: Annotated[str, "A text"]


@pytest.mark.parametrize("annotation", [Mixed, MixedKeys])
def test_texts_are_descriptions_beside_metadata_of_pydantic(annotation: Any) -> None:
    assert schema_of(annotation)["properties"] == {
        "limited": {"type": "integer", "description": "{minimum: 1}"},
        "told": {"type": "string", "description": "A text"},
    }
    assert mismatch(annotation, '{"limited":0,"told":""}').endswith("at `$.limited`")


@pytest.mark.parametrize(
    "annotation", [Annotated[Aliases, "A text"], list[Annotated[Aliases | int, "A text"]]]
)
def test_texts_around_models_are_descriptions(annotation: Any) -> None:
    assert '"description": "A text"' in json.dumps(typed_format(annotation).schema)


class Forbidding(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    price: decimal.Decimal
    inner: pydantic.Json[list[int]]


def test_a_decimal_of_pydantic_is_a_number() -> None:
    assert schema_of(Forbidding)["properties"]["price"] == {"type": "number"}
    assert decoded(Forbidding, '{"price":1.5,"inner":"[1]"}').price == decimal.Decimal("1.5")


def test_a_text_in_the_json_that_is_no_json_is_a_mismatch_of_the_field() -> None:
    text = '{"price":1,"inner":"x","more":1}'
    assert mismatch(Forbidding, text).startswith("Invalid JSON")
    assert mismatch(Forbidding, text).endswith("Extra inputs are not permitted - at `$.more`")
    assert "at `$.inner`" in mismatch(Forbidding, text)


class Unfinished(pydantic.BaseModel):
    other: Missing  # type: ignore[name-defined]  # noqa: F821


def test_errors_of_pydantic_about_a_type_are_ours() -> None:
    with pytest.raises(SchemaError, match=r"pydantic: .*not fully defined"):
        typed_format(Unfinished)


class ByPath(pydantic.BaseModel):
    a: int = pydantic.Field(validation_alias=pydantic.AliasPath("x", 0))


@pydantic.dataclasses.dataclass
class DataByPath:
    a: int = pydantic.Field(validation_alias=pydantic.AliasChoices(pydantic.AliasPath("x", 0)))


class ByKeyOrPath(pydantic.BaseModel):
    a: int = pydantic.Field(validation_alias=pydantic.AliasChoices(pydantic.AliasPath("x", 0), "y"))


class ByName(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(populate_by_name=True)
    a: int = pydantic.Field(validation_alias=pydantic.AliasPath("x", 0))


@pytest.mark.parametrize("cls", [ByPath, DataByPath, list[ByPath]])
def test_an_alias_that_is_a_path_only_is_rejected(cls: Any) -> None:
    with pytest.raises(SchemaError, match=r"ByPath\.a has the alias .*AliasPath"):
        typed_format(cls)


def test_an_alias_with_a_key_and_a_field_with_its_name_are_not() -> None:
    assert typed_format(ByKeyOrPath).decode('{"y":1}').a == 1
    assert typed_format(ByName).decode('{"a":1}').a == 1


class NoMember(enum.Enum):
    pass


@dataclass
class HasNoMember:
    empty: NoMember


@pytest.mark.parametrize("cls", [NoMember, HasNoMember])
def test_an_enum_without_members_is_rejected(cls: Any) -> None:
    with pytest.raises(SchemaError, match="no choice: the Enum has no members"):
        typed_format(cls)
