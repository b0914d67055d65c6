"""`typed_format`: a type as a response format, and the values of it."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec

from ..errors import SchemaError
from .dialect import Schema, inline_refs, strict_schema
from .mismatch import from_msgspec, from_pydantic

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class TypedFormat(Generic[T]):
    """A type as a response format: its schema, and the decoder of what the model writes."""

    type: Any
    """The type."""
    name: str
    """The name of the schema: letters, digits, ``_`` and ``-``, at most 64."""
    description: str | None
    """The description of the type (its docstring), or None."""
    schema: dict[str, Any]
    """The JSON schema: in the strict dialect if ``is_strict``, otherwise unchanged but for inlined references."""
    is_strict: bool
    """Whether the service can hold the model to the schema."""
    is_wrapped: bool
    """Whether the JSON is ``{"result": ...}``, because a root must be an object and the type is none."""
    unsupported: tuple[tuple[str, str], ...]
    """What strict mode cannot express, as pairs of a path such as ``$.extra`` and a reason. Empty if ``is_strict``."""
    _decode: Any

    def response_format(self) -> dict[str, Any]:
        """Return the ``response_format`` of a request."""
        json_schema: dict[str, Any] = {"name": self.name, "schema": self.schema, "strict": self.is_strict}
        if self.description:
            json_schema["description"] = self.description
        return {"type": "json_schema", "json_schema": json_schema}

    def json_object_instruction(self) -> str:
        """Return the text that tells a model the schema, for requests that cannot carry it."""
        schema = json.dumps(self.schema, ensure_ascii=False)
        return (
            "Respond with one JSON object that is valid against this JSON schema, and with nothing else: "
            f"no explanation, no code fence.\n{schema}"
        )

    def decode(self, text: str, *, lax: bool = False) -> T:
        """Return the value of a JSON text.

        ``lax`` also accepts what converts without loss: ``1.0`` and ``"30"`` for an int. Raises `MismatchError`.
        """
        return cast("T", self._decode(text, lax))


def typed_format(
    response_type: TypeForm[T], *, strict: bool | None = None, name: str | None = None
) -> TypedFormat[T]:
    """Return a type as a response format.

    ``strict`` is None to be strict where the type can be expressed, True to raise `SchemaError` where it cannot, False never
    to be strict. ``name`` replaces the name made from the type. Raises `SchemaError` for what is no type, or one that JSON
    cannot express.
    """
    schema = _schema_of(response_type)
    is_wrapped = inline_refs(schema).get("type") != "object"
    if is_wrapped:
        definitions = schema.pop("$defs", {})
        schema = {
            "type": "object",
            "properties": {"result": schema},
            "required": ["result"],
            "$defs": definitions,
        }
    description = inline_refs(schema).get("description")
    dialect, unsupported = strict_schema(schema)
    if strict and unsupported:
        raise SchemaError("; ".join(f"{path}: {why}" for path, why in unsupported))
    is_strict = strict is not False and not unsupported
    return TypedFormat(
        type=response_type,
        name=_clean(name or str(getattr(response_type, "__name__", "result"))),
        description=description,
        schema=dialect if is_strict else inline_refs(schema),
        is_strict=is_strict,
        is_wrapped=is_wrapped,
        unsupported=() if is_strict else tuple(unsupported),
        _decode=_decoder(response_type, is_wrapped),
    )


def response_format(
    response_type: TypeForm[Any], *, strict: bool | None = None, name: str | None = None
) -> dict[str, Any]:
    """Return the ``response_format`` dict of a type, for `create`, batches and other clients.

    ``strict`` is None to be strict where the type can be expressed, True to raise `SchemaError` where it cannot, False never
    to be strict. ``name`` replaces the name made from the type.
    """
    return typed_format(response_type, strict=strict, name=name).response_format()


def _clean(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:64] or "result"


def _schema_of(cls: Any) -> Schema:
    adapter = _pydantic_adapter(cls)
    if adapter is not None:
        return cast("Schema", adapter.json_schema())
    try:
        msgspec.json.Decoder(cls, dec_hook=_from_custom)
        return msgspec.json.schema(cls, schema_hook=_custom_schema)
    except TypeError as error:
        raise SchemaError(str(error)) from None


def _pydantic_adapter(cls: Any) -> Any:
    if hasattr(cls, "__pydantic_validator__") and "pydantic" in sys.modules:
        return sys.modules["pydantic"].TypeAdapter(cls)
    return None


def _custom_schema(cls: type[Any]) -> Schema:
    return inline_refs(cast("Any", cls).model_json_schema())


def _from_custom(cls: Any, value: Any) -> Any:
    adapter = _pydantic_adapter(cls)
    try:
        return adapter.validate_json(msgspec.json.encode(value))
    except ValueError as error:
        raise from_pydantic(error) from None


def _decoder(cls: Any, is_wrapped: bool) -> Any:
    adapter = _pydantic_adapter(cls)
    target: Any = msgspec.defstruct("Result", [("result", cls)]) if is_wrapped else cls

    def decode(text: str, lax: bool) -> Any:
        if adapter is not None:
            try:
                return adapter.validate_json(text)
            except ValueError as error:
                raise from_pydantic(error) from None
        try:
            value: Any = msgspec.json.decode(text, type=target, strict=not lax, dec_hook=_from_custom)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise from_msgspec(error) from None
        return value.result if is_wrapped else value

    return decode
