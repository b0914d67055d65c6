"""The schemas of functions: as two other packages write them, what is rejected, and what is decoded."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import jsonschema
import msgspec
import pytest
import signatures
from typing_extensions import Doc

import aiogroq
from aiogroq import SchemaError, Tool, ToolCall
from aiogroq.schemas.docstrings import parse_docstring

GOLDEN: dict[str, dict[str, Any]] = json.loads(signatures.GOLDEN.read_text(encoding="utf-8"))
MAPS = ("properties", "$defs")


def normalised(schema: Any, definitions: dict[str, Any] | None = None, above: tuple[str, ...] = ()) -> Any:
    """Return a schema without references and titles, and with one spelling of what has several."""
    if isinstance(schema, list):
        return [normalised(each, definitions, above) for each in schema]
    if not isinstance(schema, dict):
        return schema
    definitions = schema.get("$defs", {}) if definitions is None else definitions
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in above:
            return {"recursive": name}
        schema = {**definitions[name], **{key: value for key, value in schema.items() if key != "$ref"}}
        above = (*above, name)
    found = {
        key: {name: normalised(each, definitions, above) for name, each in value.items()}
        if key in MAPS
        else normalised(value, definitions, above)
        for key, value in schema.items()
        if key not in ("title", "$defs")
    }
    if not found.get("required", True):
        del found["required"]
    if found.get("items") == {} or ("prefixItems" in found and found.get("items") is False):
        del found["items"]
    return found


@pytest.mark.parametrize("function", signatures.FUNCTIONS, ids=lambda each: each.__name__)
def test_a_schema_is_the_one_of_pydantic_ai(function: Callable[..., Any]) -> None:
    assert normalised(Tool(function).parameters) == normalised(GOLDEN[function.__name__]["pydantic_ai"])


@pytest.mark.parametrize("function", signatures.FUNCTIONS, ids=lambda each: each.__name__)
def test_descriptions_are_those_of_docstring_parser(function: Callable[..., Any]) -> None:
    expected = GOLDEN[function.__name__]["docstring_parser"]
    text, texts = parse_docstring(inspect.getdoc(function))
    assert text == expected["description"]
    assert texts == expected["parameters"]


def test_the_written_schemas_are_those_of_the_installed_pydantic_ai() -> None:
    pytest.importorskip("pydantic_ai")
    for function in signatures.FUNCTIONS:
        golden = GOLDEN[function.__name__]["pydantic_ai"]
        assert normalised(signatures.of_pydantic_ai(function)) == normalised(golden)


def test_the_written_descriptions_are_those_of_the_installed_docstring_parser() -> None:
    pytest.importorskip("docstring_parser")
    for function in signatures.FUNCTIONS:
        golden = GOLDEN[function.__name__]["docstring_parser"]
        assert signatures.of_docstring_parser(function.__doc__) == golden


@pytest.mark.parametrize("function", signatures.FUNCTIONS, ids=lambda each: each.__name__)
def test_a_schema_is_a_valid_closed_object(function: Callable[..., Any]) -> None:
    parameters = Tool(function).parameters
    jsonschema.Draft202012Validator.check_schema(parameters)
    assert parameters["type"] == "object"
    assert "additionalProperties" in parameters
    json.dumps(parameters)


def test_thirty_signatures_are_compared() -> None:
    assert len({each.__name__ for each in signatures.FUNCTIONS}) == len(GOLDEN) >= 30


class Point(msgspec.Struct):
    x: int
    y: int = 0


@dataclass
class Line:
    start: Point
    end: Point | None = None


def plot(
    line: Line,
    points: list[Point],
    style: Literal["solid", "dotted"] = "solid",
    width: float = 1.0,
    **more: int,
) -> None:
    """Plot."""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            '{"line": {"start": {"x": 1}}, "points": [{"x": 2, "y": 3}]}',
            {"line": Line(Point(1)), "points": [Point(2, 3)]},
        ),
        (
            '{"line": {"start": {"x": 1}}, "points": [], "style": "dotted", "width": 2, "a": 5}',
            {"line": Line(Point(1)), "points": [], "style": "dotted", "width": 2.0, "a": 5},
        ),
        # What converts without loss is accepted: models write numbers as texts.
        ('{"line": {"start": {"x": "1"}}, "points": [], "width": "2.5"}',
         {"line": Line(Point(1)), "points": [], "width": 2.5}),
    ],
)  # fmt: skip
def test_arguments_are_decoded_to_the_types_of_the_parameters(
    arguments: str, expected: dict[str, Any]
) -> None:
    assert Tool(plot).decode(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ('{"points": []}', "Object missing required field `line`"),
        (
            '{"line": {"start": {"x": "one"}}, "points": []}',
            r"Expected `int`, got `str` - at `\$.line.start.x`",
        ),
        (
            '{"line": {"start": {"x": 1}}, "points": [], "style": "bold"}',
            r"Invalid enum value 'bold'; the choices are 'solid', 'dotted' - at `\$.style`",
        ),
        ('{"line": {"start": {"x": 1}}, "points": [], "a": "five"}', r"Expected `int`, got `str`"),
        ('{"line"', "The arguments are not JSON"),
        ("[1]", "Expected `object`, got `list`"),
        ('{"line": NaN}', "The arguments are not JSON"),
    ],
)
def test_wrong_arguments_are_named_with_their_path(arguments: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Tool(plot).decode(arguments)


@pytest.mark.parametrize("arguments", ["", " ", "{}", "null"])
def test_no_arguments_are_an_empty_object(arguments: str) -> None:
    assert Tool(signatures.defaults).decode(arguments) == {}


def test_an_unknown_argument_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown field `place` \(the parameters are: a, b\)"):
        Tool(signatures.keyword_only).decode('{"a": 1, "place": "Oslo"}')


def described(
    a: Annotated[int, "from a text"],
    b: Annotated[int, Doc("from Doc")],
    c: Annotated[int, msgspec.Meta(description="from Meta", ge=1)],
    d: int,
    e: Point,
    f: Annotated[int, "wins over the docstring"] = 0,
) -> None:
    """Describe.

    Args:
        d: from the docstring
        e: wins over the type
        f: loses
    """


def test_descriptions_come_from_annotations_and_then_the_docstring() -> None:
    properties = Tool(described).parameters["properties"]
    assert {name: each["description"] for name, each in properties.items()} == {
        "a": "from a text",
        "b": "from Doc",
        "c": "from Meta",
        "d": "from the docstring",
        "e": "wins over the type",
        "f": "wins over the docstring",
    }
    assert properties["c"]["minimum"] == 1


def test_a_pydantic_model_is_a_parameter_and_is_validated() -> None:
    pydantic = pytest.importorskip("pydantic")

    class User(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        """A user."""

        name: str
        age: int = pydantic.Field(ge=0)

    def greet(user: User, others: list[User] | None = None) -> str:
        """Greet."""
        return user.name

    tool = Tool(greet)
    assert "$ref" not in json.dumps(tool.parameters)
    assert tool.parameters["properties"]["user"]["properties"]["age"]["minimum"] == 0
    assert tool.decode('{"user": {"name": "Ada", "age": 3}}') == {"user": User(name="Ada", age=3)}
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        tool.decode('{"user": {"name": "Ada", "age": -3}}')


def test_arguments_that_a_partial_has_set_are_not_shown() -> None:
    def search(query: str, key: str, limit: int = 3) -> str:
        """Search."""
        return f"{query} {key} {limit}"

    tool = Tool(functools.partial(search, key="secret"))
    assert (tool.name, tool.description) == ("search", "Search.")
    assert list(tool.parameters["properties"]) == ["query", "limit"]
    call = ToolCall("1", "search", tool.decode('{"query": "x"}'))
    assert tool.bind(call)() == "x secret 3"


def test_a_partial_of_a_positional_argument_is_a_tool() -> None:
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    assert list(Tool(functools.partial(add, 1)).parameters["properties"]) == ["b"]


def test_an_object_with_call_is_a_tool() -> None:
    class Search:
        """Search the index."""

        def __call__(self, query: str) -> str:
            return query

    tool = Tool(Search(), name="search")
    assert (tool.name, tool.description) == ("search", "Search the index.")
    assert list(tool.parameters["properties"]) == ["query"]
    assert not tool.is_async


def test_a_wrapped_function_has_the_schema_of_the_function_inside() -> None:
    def logged(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper

    assert Tool(logged(signatures.google)).parameters == Tool(signatures.google).parameters


def test_types_of_an_enclosing_function_are_found() -> None:
    class Local(msgspec.Struct):
        x: int

    def take(local: Local) -> Local:
        """Take."""
        return Local(local.x)

    assert Tool(take).decode('{"local": {"x": 1}}') == {"local": Local(1)}


def positional_only(a: int, /) -> None: ...


def many(*values: int) -> None: ...


def unknown_type(a: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821


def impossible(a: Callable[[], None]) -> None: ...


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (positional_only, "positional_only: the parameter 'a' is positional-only"),
        (many, "many: the parameter 'values' takes any number of values.*use a list"),
        (unknown_type, "unknown_type: an annotation cannot be read: name 'Missing' is not defined"),
        (impossible, "impossible: "),
        (lambda a: a, "a tool needs a name of 1 to 64 letters.*not '<lambda>': use Tool"),
        (Point, "a tool must be a function, not the class Point"),
        ("get_weather", "a tool must be a function, not 'get_weather'"),
        (None, "a tool must be a function, not None"),
    ],
)
def test_what_a_model_cannot_call_is_rejected_with_its_name(function: Any, text: str) -> None:
    with pytest.raises(SchemaError, match=text):
        Tool(function)


def test_a_lambda_with_a_name_is_a_tool() -> None:
    double: Any = lambda number: number * 2  # noqa: E731
    tool = Tool(double, name="double", description="Double a number.")
    assert tool.to_param() == {
        "type": "function",
        "function": {"name": "double", "description": "Double a number.", "parameters": tool.parameters},
    }


def test_the_decorator_takes_a_name_a_description_and_a_timeout() -> None:
    @aiogroq.tool(name="weather", description="Weather.", timeout_s=3)
    def get_weather(location: str) -> str:
        """Get the weather."""
        return location

    assert (get_weather.name, get_weather.description, get_weather.timeout_s) == ("weather", "Weather.", 3.0)
    assert get_weather("Oslo") == "Oslo"


def test_a_default_that_json_cannot_express_is_left_out() -> None:
    marker = object()

    def take(a: int = 1, b: Any = marker) -> None: ...

    properties = Tool(take).parameters["properties"]
    assert properties["a"]["default"] == 1
    assert "default" not in properties["b"]


def test_a_tool_can_be_given_another_name() -> None:
    first = Tool(signatures.google)
    second = Tool(first, name="forecast", description="A forecast.")
    assert (second.name, second.description) == ("forecast", "A forecast.")
    assert second.parameters == first.parameters
