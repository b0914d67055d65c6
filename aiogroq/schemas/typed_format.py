"""`typed_format`: a type as a response format, and the values of it."""

from __future__ import annotations

import copy
import json
import re
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from ..errors import SchemaError
from .cache import FormatCache
from .choices import with_choices
from .dialect import inline_refs, strict_schema
from .formats import schema_and_decoder
from .mismatch import MismatchError
from .names import clean_name, type_name
from .subschemas import Schema
from .text_decoder import WRAPPER_KEY, TextDecoder

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_cache: FormatCache[TypedFormat[Any]] = FormatCache()


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
    _decoder: TextDecoder = field(repr=False)

    def response_format(self) -> dict[str, Any]:
        """Return the ``response_format`` of a request. It has the schema itself and no copy of it."""
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

    def decode(self, text: str | bytes | None, *, lax: bool = False) -> T:
        """Return the value of a JSON text, which may be in bytes. None, the content of a message without a text, has none.

        ``lax`` also accepts what converts without loss: ``1.0`` and ``"30"`` for an int, line ends in strings, and a value
        without the object around it. If a key is written twice, the last value counts. A lone surrogate becomes U+FFFD. Raises
        `MismatchError`.
        """
        try:
            return cast("T", self._decoder.decode(text, lax=lax))
        except MismatchError as error:
            raise with_choices(error, self.schema, f".{WRAPPER_KEY}" if self.is_wrapped else "") from None

    def __reduce__(self) -> tuple[Any, ...]:
        # Decoders cannot be pickled: they are made again.
        return _rebuild, (self.type, self.is_strict, self.name)


def _rebuild(response_type: Any, strict: bool, name: str) -> TypedFormat[Any]:
    return typed_format(response_type, strict=None if strict else False, name=name)


def typed_format(
    response_type: TypeForm[T], *, strict: bool | None = None, name: str | None = None
) -> TypedFormat[T]:
    """Return a type as a response format.

    ``strict`` is None to be strict where the type can be expressed, True to raise `SchemaError` where it cannot, False never
    to be strict. ``name`` replaces the name made from the type. Raises `SchemaError` for what is no type, or one that JSON
    cannot express.
    """
    found = _cache.get(response_type, (strict, name))
    if found is None:
        found = _made(response_type, strict, name)
        _cache.put(response_type, (strict, name), found)
    return cast("TypedFormat[T]", found)


def response_format(
    response_type: TypeForm[Any], *, strict: bool | None = None, name: str | None = None
) -> dict[str, Any]:
    """Return the ``response_format`` dict of a type, for `create`, batches and other clients.

    ``strict`` is None to be strict where the type can be expressed, True to raise `SchemaError` where it cannot, False never
    to be strict. ``name`` replaces the name made from the type. Raises `SchemaError` for what is no type, or one that JSON
    cannot express.
    """
    return copy.deepcopy(typed_format(response_type, strict=strict, name=name).response_format())


def _made(annotation: Any, strict: bool | None, name: str | None) -> TypedFormat[Any]:
    if name is not None and not _NAME.fullmatch(name):
        raise ValueError(f"name must have 1 to 64 letters, digits, '_' or '-', not {name!r}")
    _check_type(annotation)
    schema, decoder = schema_and_decoder(annotation)
    inlined = inline_refs(schema)
    is_wrapped = inlined.get("type") != "object"
    if is_wrapped:
        schema = _wrapped(schema)
        inlined = inline_refs(schema)
    dialect, unsupported = strict_schema(schema)
    if strict and unsupported:
        raise SchemaError(
            "; ".join(f"{path}: {why}" for path, why in unsupported)
            + " cannot be expressed in strict mode. Change the type, or leave strict out"
        )
    is_strict = strict is not False and not unsupported
    return TypedFormat(
        type=annotation,
        name=name or clean_name(type_name(annotation)),
        description=None if is_wrapped else inlined.get("description"),
        schema=dialect if is_strict else inlined,
        is_strict=is_strict,
        is_wrapped=is_wrapped,
        unsupported=tuple(unsupported),
        _decoder=TextDecoder(decoder, is_wrapped=is_wrapped),
    )


def _wrapped(schema: Schema) -> Schema:
    inner = dict(schema)
    definitions = inner.pop("$defs", {})
    return {
        "type": "object",
        "properties": {WRAPPER_KEY: inner},
        "required": [WRAPPER_KEY],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _check_type(annotation: Any) -> None:
    """Raise `SchemaError` for the values that are given instead of a type."""
    if isinstance(annotation, dict):
        raise SchemaError("response_format must be a type here, not a dict: create() takes the dict")
    if isinstance(annotation, str):
        raise SchemaError(f"response_format must be a type, not the text {annotation!r}")
    if isinstance(annotation, types.FunctionType | types.BuiltinFunctionType | types.ModuleType):
        raise SchemaError(f"response_format must be a type, not {annotation!r}")
    cls: Any = cast("Any", type(annotation))
    if (
        not isinstance(annotation, type)
        and cls.__module__ not in ("typing", "types", "typing_extensions")
        and (
            hasattr(cls, "__struct_fields__")
            or hasattr(cls, "__dataclass_fields__")
            or hasattr(cls, "model_fields")
        )
    ):
        raise SchemaError(f"response_format must be a type: give {cls.__name__} instead of an instance of it")
