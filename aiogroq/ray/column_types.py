"""`ColumnType`: the Arrow type of the column of the responses. It is the same in all blocks, also where a block has no value."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec

if TYPE_CHECKING:
    from ..schemas import TypedFormat

_SCALARS: Mapping[str, str] = {
    "string": "string",
    "integer": "int64",
    "number": "float64",
    "boolean": "bool_",
}


def pyarrow() -> Any:
    """Return pyarrow. Raises `ImportError`, with the fix, where it is not installed."""
    try:
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise ImportError('aiogroq.ray needs Ray Data: pip install "aiogroq[ray]"') from error


def is_list(kind: Any) -> bool:
    """Return whether a type of Arrow is one of lists, or of tensors."""
    arrow = pyarrow()
    if not isinstance(kind, arrow.DataType):
        return False
    kind = getattr(kind, "storage_type", kind)
    types = arrow.types
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


@dataclass(frozen=True)
class ColumnType:
    """A type of Arrow, and how a value of JSON becomes one of it."""

    arrow: Any
    convert: Callable[[Any], Any] | None = None
    """None where the value stays as it is."""

    def value(self, value: Any) -> Any:
        """Return a value as the column has it. None stays None."""
        return value if value is None or self.convert is None else self.convert(value)


def type_of_format(typed: TypedFormat[Any]) -> ColumnType:
    """Return the type of the column for a type as ``response_format``.

    Objects are structs, arrays are lists. What has no single type there (a union, a dict, a recursive type) is JSON text.
    """
    schema: Mapping[str, Any] = typed.schema
    if typed.is_wrapped:
        schema = next(iter(schema["properties"].values()))
    return _of_schema(schema)


def plain_value(value: Any) -> Any:
    """Return a value of a type as JSON has it: dicts, lists and scalars. pydantic's models are asked for it."""
    return msgspec.to_builtins(value, enc_hook=_of_pydantic)


def _of_pydantic(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise NotImplementedError(f"a value of type {type(value).__name__} has no form in JSON")
    return dump(mode="json", by_alias=True)


def _of_schema(schema: Mapping[str, Any]) -> ColumnType:
    arrow = pyarrow()
    kind = schema.get("type")
    if isinstance(kind, list):
        named = [each for each in cast("list[str]", kind) if each != "null"]
        kind = named[0] if len(named) == 1 else None
    if isinstance(options := schema.get("anyOf"), list):
        some = [each for each in cast("list[dict[str, Any]]", options) if each.get("type") != "null"]
        return _of_schema(some[0]) if len(some) == 1 else _json_text()
    if kind in _SCALARS:
        return ColumnType(getattr(arrow, _SCALARS[str(kind)])())
    if kind == "array" and isinstance(schema.get("items"), dict):
        return _list(_of_schema(schema["items"]))
    if kind == "object" and schema.get("properties"):
        return _struct({name: _of_schema(each) for name, each in schema["properties"].items()})
    return _json_text()


def _list(item: ColumnType) -> ColumnType:
    listed = pyarrow().list_(item.arrow)
    if item.convert is None:
        return ColumnType(listed)
    return ColumnType(listed, lambda values: [item.value(value) for value in values])


def _struct(fields: Mapping[str, ColumnType]) -> ColumnType:
    struct = pyarrow().struct([(name, field.arrow) for name, field in fields.items()])
    return ColumnType(
        struct, lambda value: {name: field.value(value.get(name)) for name, field in fields.items()}
    )


def _json_text() -> ColumnType:
    return ColumnType(pyarrow().string(), lambda value: msgspec.json.encode(value).decode())
