"""Decodes JSON bytes leniently, so that no type mismatch loses a response.

Each of three steps is tried only if the one before it failed:

1. Typed: msgspec's decoder for the type, in C. It accepts a body with only declared fields and types.
2. Lenient: `construct` builds the object from the untyped body. It preserves unknown fields, converts a value of
   another type if that is lossless (``"15"`` for an int), and preserves it otherwise.
3. JSON that msgspec rejects (a lone surrogate, from a model that emits half an emoji) is parsed by the standard
   library, then step 2. Of JSON nested thousands deep, the deepest levels stay text.

A body that is not JSON raises `NotJSONError`. Each type mismatch is logged once for its field and type.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
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
_logged_mismatches: set[tuple[str, str]] = set()
_making = threading.RLock()  # the garbage collector may call a function that makes another decoder


class NotJSONError(ValueError):
    """The body of a response is not JSON."""


_MAX_DEPTH = 100
_BRACKET_OR_STRING = re.compile(r'[\[\]{}]|"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)

DECODE_ERRORS = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""The exceptions of a typed decoder for a body that is not JSON or does not match the type."""

_SCALARS = frozenset({float, int, str})


def make_decoder(annotation: Any, **options: Any) -> msgspec.json.Decoder[Any]:
    """Make a decoder of msgspec, one at a time.

    msgspec describes a class while it makes the first decoder of it. A thread that uses the description before it is complete
    crashes the process.
    """
    with _making:
        return msgspec.json.Decoder(annotation, **options)


def typed_decoder(cls: type[T]) -> msgspec.json.Decoder[T]:
    """Return the decoder of step 1, for loops that cannot afford another call.

    A body that it accepts has no unknown field. For a body that it rejects (`DECODE_ERRORS`) call `decode_json`.
    """
    return cast("msgspec.json.Decoder[T]", _decoders.get(cls) or _decoders.setdefault(cls, make_decoder(cls)))


def decode_json(cls: type[T], body: bytes) -> T:
    """Decode the JSON ``body`` as a ``cls``, as far as the body allows.

    JSON of another kind (a list instead of an object) is returned as plain data. Raises `NotJSONError`.
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
    """Decode the JSON ``body`` as dicts, lists and scalars. Raises `NotJSONError`."""
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
    """Decode JSON that is nested too deeply for parsers. Levels below `_MAX_DEPTH` stay text."""
    parts: list[str] = []
    depth = done = start = 0
    for match in _BRACKET_OR_STRING.finditer(text):
        token = match[0]
        if token in "[{":
            depth += 1
            if depth == _MAX_DEPTH + 1:
                start = match.start()
        elif token in "]}":
            if depth == _MAX_DEPTH + 1:
                parts += [text[done:start], json.dumps(text[start : match.end()])]
                done = match.end()
            depth -= 1
    try:
        return json.loads("".join([*parts, text[done:]]), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise NotJSONError(str(error)) from None


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        return float(digits)


def construct(cls: Any, value: Any) -> Any:
    """Build a ``cls`` from plain data as far as it fits. Values that do not fit stay as they were sent."""
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
        if inner in _SCALARS:  # a vector has hundreds of numbers: convert them at once if all of them fit
            try:
                return msgspec.convert(value, cls)
            except (*DECODE_ERRORS, ValueError, SystemError):  # as in `_construct_scalar`
                pass
        return [_construct(inner, item, where) for item in cast("list[object]", value)]
    if origin is dict and isinstance(value, dict):
        inner = typing.get_args(cls)[1]
        return {key: _construct(inner, item, where) for key, item in cast("dict[str, Any]", value).items()}
    if origin in (typing.Union, types.UnionType):
        return _construct_union(cls, value, where)
    return _construct_scalar(cls, value, where)


def _is_struct(cls: Any) -> bool:
    # The test of the origin is for Python 3.10, where `list[int]` is an instance of `type`.
    return typing.get_origin(cls) is None and isinstance(cls, type) and issubclass(cls, Struct)


def _construct_struct(cls: type[Struct], value: dict[str, Any]) -> Struct:
    known: dict[str, Any] = {}
    extra: dict[str, Any] = dict(value)
    for name_in_json, field in _fields(cls).items():
        if name_in_json not in value:
            if field.required:
                known[field.name] = None
            continue
        sent = extra.pop(name_in_json)
        if sent is None and typing.get_origin(field.default_factory) is list:
            continue  # null for a list becomes an empty list, so that it can be iterated
        known[field.name] = _construct(field.type, sent, f"{cls.__name__}.{field.name}")
    obj = cls(**known)
    if extra:
        instance_dict(obj)["_extra"] = extra
    return obj


@lru_cache(maxsize=256)
def _fields(cls: type[Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """The fields by their names in JSON."""
    return {field.encode_name: field for field in msgspec.structs.fields(cls)}


def _construct_union(cls: Any, value: Any, where: str) -> Any:
    options = typing.get_args(cls)
    if value is None and type(None) in options:
        return None
    if isinstance(value, dict):
        known = {
            option: len(_fields(option).keys() & value.keys()) for option in options if _is_struct(option)
        }
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
            # ValueError: msgspec raises it for a lone surrogate instead of a number. SystemError: msgspec up to 0.20
            # raises it for a number that no float can hold.
            continue
    log_schema_mismatch(where, value)
    return value


def log_schema_mismatch(where: str, value: Any) -> None:
    """Log that ``value`` does not match its field and is preserved, once for each field and type."""
    key = (where, type(value).__name__)
    if key not in _logged_mismatches:
        _logged_mismatches.add(key)
        _log.warning(
            "unexpected type of %s: %s; the value is passed on unchanged",
            where or "a value",
            type(value).__name__,
        )


def _renew_lock() -> None:
    global _making
    _making = threading.RLock()  # another thread may have held it at the fork


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
