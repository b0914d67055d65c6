"""`StepwiseDecoder`: a decoder for the types that msgspec does not support as a whole.

These are mostly unions of several dataclasses, TypedDicts or untagged Structs. It goes down only as far as such a type goes:
what is below is msgspec's or pydantic's.
"""

from __future__ import annotations

import enum
import functools
import typing
from typing import Any, cast

import msgspec

from ..errors import SchemaError
from ..types._decode import make_decoder
from . import pydantic_types
from .annotations import UNIONS, Annotation, class_of, is_type_alias, unwrap
from .classes import Fields, fields_of, is_object_class, is_typed_dict
from .containers import KINDS
from .decoders import Hook, NotJSONError, validated
from .describe import Describer
from .mismatch import MismatchError, from_msgspec
from .restrictions import limits_of


class StepwiseDecoder:
    """Decodes into a type step by step."""

    def __init__(self, annotation: Any) -> None:
        self._annotation = annotation
        self._hook = Hook()
        self._is_msgspecs: dict[Any, bool] = {}
        self._fields: dict[Any, Fields] = {}

    def decode(self, data: bytes, *, lax: bool) -> Any:
        """Return the value."""
        try:
            value = msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            raise NotJSONError(str(error)) from None
        return self._value(self._annotation, value, "$", lax)

    def _value(self, annotation: Any, value: Any, path: str, lax: bool) -> Any:
        if self._supports(annotation):
            return self._converted(annotation, value, path, lax)
        found = unwrap(annotation)
        core = found.core
        origin = typing.get_origin(core)
        if pydantic_types.has_validation(found) and (adapter := self._adapter(annotation)) is not None:
            return _validated(adapter, value, path)
        if core is not annotation:
            for plain in (_with_limits(found), core):
                if self._supports(plain):
                    return self._converted(plain, value, path, lax)
        if is_type_alias(core):
            return self._value(core.__value__, value, path, lax)
        if origin in UNIONS:
            return self._member(typing.get_args(core), value, path, lax)
        if origin is typing.Literal:
            return _choice(typing.get_args(core), value, path)
        kind = KINDS.get(origin or core)
        if kind is not None:
            made = self._container(kind, typing.get_args(core), value, path, lax)
            return self._checked(found, made, path)
        cls = cast("type[Any]", class_of(core))
        if pydantic_types.is_model(cls) or pydantic_types.is_dataclass(cls):
            return _validated(self._hook.adapter(core), value, path)
        if issubclass(cls, enum.Enum):
            return _choice(tuple(cast("Any", cls)), value, path)
        return self._object(core, cls, value, path, lax)

    def _supports(self, annotation: Any) -> bool:
        """Whether msgspec decodes a type as it should be."""
        try:
            known = self._is_msgspecs.get(annotation)
        except TypeError:  # unhashable metadata
            return False
        if known is None:
            known = self._is_msgspecs[annotation] = _is_msgspecs(annotation)
        return known

    def _adapter(self, annotation: Any) -> Any:
        try:
            return self._hook.adapter(annotation)
        except SchemaError:  # it does not know Structs, or is not loaded
            return None

    def _converted(self, annotation: Any, value: Any, path: str, lax: bool) -> Any:
        try:
            return msgspec.convert(value, annotation, strict=not lax, dec_hook=self._hook)
        except msgspec.ValidationError as error:
            raise from_msgspec(error).below(path) from None

    def _member(self, members: tuple[Any, ...], value: Any, path: str, lax: bool) -> Any:
        """Return the value as the member of a union that fits: one that knows all keys, else the first."""
        made: list[Any] = []
        errors: list[MismatchError] = []
        for member in members:
            try:
                result = self._value(member, value, path, lax)
            except MismatchError as error:
                errors.append(error)
                continue
            if not isinstance(value, dict) or self._knows(member, cast("dict[str, Any]", value)):
                return result
            made.append(result)
        if made:
            return made[0]
        # The error that lies deepest is that of the member that was meant.
        meant = [error for error in errors if not self._is_tag(members, value, path, error)]
        raise max(meant or errors, key=lambda error: len(error.path))

    def _is_tag(self, members: tuple[Any, ...], value: Any, path: str, error: MismatchError) -> bool:
        """Whether an error is about a choice, such as ``kind: Literal["cat"]``, that another member of the union has."""
        if not isinstance(value, dict):
            return False
        given = cast("dict[str, Any]", value)
        for core in (unwrap(member).core for member in members):
            cls = class_of(core)
            for each in self._fields_of(core).items if cls is not None and is_object_class(cls) else ():
                found = unwrap(each.annotation).core
                choices = typing.get_args(found) if typing.get_origin(found) is typing.Literal else ()
                if error.path == f"{path}.{each.key}" and given.get(each.key) in choices:
                    return True
        return False

    def _knows(self, member: Any, value: dict[str, Any]) -> bool:
        """Whether a member of a union has a field for each key."""
        core = unwrap(member).core
        cls = class_of(core)
        if cls is None or not is_object_class(cls):
            return True
        fields = self._fields_of(core)
        return value.keys() <= {*fields.tag, *(each.key for each in fields.items)}

    def _fields_of(self, core: Any) -> Fields:
        if core not in self._fields:
            self._fields[core] = fields_of(core)
        return self._fields[core]

    def _container(
        self, kind: type[Any], arguments: tuple[Any, ...], value: Any, path: str, lax: bool
    ) -> Any:
        if kind is dict:
            given = cast("dict[str, Any]", _typed(value, dict, path))
            keys, values = arguments or (Any, Any)
            return {
                self._value(keys, key, path, lax): self._value(values, each, f"{path}[...]", lax)
                for key, each in given.items()
            }
        items = cast("list[Any]", _typed(value, list, path))
        if kind is tuple and (not arguments or arguments[-1] is not Ellipsis):
            if len(items) != len(arguments):
                raise MismatchError(f"Expected `array` of length {len(arguments)}, got {len(items)}", path)
            types = list(arguments)
        else:
            types = [arguments[0] if arguments else Any] * len(items)
        pairs = enumerate(zip(types, items, strict=True))
        return cast("Any", kind)(
            self._value(each, item, f"{path}[{index}]", lax) for index, (each, item) in pairs
        )

    def _checked(self, found: Annotation, made: Any, path: str) -> Any:
        """Check the length of a container as msgspec does."""
        for limit in limits_of(found.metadata):
            self._converted(typing.Annotated[list[Any], limit], list(made), path, lax=False)
        return made

    def _object(self, core: Any, cls: type[Any], value: Any, path: str, lax: bool) -> Any:
        fields = self._fields_of(core)
        if fields.is_array:
            keys = [*fields.tag, *(each.key for each in fields.items)]
            value = dict(zip(keys, cast("list[Any]", _typed(value, list, path)), strict=False))
        given = dict(cast("dict[str, Any]", _typed(value, dict, path)))
        _check_keys(fields, given, path)
        for key, schema in fields.tag.items():
            _choice(tuple(schema["enum"]), given.pop(key), f"{path}.{key}")
        values = {
            each.name: self._value(each.annotation, given[each.key], f"{path}.{each.key}", lax)
            for each in fields.items
            if each.key in given
        }
        if is_typed_dict(cls):
            return values
        try:
            return cls(**values)
        except (ValueError, TypeError) as error:
            raise MismatchError(str(error), path) from None


def _with_limits(found: Annotation) -> Any:
    """Return a type with its limits and no other metadata."""
    limits = limits_of(found.metadata)
    return functools.reduce(lambda core, each: typing.Annotated[core, each], limits, found.core)


def _is_msgspecs(annotation: Any) -> bool:
    describer = Describer()
    describer.schema(annotation)
    if describer.rejected or describer.has_validation or describer.needs_steps:
        return False
    try:
        make_decoder(annotation, dec_hook=Hook())
    except (TypeError, RecursionError):
        return False
    return True


def _validated(adapter: Any, value: Any, path: str) -> Any:
    try:
        return validated(adapter, msgspec.json.encode(value))
    except MismatchError as error:
        raise error.below(path) from None


def _check_keys(fields: Fields, given: dict[str, Any], path: str) -> None:
    for key in fields.required:
        if key not in given:
            raise MismatchError(f"Object missing required field `{key}`", path)
    if fields.is_closed:
        known = {*fields.tag, *(each.key for each in fields.items)}
        for key in given:
            if key not in known:
                raise MismatchError(f"Object contains unknown field `{key}`", path)


def _typed(value: Any, kind: Any, path: str) -> Any:
    if not isinstance(value, kind):
        raise MismatchError(f"Expected `{_name(kind)}`, got `{_name(type(value))}`", path)
    return value


def _name(kind: Any) -> str:
    names: dict[Any, str] = {dict: "object", list: "array", type(None): "null"}
    return names.get(kind) or str(kind.__name__)


def _choice(choices: tuple[Any, ...], value: Any, path: str) -> Any:
    for each in choices:
        plain = each.value if isinstance(each, enum.Enum) else each
        if type(plain) is type(value) and plain == value:
            return each
    raise MismatchError(f"Invalid value {value!r}", path)
