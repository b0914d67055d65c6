"""`BaseModel`: the base of everything that the server sends.

A response is a `msgspec.Struct` whose declared fields are read as attributes. The service adds fields at any
time, so whatever it sent beyond them is kept: as an attribute, by ``obj["key"]``, and in `to_dict`, at any
depth. Declared fields that drifted in type keep the value that was sent.

The price of keeping unknown fields at full decoding speed: Structs refuse unknown fields in msgspec's own
decoder, which is how the fast path knows that there is nothing to keep. So read stored bodies with
`BaseModel.model_validate_json`, not with ``msgspec.json.decode(body, type=...)``.
"""

from __future__ import annotations

import copy
import json
from array import array
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from ._decode import construct, decode_json, decode_untyped
from ._dump import MISSING, to_builtins
from ._json_schema import inlined_schema
from ._struct import Struct, instance_dict
from ._typing import Self, TypeAlias

M = TypeVar("M", bound="BaseModel")

Plain: TypeAlias = dict[str, Any]
"""An object as plain data. By this name also where `dict` is the name of a method."""


class _OlderNames:
    """The names that pydantic's models had before its version 2."""

    if TYPE_CHECKING:

        def model_dump(self, **options: Any) -> Plain: ...

        def model_dump_json(self, **options: Any) -> str: ...

        def model_copy(self, *, update: Plain | None = None, deep: bool = False) -> Self: ...

    def dict(self, **options: Any) -> Plain:
        """`model_dump` under its older name."""
        return self.model_dump(**options)

    def json(self, **options: Any) -> str:
        """`model_dump_json` under its older name."""
        return self.model_dump_json(**options)

    def copy(self, *, update: Plain | None = None, deep: bool = False) -> Self:
        """`model_copy` under its older name."""
        return self.model_copy(update=update, deep=deep)


class BaseModel(_OlderNames, Struct):
    """What every answer of the service can do, besides its own fields.

    Reading: ``obj.field``, ``obj["field"]``, ``"field" in obj``, ``obj.get("field")``, `keys`, `values`, `items`.
    Writing out: `to_dict`, `to_json`, and the pydantic names `model_dump`, `model_dump_json`.
    Reading in: `model_validate`, `model_validate_json`, `construct`.
    """

    if not TYPE_CHECKING:
        # At run time only: a type checker is to see a misspelt field as one. `get` and ``obj[...]`` are for the others.
        def __getattr__(self, name: str) -> Any:
            # Reached only when normal look-up failed: so it costs nothing for declared fields.
            extra = cast("dict[str, Any] | None", self.__dict__.get("_extra"))
            # Python asks objects for names with two underscores on its own account; a server does not answer those.
            if extra is not None and name in extra and not name.startswith("__"):
                return extra[name]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        # A type checker is to refuse the iteration of a completion where ``stream=True`` was forgotten.
        def __iter__(self) -> Iterator[tuple[str, Any]]:
            """Names with values, as of pydantic's models."""
            return iter(self.items())

    def __getitem__(self, key: str) -> Any:
        if key in self.__struct_fields__:
            return getattr(self, key)
        extra = self.model_extra
        if extra is not None and key in extra:
            return extra[key]
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return key in self.__struct_fields__ or key in (self.model_extra or ())

    def get(self, key: str, default: Any = None) -> Any:
        """The value of ``key``, or ``default`` where the object has no such field."""
        try:
            return self[key]
        except KeyError:
            return default

    def keys(self) -> list[str]:
        """The names in `to_dict`: what was sent, in the order of declaration, unknown fields last."""
        return list(self.to_dict())

    def values(self) -> list[Any]:
        """The values of `keys`, objects as they are."""
        return [self[key] for key in self.keys()]

    def items(self) -> list[tuple[str, Any]]:
        """`keys` with `values`."""
        return [(key, self[key]) for key in self.keys()]

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that the server sent (of a nested object: those that are not null)."""
        return set(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """The object as plain data, known fields and unknown ones, at any depth.

        Called on the outermost object it has the fields of the body that the server sent, nulls included; on
        an object inside another one, fields that are null are left out, as absent ones are.
        """
        return cast("dict[str, Any]", to_builtins(self, self._sent()))

    def to_json(self, *, indent: int | None = None) -> str:
        """`to_dict` as JSON text."""
        return _json_text(self.to_dict(), indent)

    def model_dump(
        self,
        *,
        include: Container[str] | None = None,
        exclude: Container[str] | None = None,
        exclude_none: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        """`to_dict` under the name that pydantic users type.

        As with pydantic, fields that were not sent are there with their default, unless ``exclude_unset``,
        ``exclude_defaults`` or ``exclude_none`` is given; ``include`` and ``exclude`` name fields of this object.
        Options of pydantic's that change nothing here (``mode``, ``by_alias``, ``warnings``, ...) are accepted.
        Raises `TypeError` for any other, `NotImplementedError` for an ``include`` or ``exclude`` that is nested.
        """
        unknown = sorted(options.keys() - _WITHOUT_EFFECT)
        if unknown:
            raise TypeError(f"model_dump() got an unexpected keyword argument {unknown[0]!r}")
        if isinstance(include, dict) or isinstance(exclude, dict):
            raise NotImplementedError(
                "include and exclude take names of fields; take nested ones out of to_dict()"
            )
        sent = self._sent() if exclude_unset else MISSING
        defaults = not (exclude_none or exclude_unset or exclude_defaults)
        nulls = not (exclude_none or exclude_defaults)
        dumped = cast("dict[str, Any]", to_builtins(self, sent, defaults=defaults, nulls=nulls))
        return {
            name: value
            for name, value in dumped.items()
            if (include is None or name in include) and (exclude is None or name not in exclude)
        }

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """`model_dump` as JSON text."""
        return _json_text(self.model_dump(**options), indent)

    def _sent(self) -> Any:
        """The body that this object was decoded from, as plain data, where its bytes were kept."""
        body = self.__dict__.get("_body")
        return MISSING if body is None else decode_untyped(cast("bytes", body))

    def model_copy(self, *, update: dict[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; ``update`` gives new values for some fields."""
        other = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            if name in self.__struct_fields__:
                setattr(other, name, value)
            else:
                instance_dict(other).setdefault("_extra", {})[name] = value
        return other

    @classmethod
    def model_validate(cls, obj: Any) -> Self:
        """An object of this type from plain data, as tolerant as the decoding of an answer.

        Raises `TypeError` where ``obj`` is no mapping.
        """
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, dict):
            raise TypeError(f"{cls.__name__} is made from a dict, not from {type(obj).__name__}")
        return cast("Self", construct(cls, cast("dict[str, Any]", obj)))

    @classmethod
    def model_validate_json(cls, body: str | bytes) -> Self:
        """An object of this type from JSON text. Raises `ValueError` where the text is not a JSON object."""
        value = decode_json(cls, body.encode() if isinstance(body, str) else body)
        if not isinstance(value, cls):
            raise ValueError(f"{cls.__name__} is made from a JSON object, not from {type(value).__name__}")
        return value

    @classmethod
    def construct(cls, **values: Any) -> Self:
        """An object of this type from keywords, unvalidated; unknown names become unknown fields."""
        return cls.model_validate(values)

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return _rebuild, (type(self), fields, dict(self.__dict__))

    def __copy__(self) -> Self:
        other = cast("Self", _rebuild(*self.__reduce__()[1]))
        if self.model_extra is not None:
            instance_dict(other)["_extra"] = dict(self.model_extra)
        return other

    def __repr__(self) -> str:
        shown = [f"{name}={value!r}" for name, value in self.__rich_repr__()]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        fields = [(name, getattr(self, name)) for name in self.__struct_fields__]
        shown = [pair for pair in fields if pair[1] is not None] + list((self.model_extra or {}).items())
        return [(name, _shortened(value)) for name, value in shown]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Lets the class stand as a field of a pydantic model. Only pydantic calls it, so it is installed."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls._pydantic_validate,
            serialization=core_schema.plain_serializer_function_ser_schema(_to_dict),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        return inlined_schema(cls)

    @classmethod
    def _pydantic_validate(cls, value: Any) -> Self:
        try:
            return cls.model_validate(value)
        except TypeError as error:  # pydantic collects ValueErrors; a TypeError would escape it
            raise ValueError(str(error)) from None


class ListModel(BaseModel):
    """A list of objects: its ``data`` can be iterated, counted and indexed through it."""

    def __iter__(self) -> Iterator[Any]:
        return iter(cast("Any", self).data)

    def __len__(self) -> int:
        return len(cast("Any", self).data)

    def __bool__(self) -> bool:
        return True  # it is an answer, also where there is nothing in it

    def __getitem__(self, key: str | int | slice) -> Any:
        return super().__getitem__(key) if isinstance(key, str) else cast("Any", self).data[key]


class Short:
    """Stands in a repr for what is too long for one."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


_MAX_SHOWN_NUMBERS = 16


def _shortened(value: Any) -> Any:
    """``value`` as a repr shows it: of vectors the beginning."""
    kind: Any = value.__class__
    if (kind is list or kind is array) and len(value) > _MAX_SHOWN_NUMBERS:
        kinds = set(map(type, value))
        if kinds <= {float, int}:
            names = "floats" if float in kinds else "integers"
            return Short(f"<{len(value)} {names}: {', '.join(f'{number:.5g}' for number in value[:2])}, ...>")
    return value


def _to_dict(obj: BaseModel) -> dict[str, Any]:
    return obj.to_dict()


_WITHOUT_EFFECT = frozenset(
    {"mode", "by_alias", "context", "round_trip", "warnings", "fallback", "serialize_as_any", "use_api_names"}
)


def _rebuild(cls: type[M], fields: dict[str, Any], hidden: dict[str, Any]) -> M:
    obj = cls(**fields)
    instance_dict(obj).update(hidden)
    return obj


def _json_text(plain: dict[str, Any], indent: int | None) -> str:
    try:
        text = msgspec.json.encode(plain)
        return (msgspec.json.format(text, indent=indent) if indent else text).decode()
    except (UnicodeEncodeError, RecursionError):  # a lone surrogate, which only an escape can write
        return json.dumps(plain, indent=indent, separators=None if indent else (",", ":"))
