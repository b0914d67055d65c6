"""`BaseModel`: the base of all response types.

A response is a `msgspec.Struct` whose declared fields are attributes. The service may add fields at any time,
so unknown fields are preserved: as attributes, in ``obj["key"]`` and in `to_dict`, at any depth. A declared
field of another type than declared has the value that was sent.

Structs reject unknown fields in msgspec's own decoder: a body that it accepts has none, so that decoding at
full speed loses nothing. Therefore read stored bodies with `BaseModel.model_validate_json`, not with
``msgspec.json.decode(body, type=...)``.
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
"""An object as plain data."""


class BaseModel(Struct):
    """The methods of all response types.

    Access: ``obj.field``, ``obj["field"]``, ``"field" in obj``, ``obj.get("field")``, `keys`, `values`,
    `items`. Output: `to_dict`, `to_json`, and the pydantic names `model_dump`, `model_dump_json`. Input:
    `model_validate`, `model_validate_json`, `construct`.
    """

    if not TYPE_CHECKING:
        # Hidden from type checkers, so that they report a misspelt field. For unknown fields use `get` or ``obj[...]``.
        def __getattr__(self, name: str) -> Any:
            # Python calls this only if normal lookup failed, so it costs nothing for declared fields.
            extra = cast("dict[str, Any] | None", self.__dict__.get("_extra"))
            # Python itself looks up names with two underscores, which a server must not provide.
            if extra is not None and name in extra and not name.startswith("__"):
                return extra[name]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        # Hidden, so that type checkers reject the iteration of a completion where ``stream=True`` was forgotten.
        def __iter__(self) -> Iterator[tuple[str, Any]]:
            """Iterate over pairs of name and value, as pydantic models do."""
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
        """Return the value of ``key``, or ``default`` if the object has no such field."""
        try:
            return self[key]
        except KeyError:
            return default

    def keys(self) -> list[str]:
        """Return the names in `to_dict`: sent fields in the order of declaration, then unknown fields."""
        return list(self.to_dict())

    def values(self) -> list[Any]:
        """Return the values of `keys`. Nested objects stay objects."""
        return [self[key] for key in self.keys()]

    def items(self) -> list[tuple[str, Any]]:
        """Return pairs of `keys` and `values`."""
        return [(key, self[key]) for key in self.keys()]

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that the server sent. For a nested object: of those that are not null."""
        return set(self.to_dict())

    def to_dict(
        self,
        *,
        exclude_unset: bool = True,
        exclude_none: bool = False,
        exclude_defaults: bool = False,
        **options: Any,
    ) -> Plain:
        """Return the object as plain data, with declared and unknown fields, at any depth.

        A top-level object gives exactly the fields of the body that the server sent, nulls included. A nested
        object gives its fields that are not null, because it does not know which nulls were sent. With an argument it is
        `model_dump`, which has the other options, too.
        """
        if exclude_unset and not (exclude_none or exclude_defaults or options):
            return cast("dict[str, Any]", to_builtins(self, self._sent()))
        return self.model_dump(
            exclude_unset=exclude_unset,
            exclude_none=exclude_none,
            exclude_defaults=exclude_defaults,
            **options,
        )

    def to_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return `to_dict`, with its options, as JSON text."""
        return _json_text(self.to_dict(**options), indent)

    def model_dump(
        self,
        *,
        include: Container[str] | None = None,
        exclude: Container[str] | None = None,
        exclude_none: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        **options: Any,
    ) -> Plain:
        """Return `to_dict` with the options of pydantic.

        As in pydantic, fields that were not sent have their default, unless ``exclude_unset``,
        ``exclude_defaults`` or ``exclude_none`` is given. ``include`` and ``exclude`` are names of fields of
        this object. Pydantic options without effect here (``mode``, ``by_alias``, ``warnings``, ...) are
        accepted. Raises `TypeError` for any other option, `NotImplementedError` for nested ``include`` or
        ``exclude``.
        """
        unknown = sorted(options.keys() - _WITHOUT_EFFECT)
        if unknown:
            raise TypeError(f"model_dump() got an unexpected keyword argument {unknown[0]!r}")
        if isinstance(include, dict) or isinstance(exclude, dict):
            raise NotImplementedError(
                "include and exclude must be names of fields; for nested ones use to_dict()"
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
        """Return `model_dump` as JSON text."""
        return _json_text(self.model_dump(**options), indent)

    def _sent(self) -> Any:
        """Return the body that this object was decoded from as plain data, or `MISSING` without a raw body."""
        body = self.__dict__.get("_body")
        return MISSING if body is None else decode_untyped(cast("bytes", body))

    def model_copy(self, *, update: Plain | None = None, deep: bool = False) -> Self:
        """Return a copy. ``update`` sets some of its fields."""
        other = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            if name in self.__struct_fields__:
                setattr(other, name, value)
            else:
                instance_dict(other).setdefault("_extra", {})[name] = value
        return other

    @classmethod
    def model_validate(cls, obj: Any) -> Self:
        """Make an object from plain data, as leniently as from a response.

        Raises `TypeError` if ``obj`` is not a dict.
        """
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, dict):
            raise TypeError(f"{cls.__name__} requires a dict, not {type(obj).__name__}")
        return cast("Self", construct(cls, cast("dict[str, Any]", obj)))

    @classmethod
    def model_validate_json(cls, body: str | bytes) -> Self:
        """Make an object from JSON text. Raises `ValueError` if it is not a JSON object."""
        value = decode_json(cls, body.encode() if isinstance(body, str) else body)
        if not isinstance(value, cls):
            raise ValueError(f"{cls.__name__} requires a JSON object, not {type(value).__name__}")
        return value

    @classmethod
    def construct(cls, **values: Any) -> Self:
        """Make an object from keywords, without validation. Unknown names become unknown fields."""
        return cls.model_validate(values)

    # The names of pydantic models before version 2. As `dict` is one of them, annotations in this class say `Plain`.

    def dict(self, **options: Any) -> Plain:
        """The same as `model_dump`."""
        return self.model_dump(**options)

    def json(self, **options: Any) -> str:
        """The same as `model_dump_json`."""
        return self.model_dump_json(**options)

    def copy(self, *, update: Plain | None = None, deep: bool = False) -> Self:
        """The same as `model_copy`."""
        return self.model_copy(update=update, deep=deep)

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
        """Support the class as the type of a pydantic field. Only pydantic calls this, so it is installed."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls._pydantic_validate,
            serialization=core_schema.plain_serializer_function_ser_schema(cls.to_dict),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Plain:
        return inlined_schema(cls)

    @classmethod
    def _pydantic_validate(cls, value: Any) -> Self:
        try:
            return cls.model_validate(value)
        except TypeError as error:  # pydantic collects ValueErrors, but not TypeErrors
            raise ValueError(str(error)) from None


class ListModel(BaseModel):
    """A response whose ``data`` is a list. Iteration, `len` and integer indexes apply to that list."""

    def __iter__(self) -> Iterator[Any]:
        return iter(cast("Any", self).data)

    def __len__(self) -> int:
        return len(cast("Any", self).data)

    def __bool__(self) -> bool:
        return True  # a response is true, even if its list is empty

    def __getitem__(self, key: str | int | slice) -> Any:
        return super().__getitem__(key) if isinstance(key, str) else cast("Any", self).data[key]


class Short:
    """A placeholder with a short repr for a long value."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


_MAX_SHOWN_NUMBERS = 16


def _shortened(value: Any) -> Any:
    """Return ``value`` as shown in a repr: only the first numbers of a long vector."""
    kind: Any = value.__class__
    if (kind is list or kind is array) and len(value) > _MAX_SHOWN_NUMBERS:
        kinds = set(map(type, value))
        if kinds <= {float, int}:
            names = "floats" if float in kinds else "integers"
            return Short(f"<{len(value)} {names}: {', '.join(f'{number:.5g}' for number in value[:2])}, ...>")
    return value


_WITHOUT_EFFECT = frozenset(
    {"mode", "by_alias", "context", "round_trip", "warnings", "fallback", "serialize_as_any", "use_api_names"}
)


def _rebuild(cls: type[M], fields: dict[str, Any], instance: dict[str, Any]) -> M:
    obj = cls(**fields)
    instance_dict(obj).update(instance)
    return obj


def _json_text(plain: dict[str, Any], indent: int | None) -> str:
    try:
        text = msgspec.json.encode(plain)
        return (msgspec.json.format(text, indent=indent) if indent else text).decode()
    except (UnicodeEncodeError, RecursionError):  # a lone surrogate can only be written as an escape
        return json.dumps(plain, indent=indent, separators=None if indent else (",", ":"))
