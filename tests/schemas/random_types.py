"""Random types, and random JSON that matches a schema."""

from __future__ import annotations

import base64
import datetime
import decimal
import enum
import itertools
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import make_dataclass
from typing import Annotated, Any, Literal, NamedTuple, Optional, Union

import attrs
import msgspec
import pydantic
from hypothesis import strategies as st
from typing_extensions import Doc, TypedDict

NAMES = ["a", "b", "type", "items", "enum", "default", "properties", "title", "required", "description"]
_numbers = itertools.count()


def _class_name() -> str:
    return f"T{next(_numbers)}"


COMMON_SCALARS = [
    bool,
    int,
    float,
    str,
    datetime.datetime,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    uuid.UUID,
    Literal["z", "a"],
    Literal[1, "a", None],
    Literal["only"],
    enum.Enum("Colour", {"RED": "red", "BLUE": "blue"}),
    enum.IntEnum("Level", {"HIGH": 3, "LOW": 1}),
]
SCALARS = [*COMMON_SCALARS, bytes, decimal.Decimal, Annotated[int, msgspec.Meta(ge=1, le=9)]]
UNSUPPORTED = [Any, dict, list]


def _fields(types: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(NAMES), types, max_size=4)


def _struct(fields: dict[str, Any]) -> Any:
    return msgspec.defstruct(_class_name(), list(fields.items()), rename="camel" if "a" in fields else None)


def _tagged(fields: dict[str, Any]) -> Any:
    return msgspec.defstruct(_class_name(), list(fields.items()), tag=True, tag_field="tag")


def _array(fields: dict[str, Any]) -> Any:
    return msgspec.defstruct(_class_name(), list(fields.items()), array_like=True)


def _data(fields: dict[str, Any]) -> Any:
    return make_dataclass(_class_name(), list(fields.items()))


def _typed_dict(fields: dict[str, Any]) -> Any:
    return TypedDict(_class_name(), fields)  # type: ignore[operator]


def _named_tuple(fields: dict[str, Any]) -> Any:
    return NamedTuple(_class_name(), list(fields.items()))  # type: ignore[misc]


def _attrs(fields: dict[str, Any]) -> Any:
    return attrs.make_class(_class_name(), {name: attrs.field(type=each) for name, each in fields.items()})


def _model(fields: dict[str, Any]) -> Any:
    # A field of pydantic cannot have the name of a method of its models.
    given = {f"{name}_": (each, pydantic.Field(alias=name)) for name, each in fields.items()}
    return pydantic.create_model(_class_name(), **given)  # type: ignore[call-overload]


def _containers(types: st.SearchStrategy[Any], scalars: list[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        types.map(lambda each: list[each]),
        types.map(lambda each: tuple[each, ...]),
        types.map(lambda each: tuple[each, each]),
        st.sampled_from(scalars).map(lambda each: set[each]),
        types.map(lambda each: dict[str, each]),
        types.map(lambda each: Optional[each]),
        types.map(lambda each: Annotated[each, "a text"]),
        types.map(lambda each: Annotated[each, Doc("a text")]),
        st.tuples(types, types).map(lambda pair: Union[pair]),
        st.tuples(types, types).map(lambda pair: tuple[pair]),
    )


def _classes(
    types: st.SearchStrategy[Any], makers: list[Callable[[dict[str, Any]], Any]]
) -> st.SearchStrategy[Any]:
    return st.builds(lambda maker, fields: maker(fields), st.sampled_from(makers), _fields(types))


MODELS = st.recursive(
    st.sampled_from(COMMON_SCALARS),
    lambda types: st.one_of(_containers(types, COMMON_SCALARS), _classes(types, [_model])),
    max_leaves=5,
)
TYPES = st.recursive(
    st.one_of(st.sampled_from(SCALARS), st.sampled_from(UNSUPPORTED), _classes(MODELS, [_model])),
    lambda types: st.one_of(
        _containers(types, SCALARS),
        _classes(types, [_struct, _tagged, _array, _data, _typed_dict, _named_tuple, _attrs]),
    ),
    max_leaves=8,
)
"""Types of all kinds: most of them strict, some not."""

_FORMATS = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "12:30:00Z",
    "duration": "PT1H",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
}


class Sampler:
    """Makes JSON values that match a schema."""

    def __init__(self, schema: dict[str, Any], seed: int) -> None:
        self.root = schema
        self.rng = random.Random(seed)

    def value(self, node: Any = None, depth: int = 0) -> Any:
        """A value that matches a part of the schema."""
        node = self.root if node is None else node
        if node is True or not node.keys() & {"$ref", "anyOf", "enum", "const", "type"}:
            return self.rng.choice([None, 1, "a", [], {"a": 1}])
        if "$ref" in node:
            name = node["$ref"].removeprefix("#/$defs/")
            return self.value(self.root if name == "#" else self.root["$defs"][name], depth + 1)
        if "anyOf" in node:
            options = node["anyOf"]
            return self.value(options[-1] if depth > 8 else self.rng.choice(options), depth + 1)
        if "enum" in node:
            return self.rng.choice(node["enum"])
        if "const" in node:
            return node["const"]
        kind = node["type"]
        return getattr(self, f"_{kind}")(node, depth + 1)

    def _null(self, node: Any, depth: int) -> None:
        return None

    def _boolean(self, node: Any, depth: int) -> bool:
        return self.rng.random() < 0.5

    def _integer(self, node: Any, depth: int) -> int:
        return self.rng.randint(node.get("minimum", -1_000), node.get("maximum", 1_000))

    def _number(self, node: Any, depth: int) -> float:
        return self.rng.choice([0, 1, -2.5, 1e6])

    def _string(self, node: Any, depth: int) -> str:
        if node.get("contentEncoding") == "base64":
            return base64.b64encode(b"bytes").decode()
        return _FORMATS.get(node.get("format", ""), self.rng.choice(["", "a", 'quo"te', "ü😀\n"]))

    def _array(self, node: Any, depth: int) -> list[Any]:
        first = [self.value(each, depth) for each in node.get("prefixItems", [])]
        if first or node.get("items") is False or node.get("maxItems") == 0:
            return first
        count = 0 if depth > 6 else self.rng.randint(0, 3)
        made = [self.value(node.get("items", {}), depth) for _ in range(count)]
        # By their JSON: true is not 1.
        return list({json.dumps(each): each for each in made}.values()) if node.get("uniqueItems") else made

    def _object(self, node: Any, depth: int) -> dict[str, Any]:
        made = {
            name: self.value(each, depth)
            for name, each in node.get("properties", {}).items()
            if name in node.get("required", []) or self.rng.random() < 0.5
        }
        others = node.get("additionalProperties", False)
        if isinstance(others, dict):
            made |= {f"key {number}": self.value(others, depth) for number in range(self.rng.randint(0, 2))}
        return made
