"""Bytes of JSON to values, without ever losing a paid answer to a type error.

Three steps, each tried only when the one before it failed:

1. typed: msgspec's decoder for the type, in C. It succeeds when the body has just the declared fields and types.
2. drifted: the untyped body is poured into the type by `construct`: unknown fields are kept, a value of another
   type is converted where that loses nothing (``"15"`` for an int) and otherwise kept as it was sent.
3. JSON that msgspec refuses (a lone surrogate, which a model that emits half an emoji produces) goes through the
   standard library's more tolerant parser, and then through step 2. Of what is nested thousands deep the depths stay
   the text that they are.

A body that is no JSON raises `NotJSONError`. Drifted types are logged once for each field.
"""

from __future__ import annotations

import json
import logging
import re
import types
import typing
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from ._struct import SCHEMA_MISMATCH, Struct, instance_dict

T = TypeVar("T")

_log = logging.getLogger("aiogroq")
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_untyped_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_drift_logged: set[tuple[str, str]] = set()


class NotJSONError(ValueError):
    """The body of an answer is no JSON."""


_MAX_DEPTH = 100
_BRACKET_OR_STRING = re.compile(r'[\[\]{}]|"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)

DECODE_ERRORS = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What a typed decoder raises for a body that drifted, or is no JSON."""


_SCALARS = frozenset({float, int, str})


def typed_decoder(cls: type[T]) -> msgspec.json.Decoder[T]:
    """The decoder of step 1 alone, for loops that cannot afford a call more. What it refuses (`DECODE_ERRORS`) is
    `decode_json`'s to decode; what it accepts has no unknown field in it."""
    return cast(
        "msgspec.json.Decoder[T]", _decoders.get(cls) or _decoders.setdefault(cls, msgspec.json.Decoder(cls))
    )


def decode_json(cls: type[T], body: bytes) -> T:
    """The JSON ``body`` as a ``cls``, or as near to it as the body allows.

    Raises `NotJSONError`. A body that is JSON but no object at all (a list where a `Struct` was due) is
    returned as the plain value that it is.
    """
    value: Any
    try:
        value = typed_decoder(cls).decode(body)
    except DECODE_ERRORS:
        value = construct(cls, decode_untyped(body))
    if isinstance(value, Struct) and value.keep_raw_body:
        value.__dict__["_body"] = body  # pyright: ignore[reportIndexIssue] -- it is a dict
    return cast("T", value)


def decode_untyped(body: bytes) -> Any:
    """The JSON ``body`` as dicts, lists and scalars. Raises `NotJSONError`."""
    try:
        return _untyped_decoder.decode(body)
    except DECODE_ERRORS:
        text = body.decode("utf-8-sig", errors="replace")
        try:
            return json.loads(text, parse_int=_integer)
        except RecursionError:
            return _decode_deep(text)
        except ValueError as error:
            raise NotJSONError(str(error)) from None


def _decode_deep(text: str) -> Any:
    """JSON that is nested more deeply than parsers go. What is below `_MAX_DEPTH` stays the text that it is."""
    pieces: list[str] = []
    depth = done = cut = 0
    for match in _BRACKET_OR_STRING.finditer(text):
        token = match[0]
        if token in "[{":
            depth += 1
            if depth == _MAX_DEPTH + 1:
                cut = match.start()
        elif token in "]}":
            if depth == _MAX_DEPTH + 1:
                pieces += [text[done:cut], json.dumps(text[cut : match.end()])]
                done = match.end()
            depth -= 1
    try:
        return json.loads("".join([*pieces, text[done:]]), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise NotJSONError(str(error)) from None


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        return float(digits)


def construct(cls: Any, value: Any) -> Any:
    """``value``, plain data, as a ``cls`` as far as it fits; what does not fit stays as it was sent."""
    made = _construct(cls, value, "")
    if isinstance(made, Struct):
        instance_dict(made)[SCHEMA_MISMATCH] = True
    return made


def _construct(cls: Any, value: Any, where: str) -> Any:
    origin: Any = typing.get_origin(cls)
    if _is_struct(cls):
        if isinstance(value, dict):
            return _construct_struct(cls, cast("dict[str, Any]", value))
        if not isinstance(value, cls):
            log_schema_mismatch(where or cls.__name__, value)
        return value
    if origin in (list, typing.Sequence) and isinstance(value, list):
        (inner,) = typing.get_args(cls) or (Any,)
        if inner in _SCALARS:  # a vector has hundreds of numbers: all at once, where all of them fit
            try:
                return msgspec.convert(value, cls)
            except (*DECODE_ERRORS, ValueError, SystemError):  # as for one of them below
                pass
        return [_construct(inner, item, where) for item in cast("list[object]", value)]
    if origin is dict and isinstance(value, dict):
        inner = typing.get_args(cls)[1]
        return {key: _construct(inner, item, where) for key, item in cast("dict[str, Any]", value).items()}
    if origin in (typing.Union, types.UnionType):
        return _construct_union(cls, value, where)
    return _construct_scalar(cls, value, where)


def _is_struct(cls: Any) -> bool:
    # Without the look at its origin, Python 3.10 takes `list[int]` for a class.
    return typing.get_origin(cls) is None and isinstance(cls, type) and issubclass(cls, Struct)


def _construct_struct(cls: type[Struct], value: dict[str, Any]) -> Struct:
    known: dict[str, Any] = {}
    extra: dict[str, Any] = dict(value)
    for field in _fields(cls):
        if field.encode_name not in value:
            if field.required:
                known[field.name] = None
            continue
        sent = extra.pop(field.encode_name)
        if sent is None and field.name in _lists(cls):
            continue  # as if it were absent: an empty list can be iterated
        known[field.name] = _construct(field.type, sent, f"{cls.__name__}.{field.name}")
    obj = cls(**known)
    if extra:
        instance_dict(obj)["_extra"] = extra
    return obj


@lru_cache(maxsize=256)
def _fields(cls: type[Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(cls)


@lru_cache(maxsize=256)
def _lists(cls: type[Struct]) -> frozenset[str]:
    """The names of the fields that are an empty list where they are absent."""
    factories = {field.name: field.default_factory for field in _fields(cls)}
    return frozenset(name for name, factory in factories.items() if typing.get_origin(factory) is list)


@lru_cache(maxsize=256)
def _field_names(cls: type[Struct]) -> frozenset[str]:
    return frozenset(field.encode_name for field in _fields(cls))


def _construct_union(cls: Any, value: Any, where: str) -> Any:
    options = typing.get_args(cls)
    if value is None and type(None) in options:
        return None
    if isinstance(value, dict):
        known = {option: len(_field_names(option) & value.keys()) for option in options if _is_struct(option)}
        if known:
            return _construct(max(known, key=known.__getitem__), value, where)
    for option in options:
        shape: Any = typing.get_origin(option) or option
        if shape in (dict, list) and isinstance(value, shape):
            return _construct(option, cast("Any", value), where)
    return _construct_scalar(cls, value, where)


def _construct_scalar(cls: Any, value: Any, where: str) -> Any:
    for strict in (True, False):
        try:
            return msgspec.convert(value, cls, strict=strict)
        except (msgspec.MsgspecError, TypeError, ValueError, RecursionError, SystemError):
            # ValueError: what msgspec makes of a lone surrogate where a number was due. SystemError: what it makes, up
            # to 0.20, of a number that no float holds.
            continue
    log_schema_mismatch(where, value)
    return value


def log_schema_mismatch(where: str, value: Any) -> None:
    """Say, once for each field and type, that ``value`` is kept as it was sent, though it does not fit the field."""
    key = (where, type(value).__name__)
    if key not in _drift_logged:
        _drift_logged.add(key)
        _log.warning("%s came as %s; it is kept as it was sent", where or "a value", type(value).__name__)
