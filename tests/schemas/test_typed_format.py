"""Types as response formats: their schemas, and the values that JSON becomes."""

from __future__ import annotations

import gc
import json
import pathlib
import pickle
import weakref
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import jsonschema
import msgspec
import pytest

from aiogroq import SchemaError, response_format
from aiogroq.schemas import typed_format

from .golden import FILE, schemas
from .strict_checker import strict_errors
from .types_of_all_kinds import (
    CASES,
    Case,
    Cat,
    Colour,
    Coordinates,
    Dog,
    Level,
    Line,
    Model,
    Page,
    Part,
    Person,
    Point,
    UserId,
)


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
        jsonschema.Draft202012Validator(schema).validate(json.loads(case.json))


def test_the_schemas_are_those_in_the_golden_file() -> None:
    golden = json.loads(FILE.read_text())
    found = {name: json.loads(schema) for name, schema in schemas().items()}
    assert {name: schema for name, schema in found.items() if golden.get(name) != schema} == {}
    assert found.keys() == golden.keys()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_order_of_keys_and_choices_is_the_declared_one(case: Case) -> None:
    """The model writes in the order of the schema, and equal order makes prompts cacheable."""
    golden = next(
        json.dumps(json.loads(FILE.read_text())[name]) for name, each in CASES.items() if each is case
    )
    assert json.dumps(response_format(case.type)["json_schema"]) == golden


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        (Person, "Person"),
        (Page[int], "Page_int"),
        (Page[list[Person]], "Page_list_Person"),
        (Cat | Dog, "Cat_or_Dog"),
        (Person | None, "Person_or_None"),
        (Literal["a"], "Literal"),
        (Annotated[Person, "text"], "Person"),
        (UserId, "UserId"),
        (dict[str, Any], "dict_str_Any"),
        (type("Größe", (msgspec.Struct,), {}), "Gr_e"),
        (type("大きさ", (msgspec.Struct,), {}), "result"),
        (type("A" * 80, (msgspec.Struct,), {}), "A" * 64),
    ],
)
def test_the_name_is_one_that_the_service_accepts(annotation: Any, name: str) -> None:
    assert typed_format(annotation).name == name


def test_a_name_can_be_given() -> None:
    assert typed_format(Person, name="person-1").response_format()["json_schema"]["name"] == "person-1"
    for wrong in ("", "a b", "ä", "x" * 65):
        with pytest.raises(ValueError, match="name must have 1 to 64 letters"):
            typed_format(Person, name=wrong)


def test_strict_false_leaves_the_schema_as_it_is_without_references() -> None:
    found = typed_format(Page[Person], strict=False)
    assert not found.is_strict
    assert found.schema["required"] == ["items"]
    assert found.schema["properties"]["next_page"]["default"] is None
    assert "$defs" not in found.schema
    assert found.response_format()["json_schema"]["strict"] is False


@dataclass
class Extra:
    inner: dict[str, int]


@dataclass
class Outer:
    rows: list[Extra]
    other: Any = None


def test_strict_true_raises_with_every_path_that_strict_mode_cannot_express() -> None:
    with pytest.raises(SchemaError) as caught:
        response_format(Outer, strict=True)
    assert str(caught.value) == (
        "$.rows[].inner: a mapping with free keys; $.other: any value cannot be expressed in strict mode. Change the type, "
        "or leave strict out"
    )
    assert isinstance(caught.value, TypeError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert typed_format(Outer).unsupported == (
        ("$.rows[].inner", "a mapping with free keys"),
        ("$.other", "any value"),
    )


class Opaque:
    pass


@dataclass
class WithOpaque:
    pairs: list[tuple[int, Opaque]]


@dataclass
class Unresolvable:
    other: Missing  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (Opaque, r"\$: the type Opaque cannot be written as JSON"),
        (WithOpaque, r"\$\.pairs\[\]\[1\]: the type Opaque cannot be written as JSON"),
        (len, "must be a type, not <built-in function len>"),
        (lambda: 1, "must be a type, not <function"),
        (set[Person], "a set of values that cannot be hashed"),
        (3, "3 is no type"),
        ("Person", "must be a type, not the text 'Person'"),
        ({"type": "object"}, r"not a dict: create\(\) takes the dict"),
        (Person("a", 1), "give Person instead of an instance of it"),
        (Model(name="a", age=1), "give Model instead of an instance of it"),
        (Unresolvable, "the annotations of Unresolvable cannot be evaluated: name 'Missing' is not defined"),
        (list["Person"], "Person"),
    ],
)
def test_what_is_no_type_or_cannot_be_json_is_rejected_in_the_words_of_the_caller(
    annotation: Any, message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        typed_format(annotation)


def test_a_type_that_only_pydantic_knows_is_its() -> None:
    found = typed_format(dict[str, pathlib.PurePosixPath])
    assert found.decode('{"a":"b/c"}') == {"a": pathlib.PurePosixPath("b/c")}


def test_equal_types_share_what_was_made_of_them() -> None:
    assert typed_format(Person) is typed_format(Person)
    assert typed_format(list[Person]) is typed_format(list[Person])
    assert typed_format(list[int]) is typed_format(list[int])
    assert typed_format(Person) is not typed_format(Person, strict=False)
    assert typed_format(Annotated[int, ["unhashable"]]).decode('{"result":1}') == 1


@pytest.mark.parametrize("around", [lambda each: each, lambda each: list[each]])
def test_unions_in_another_order_are_other_types(around: Any) -> None:
    first, second = (typed_format(around(each)) for each in (int | str, str | int))
    assert first.schema != second.schema
    assert first.name != second.name


def test_a_changed_dict_changes_no_other() -> None:
    first = response_format(Person)
    first["json_schema"]["schema"]["properties"].clear()
    assert response_format(Person)["json_schema"]["schema"]["properties"]


def defined_in_a_cell(annotation: Any) -> Any:
    return msgspec.defstruct("Cell", [("a", annotation)])


@pytest.mark.parametrize("around", [lambda cls: cls, lambda cls: list[cls], lambda cls: tuple[Person, cls]])
def test_a_class_that_is_defined_again_is_another_type_and_the_old_one_is_freed(around: Any) -> None:
    old = defined_in_a_cell(int)
    new = defined_in_a_cell(str)
    assert typed_format(around(old)).schema != typed_format(around(new)).schema
    watched = weakref.ref(old)
    del old
    gc.collect()
    assert watched() is None


def test_a_class_with_a_format_can_be_copied_and_its_format_pickled() -> None:
    found = typed_format(Person, name="person")
    copy = pickle.loads(pickle.dumps(found))
    assert (copy.schema, copy.name, copy.is_strict) == (found.schema, "person", True)
    assert copy.decode('{"name":"a","age":1}') == Person("a", 1)
    loose = pickle.loads(pickle.dumps(typed_format(Person, strict=False)))
    assert not loose.is_strict
    entries = vars(Person)["__aiogroq_formats__"]
    assert entries
    assert not pickle.loads(pickle.dumps(entries))


def test_docstrings_that_python_makes_are_no_descriptions() -> None:
    for cls in (Point, Coordinates, Part, Level):
        assert "description" not in json.dumps(typed_format(cls).schema).replace('"description": "{', "")
    assert typed_format(Line).description == "A line."


def test_the_instruction_has_the_word_json_and_the_schema() -> None:
    text = typed_format(Colour).json_object_instruction()
    assert "JSON" in text
    assert json.dumps(typed_format(Colour).schema) in text
