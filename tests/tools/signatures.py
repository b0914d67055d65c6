"""Functions with every kind of signature that a model can call. ``signatures.json`` has what two other packages say of them.

``python tests/tools/signatures.py`` writes that file, with pydantic-ai-slim and docstring_parser installed.
"""

# No `from __future__ import annotations` here: pydantic reads the annotations of some of them.

import datetime
import enum
import json
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Optional, Union

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:
    from typing_extensions import TypedDict

GOLDEN = Path(__file__).with_name("signatures.json")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"
    AMBER = "amber"


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 2


@dataclass
class Point:
    x: float
    y: float


@dataclass
class Line:
    start: Point
    end: Point
    label: str = "line"


@dataclass
class Tree:
    name: str
    children: "list[Tree]" = field(default_factory=list)


class Address(TypedDict):
    street: str
    zip: int


class PartialAddress(TypedDict, total=False):
    street: str


class Pair(NamedTuple):
    left: int
    right: int


def no_parameters() -> None:
    """Do nothing."""


def no_docstring(a: int) -> None: ...


def scalars(a: int, b: float, c: str, d: bool) -> None:
    """Take scalars."""


def defaults(a: int = 1, b: float = 0.5, c: str = "x", d: bool = True, e: Optional[int] = None) -> None:
    """Take scalars with defaults."""


def keyword_only(*, a: int, b: str = "y") -> None:
    """Take keywords."""


def unannotated(a, b=3):  # type: ignore[no-untyped-def]
    """Take anything."""


def anything(a: Any, b: object = None) -> None:
    """Take anything, and say so."""


def optional_without_default(a: Optional[str]) -> None:
    """Take a text or null."""


def union(a: Union[int, str], b: Union[int, str, None] = None) -> None:
    """Take one of several types."""


def literals(a: Literal["celsius", "fahrenheit"], b: Literal[3, 1, 2] = 1) -> None:
    """Take one of several values."""


def enums(a: Color, b: Size = Size.SMALL) -> None:
    """Take enums."""


def lists(a: list[int], b: list[str] = [], c: list[list[float]] = []) -> None:  # noqa: B006
    """Take lists."""


def bare_list(a: list, b: dict) -> None:  # type: ignore[type-arg]
    """Take lists and dicts of anything."""


def sets(a: set[str], b: frozenset[int] = frozenset()) -> None:
    """Take sets."""


def tuples(a: tuple[int, str], b: tuple[int, ...]) -> None:
    """Take tuples."""


def mappings(a: dict[str, int], b: dict[str, list[str]]) -> None:
    """Take mappings."""


def dates(a: datetime.datetime, b: datetime.date, c: datetime.time, d: uuid.UUID) -> None:
    """Take texts of a format."""


def dataclasses(a: Point, b: Line) -> None:
    """Take objects."""


def list_of_dataclasses(points: list[Point]) -> None:
    """Take a list of objects.

    Args:
        points: The corners, clockwise.
    """


def optional_dataclass(point: Optional[Point] = None) -> None:
    """Take an object or null."""


def recursive(tree: Tree, depth: int = 3) -> None:
    """Take a tree."""


def typed_dicts(a: Address, b: PartialAddress) -> None:
    """Take dicts with known keys."""


def any_keywords(a: int, **rest: int) -> None:
    """Take further keywords.

    Args:
        a: A number.
        **rest: Further numbers.
    """


def untyped_keywords(**rest) -> None:  # type: ignore[no-untyped-def]
    """Take any keywords."""


def google(location: str, unit: str = "c", days: int = 1) -> None:
    """Get the weather.

    The forecast is that of the national service.
    It has a day at most.

    Args:
        location (str): The city and the country,
            separated by a comma.

            Either may be missing.
        unit: ``c`` or ``f``: the unit of the degrees.
        days (int, optional): How many days.

    Raises:
        ValueError: for an unknown city
    """


def sphinx(location: str, unit: str = "c", days: int = 1) -> None:
    """Get the weather.

    :param location: The city and the country,
        separated by a comma.
    :type location: str
    :param str unit: ``c`` or ``f``.
    :param days: How many days.
    :raises ValueError: for an unknown city
    """


def numpy(location: str, unit: str = "c", days: int = 1) -> None:
    """Get the weather.

    Parameters
    ----------
    location : str
        The city and the country,
        separated by a comma.
    unit : {"c", "f"}, optional
        The unit of the degrees.
    days : int
        How many days.

    Raises
    ------
    ValueError
        for an unknown city
    """


def only_parameters(a: int) -> None:
    """
    Args:
        a: Without a description of the function.
    """


def several_lines(a: str) -> None:
    """Write a text
    that goes on here.

    And a paragraph, which has a colon: here.

    Example::

        several_lines("x")
    """


async def asynchronous(a: int, b: Annotated[str, "A text."] = "x") -> None:
    """Run on the loop.

    Args:
        a: A number.
        b: A text.
    """


class Methods:
    def method(self, a: int, b: str = "x") -> None:
        """Be a method.

        Args:
            a: A number.
            b: A text.
        """

    @classmethod
    def of_class(cls, a: int) -> None:
        """Be a class method."""

    @staticmethod
    def static(a: int) -> None:
        """Be a static method."""


def nested(a: dict[str, list[Point]], b: list[Union[Point, Line]]) -> None:
    """Take objects deep inside."""


FUNCTIONS: list[Callable[..., Any]] = [
    *(no_parameters, no_docstring, scalars, defaults, keyword_only, unannotated, anything),
    *(optional_without_default, union, literals, enums, lists, bare_list, sets, tuples, mappings, dates),
    *(
        dataclasses,
        list_of_dataclasses,
        optional_dataclass,
        recursive,
        typed_dicts,
        any_keywords,
        untyped_keywords,
    ),
    *(google, sphinx, numpy, only_parameters, several_lines, asynchronous),
    *(Methods().method, Methods.of_class, Methods.static, nested),
]


def of_pydantic_ai(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the parameters schema of pydantic-ai."""
    from pydantic_ai._function_schema import function_schema
    from pydantic_ai.tools import GenerateToolJsonSchema

    schema = function_schema(function, GenerateToolJsonSchema, takes_ctx=False, docstring_format="auto")
    return schema.json_schema


def of_docstring_parser(docstring: Optional[str]) -> dict[str, Any]:
    """Return the descriptions of docstring_parser."""
    from docstring_parser import parse

    parsed = parse(docstring or "")
    texts = {each.arg_name.lstrip("*"): each.description for each in parsed.params}
    return {"description": (parsed.description or "").strip(), "parameters": texts}


if __name__ == "__main__":
    golden = {
        function.__name__: {
            "pydantic_ai": of_pydantic_ai(function),
            "docstring_parser": of_docstring_parser(function.__doc__),
        }
        for function in FUNCTIONS
    }
    GOLDEN.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
