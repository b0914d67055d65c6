"""The JSON schema of a type, as msgspec decodes it.

msgspec has schemas of its own. These here keep what it loses: the texts in `Annotated`, and the declared order of literals,
enums and keys.
"""

from __future__ import annotations

import collections.abc
import datetime
import decimal
import enum
import typing
import uuid
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec

from ..errors import SchemaError
from . import pydantic_types
from .annotations import UNIONS, class_of, is_type_alias, unwrap
from .classes import fields_of, is_object_class
from .containers import KINDS
from .names import clean_name, type_name
from .pydantic_types import docstring
from .restrictions import limits_of, restricted
from .subschemas import Schema, mapped

_SCALARS: dict[Any, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    bytearray: {"type": "string", "contentEncoding": "base64"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.time: {"type": "string", "format": "time"},
    datetime.timedelta: {"type": "string", "format": "duration"},
    uuid.UUID: {"type": "string", "format": "uuid"},
    # A number: it always decodes, and models write prices as numbers.
    decimal.Decimal: {"type": "number"},
    type(None): {"type": "null"},
    None: {"type": "null"},
}
_ANY = (Any, object, msgspec.Raw)
_JSON_TYPES: dict[Any, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


class Describer:
    """Writes the JSON schema of one type."""

    def __init__(self) -> None:
        self.definitions: Schema = {}
        """The schemas of the classes in the type, by name."""
        self.rejected: list[tuple[str, str]] = []
        """Pairs of a path and what JSON cannot express there."""
        self.has_models: bool = False
        """Whether there is a class of pydantic in the type."""
        self.has_validation: bool = False
        """Whether there are dataclasses of pydantic, or metadata that msgspec ignores."""
        self.needs_steps: bool = False
        """Whether msgspec seems to support the type and does not: a class must be made by calling it, or a number in JSON may
        be one of several choices and any other number."""
        self._names: dict[Any, str] = {}
        self._path = ["$"]

    def describe(self, annotation: Any) -> Schema:
        """Return the schema of a type; classes are in ``$defs``."""
        schema = self.schema(annotation)
        return {**schema, "$defs": self.definitions} if self.definitions else schema

    def schema(self, annotation: Any, step: str = "") -> Schema:
        """Return the schema of a part of the type, which is at ``step`` in the part around it."""
        self._path.append(step)
        found = unwrap(annotation)
        self.has_validation |= pydantic_types.has_validation(found)
        schema = self._core(found.core)
        for limit in limits_of(found.metadata):
            schema = restricted(schema, limit)
        text = found.description
        self._path.pop()
        return {**schema, "description": text} if text else schema

    def _core(self, core: Any) -> Schema:
        if core in _ANY:
            return {}
        if _is_hashable(core) and core in _SCALARS:
            return dict(_SCALARS[core])
        origin = typing.get_origin(core)
        if origin in UNIONS:
            return self._union(typing.get_args(core))
        if origin is typing.Literal:
            return self._choices(list(typing.get_args(core)))
        kind = KINDS.get(origin or core) if _is_hashable(origin or core) else None
        if kind is not None:
            return self._container(kind, typing.get_args(core), core)
        if is_type_alias(core):
            return self._definition(core, lambda: self.schema(core.__value__))
        if isinstance(core, typing.TypeVar):
            return self.schema(core.__bound__) if core.__bound__ is not None else {}
        return self._class(core)

    def _class(self, core: Any) -> Schema:
        cls = class_of(core)
        if cls is None:
            return self._reject(f"{core!r} is no type")
        if issubclass(cls, enum.Enum):
            schema = self._choices([member.value for member in cls])
            text = docstring(cls)
            return {**schema, "description": text} if text else schema
        if pydantic_types.is_model(cls) or pydantic_types.is_dataclass(cls):
            self.has_models = True
            self.has_validation |= not pydantic_types.is_model(cls)
            return self._definition(core, lambda: self._adopted(core))
        if is_object_class(cls):
            return self._definition(core, lambda: self._object(core))
        return self._reject(f"the type {cls.__qualname__} cannot be written as JSON")

    def _reject(self, why: str) -> Schema:
        self.rejected.append(("".join(self._path), why))
        return {}

    def _choices(self, choices: list[Any]) -> Schema:
        values = [each.value if isinstance(each, enum.Enum) else each for each in choices]
        found = list(dict.fromkeys(_JSON_TYPES.get(type(value), "") for value in values))
        if not values:
            raise SchemaError(f"{''.join(self._path)}: there is no choice: the Enum has no members")
        if "" in found:
            return self._reject("a choice must be a text, a number, a boolean or None")
        return {"type": found[0] if len(found) == 1 else found, "enum": values}

    def _definition(self, core: Any, write: Callable[[], Schema]) -> Schema:
        if core not in self._names:
            base = clean_name(type_name(core))
            name = base
            number = 2
            while name in self.definitions:
                name = f"{base}_{number}"
                number += 1
            self._names[core] = name
            self.definitions[name] = {}
            self.definitions[name] = write()
        return {"$ref": f"#/$defs/{self._names[core]}"}

    def _adopted(self, core: Any) -> Schema:
        """Return pydantic's schema of a class, its definitions among ours."""
        schema = pydantic_types.schema_of(pydantic_types.adapter_of(core))
        own = schema.pop("$defs", {})
        names: dict[str, str] = {}
        for name, definition in own.items():
            names[name] = name
            while (
                names[name] != self._names[core]
                and self.definitions.get(names[name], definition) != definition
            ):
                names[name] += "_"
        for name, definition in own.items():
            self.definitions[names[name]] = _with_references(definition, names)
        schema = _with_references(schema, names)
        parts = schema.get(
            "allOf", [schema]
        )  # pydantic below 2.9 writes a reference as the only part of an `allOf`
        if len(schema) == len(parts) == 1 and parts[0].keys() == {
            "$ref"
        }:  # a recursive model is a definition of its own
            return cast("Schema", self.definitions[parts[0]["$ref"].removeprefix("#/$defs/")])
        return schema

    def _union(self, members: tuple[Any, ...]) -> Schema:
        options = [self.schema(each) for each in members if each is not msgspec.UnsetType]
        options.sort(key=lambda option: option == {"type": "null"})
        flat = list(self._flat(options))
        # msgspec rejects each whole number that is no choice.
        self.needs_steps |= any(map(_has_int_choice, flat)) and any(
            option.get("type") == "number" for option in flat
        )
        return options[0] if len(options) == 1 else {"anyOf": options}

    def _flat(self, options: list[Schema]) -> Iterator[Schema]:
        """Yield the members of a union, and those of the unions in it."""
        for option in options:
            name = option.get("$ref", "").removeprefix("#/$defs/")
            inner = self.definitions.get(name, option)
            yield from self._flat(inner["anyOf"]) if "anyOf" in inner else [inner]

    def _container(self, kind: type[Any], arguments: tuple[Any, ...], core: Any) -> Schema:
        if kind is dict:
            schema: Schema = {"type": "object", "additionalProperties": True}
            if arguments:
                keys = {key: value for key, value in self.schema(arguments[0]).items() if key != "type"}
                schema["additionalProperties"] = self.schema(arguments[1], "{}") or True
                if keys and unwrap(arguments[0]).core is not int:
                    schema["propertyNames"] = keys
            return schema
        if kind is tuple and arguments and arguments[-1] is not Ellipsis:
            arguments = () if arguments == ((),) else arguments
            first = [self.schema(each, f"[{index}]") for index, each in enumerate(arguments)]
            return _tuple(first, len(first), closed=True)
        if kind is tuple and core not in (tuple, typing.Tuple) and not arguments:  # noqa: UP006
            return _tuple([], 0, closed=True)
        if kind in (set, frozenset) and arguments and not _is_hashed(arguments[0]):
            return self._reject("a set of values that cannot be hashed: make the class frozen, or use a list")
        self.needs_steps |= typing.get_origin(core) is collections.abc.Iterable
        schema = {"type": "array"}
        if arguments and (items := self.schema(arguments[0], "[]")):
            schema["items"] = items
        return {**schema, "uniqueItems": True} if kind in (set, frozenset) else schema

    def _object(self, core: Any) -> Schema:
        fields = fields_of(core)
        self.needs_steps |= fields.needs_init
        schema: Schema = {}
        if text := docstring(cast("type[Any]", class_of(core))):
            schema["description"] = text
        properties: Schema = dict(fields.tag)
        for each in fields.items:
            schema_of_field = self.schema(each.annotation, f".{each.key}")
            if each.default is not msgspec.NODEFAULT:
                schema_of_field["default"] = each.default
            properties[each.key] = schema_of_field
        if fields.is_array:
            return {**schema, **_tuple(list(properties.values()), fields.minimum, closed=fields.is_closed)}
        schema |= {"type": "object", "properties": properties, "required": fields.required}
        return {**schema, "additionalProperties": False} if fields.is_closed else schema


def _has_int_choice(schema: Schema) -> bool:
    return any(type(choice) is int for choice in schema.get("enum", ()))


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _is_hashed(annotation: Any) -> bool:
    """Whether values of a type can be hashed, as far as it tells."""
    cls: Any = class_of(unwrap(annotation).core)
    if cls is not None and issubclass(cls, msgspec.Struct):
        return not cls.__struct_config__.eq or cls.__struct_config__.frozen
    return cls is None or cls.__hash__ is not None


def _tuple(first: list[Schema], minimum: int, *, closed: bool) -> Schema:
    schema: Schema = {"type": "array", "prefixItems": first, "minItems": minimum}
    if not first:
        del schema["prefixItems"]
    if closed:
        schema |= {"maxItems": len(first), "items": False}
    return schema


def _with_references(schema: Schema, names: dict[str, str]) -> Schema:
    """Return a schema whose references have new names."""
    copy = mapped(schema, lambda inner: _with_references(inner, names))
    pointer = copy.get("$ref")
    if isinstance(pointer, str):
        old = pointer.removeprefix("#/$defs/")
        copy["$ref"] = f"#/$defs/{names.get(old, old)}"
    return copy
