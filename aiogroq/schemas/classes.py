"""The fields of the classes that are JSON objects: Struct, dataclass, attrs, TypedDict, NamedTuple."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from .annotations import class_of, field_annotations, unwrap

NODEFAULT = msgspec.NODEFAULT


@dataclass
class Field:
    """A field of a class."""

    name: str
    """The name in Python, as `__init__` takes it."""
    key: str
    """The key in JSON."""
    annotation: Any
    """Its type."""
    is_required: bool
    """Whether JSON must have the key."""
    default: Any = NODEFAULT
    """The default as plain data, for the schema."""


@dataclass
class Fields:
    """The fields of a class, and how they are written in JSON."""

    items: list[Field]
    """The fields, in their order."""
    is_array: bool = False
    """Whether JSON has an array of the values instead of an object."""
    is_closed: bool = False
    """Whether other keys are rejected."""
    needs_init: bool = False
    """Whether msgspec cannot make the class as its author meant it."""
    tag: dict[str, Any] = field(default_factory=dict[str, Any])
    """The tag of a Struct as a property: its name and its schema."""

    @property
    def required(self) -> list[str]:
        """The keys that JSON must have."""
        return [*self.tag, *(each.key for each in self.items if each.is_required)]

    @property
    def minimum(self) -> int:
        """The length of the shortest array."""
        length = len(self.tag) + len(self.items)
        for each in reversed(self.items):
            if each.is_required:
                break
            length -= 1
        return length


def is_object_class(cls: type[Any]) -> bool:
    """Whether a class has fields that `fields_of` knows."""
    return (
        issubclass(cls, msgspec.Struct)
        or dataclasses.is_dataclass(cls)
        or hasattr(cls, "__attrs_attrs__")
        or is_typed_dict(cls)
        or is_named_tuple(cls)
    )


def is_typed_dict(cls: type[Any]) -> bool:
    """Whether a class is a TypedDict."""
    return hasattr(cls, "__total__") and issubclass(cls, dict)


def is_named_tuple(cls: type[Any]) -> bool:
    """Whether a class is a NamedTuple."""
    return hasattr(cls, "_fields") and issubclass(cls, tuple)


def fields_of(core: Any) -> Fields:
    """Return the fields of a class. Raises `SchemaError` if their types cannot be evaluated."""
    cls: Any = class_of(core)
    hints = field_annotations(core)
    if issubclass(cls, msgspec.Struct):
        return _struct(cls, hints)
    if dataclasses.is_dataclass(cls):
        return _dataclass(cls, hints)
    if is_typed_dict(cls):
        return _typed_dict(cls, hints)
    if is_named_tuple(cls):
        defaults = cls._field_defaults
        items = [
            Field(
                name, name, hints.get(name, Any), name not in defaults, _plain(defaults.get(name, NODEFAULT))
            )
            for name in cls._fields
        ]
        return Fields(items, is_array=True, is_closed=True)
    return _attrs(cls, hints)


def _struct(cls: Any, hints: dict[str, Any]) -> Fields:
    config = cls.__struct_config__
    tag: dict[str, Any] = {}
    if config.tag_field is not None:
        kind = "integer" if isinstance(config.tag, int) else "string"
        tag[config.tag_field] = {"type": kind, "enum": [config.tag]}
    count = len(cls.__struct_fields__) - len(cls.__struct_defaults__)
    defaults = (NODEFAULT,) * count + cls.__struct_defaults__
    items = [
        Field(name, key, hints[name], default is NODEFAULT, _plain(default))
        for name, key, default in zip(
            cls.__struct_fields__, cls.__struct_encode_fields__, defaults, strict=True
        )
    ]
    return Fields(items, is_array=config.array_like, is_closed=config.forbid_unknown_fields, tag=tag)


def _dataclass(cls: Any, hints: dict[str, Any]) -> Fields:
    items: list[Field] = []
    needs_init = False
    for name, annotation in hints.items():
        if isinstance(annotation, dataclasses.InitVar):
            needs_init = True
            items.append(Field(name, name, cast("Any", annotation).type, not hasattr(cls, name)))
    for each in dataclasses.fields(cls):
        has_default = (
            each.default is not dataclasses.MISSING or each.default_factory is not dataclasses.MISSING
        )
        if not each.init:
            needs_init |= not has_default
            continue
        default = NODEFAULT if each.default is dataclasses.MISSING else each.default
        items.append(Field(each.name, each.name, hints[each.name], not has_default, _plain(default)))
    return Fields(items, needs_init=needs_init)


def _attrs(cls: Any, hints: dict[str, Any]) -> Fields:
    items: list[Field] = []
    needs_init = False
    for each in cls.__attrs_attrs__:
        has_default = type(each.default).__name__ != "_Nothing"
        # msgspec runs validators, but neither converters nor defaults that need the object.
        needs_init |= each.converter is not None or getattr(each.default, "takes_self", False)
        if not each.init:
            needs_init |= not has_default
            continue
        default = each.default if has_default else NODEFAULT
        annotation = hints.get(each.name, Any)
        items.append(Field(each.alias or each.name, each.name, annotation, not has_default, _plain(default)))
    return Fields(items, needs_init=needs_init)


def _typed_dict(cls: Any, hints: dict[str, Any]) -> Fields:
    items: list[Field] = []
    for name, annotation in hints.items():
        is_required = unwrap(annotation).required
        if is_required is None:
            is_required = name in cls.__required_keys__
        items.append(Field(name, name, annotation, is_required))
    return Fields(items)


def _plain(default: Any) -> Any:
    """Return a default as it is in JSON, or `NODEFAULT` for one that is not."""
    if default is None or isinstance(default, bool | int | float | str):
        return msgspec.to_builtins(default)
    return NODEFAULT
