"""Encodes a request body as JSON, or raises an error that names the value that JSON cannot represent."""

from __future__ import annotations

import inspect
import math
from collections.abc import AsyncIterable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias, cast, get_origin

import msgspec

from ..errors import GroqError
from ..types._omit import Omit, is_omitted, omit
from .arguments import is_finite

_SCALARS: frozenset[object] = frozenset({str, int, bool, type(None)})
_DICTS: set[object] = {dict}
_FLOATS: set[object] = {float}
_BYTES: tuple[type[Any], ...] = (bytes, bytearray, memoryview)
_NUMPY_TIME_KINDS = ("m", "M")
"""The kinds of numpy's dtypes that may contain NaT, which is not equal to itself."""
_TOOL_HINT = (
    "client.chat.completions.tool_runner() takes functions as tools and calls them, and aiogroq.Tool(function).to_param() makes "
    "the dict for create() and stream() of chat completions"
)

Path: TypeAlias = "tuple[Path, object] | None"
"""The position of a value: the path of its container, and its key or index there. None for the body itself."""


class _NotJSONError(Exception):
    """JSON cannot represent a value. The message has its path and the reason."""


class _Unencodable:
    """A placeholder for a value that JSON cannot represent, until its path is known."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


_NON_STR_KEY = object()
"""Makes `_is_plain` return False for a dict with a key that is not a str."""
_UNCONVERTED = (*_BYTES, Decimal, Omit, _Unencodable)
"""Types that `msgspec.to_builtins` leaves as they are."""


def encode_json(value: Any) -> bytes:
    """Encode ``value`` as JSON: plain data, Structs, dataclasses, pydantic models, dates, arrays and iterables, at
    any depth.

    A key whose value is `omit` is left out, at any depth. Raises `GroqError` with the path of a value that JSON cannot
    represent: bytes, NaN, a lone surrogate, a path, ...
    """
    try:
        try:
            body = _encoder.encode(value)
        except (TypeError, msgspec.MsgspecError):  # contains a type that msgspec does not know
            pass
        else:
            if _is_plain(value):
                return body
        return _encoder.encode(_to_plain(value))
    except (_NotJSONError, TypeError, msgspec.MsgspecError) as error:
        reason = str(error)
    except UnicodeEncodeError as error:
        reason = f"a text is not valid Unicode (lone surrogate): {error}"
    except RecursionError:
        reason = "it is nested too deeply"
    # Raised here, without a context: the frames of the context contain the whole request.
    raise GroqError(f"cannot encode the request as JSON: {reason}")


def _is_plain(value: Any) -> bool:
    """Return whether msgspec encodes ``value`` without a change: it encodes bytes as base64, NaN as null, and the key
    True as "1". ``value`` has been encoded, so it has no cycles."""
    pending: list[Any] = [value]
    while pending:
        item: Any = pending.pop()
        kind: Any = item.__class__
        if kind is dict:
            pending += [
                inner if key.__class__ is str else _NON_STR_KEY
                for key, inner in item.items()
                if inner.__class__ not in _SCALARS or key.__class__ is not str
            ]
        elif kind is list or kind is tuple:
            kinds: set[object] = {*map(type, item)}
            if kinds == _DICTS:  # messages: faster than one turn of the outer loop for each
                pending += [
                    inner if key.__class__ is str else _NON_STR_KEY
                    for each in item
                    for key, inner in each.items()
                    if inner.__class__ is not str or key.__class__ is not str
                ]
            elif not _has_only_plain_items(item, kinds):
                pending += [inner for inner in item if inner.__class__ not in _SCALARS]
        elif kind is float:
            if not math.isfinite(item):
                return False
        elif kind not in _SCALARS:
            return False
    return True


def _has_only_plain_items(items: Any, kinds: set[object]) -> bool:
    """Return whether a list whose items have these types has only scalars that JSON can represent."""
    if kinds == _FLOATS:  # a vector: without a loop in Python
        return math.isfinite(sum(items))  # NaN or infinity in any item makes the sum so
    return _SCALARS.issuperset(kinds)


def _to_plain(value: Any) -> Any:
    """Return ``value`` as dicts, lists and scalars, without omitted values. Raises `_NotJSONError`."""
    # All containers in the result are new, except tuples, so they can be changed in place.
    result: list[Any] = [msgspec.to_builtins(value, builtin_types=_UNCONVERTED, enc_hook=_convert_unknown)]
    pending: list[tuple[Any, Path]] = []

    def checked(inner: Any, path: Path) -> Any:
        if inner.__class__ is tuple:
            inner = list(inner)
        if inner.__class__ is dict or (
            inner.__class__ is list and not _has_only_plain_items(inner, {*map(type, inner)})
        ):
            pending.append((inner, path))
        elif type(inner) not in _SCALARS:
            _reject_lossy(inner, path)
        return inner

    result = [checked(inner, None) for inner in result if not isinstance(inner, Omit)]
    while pending:
        container, path = pending.pop()
        if container.__class__ is list:
            container[:] = [
                checked(inner, (path, index))
                for index, inner in enumerate(container)
                if not isinstance(inner, Omit)
            ]
        else:
            entries = [*container.items()]
            container.clear()
            for key, inner in entries:
                if not isinstance(inner, Omit):
                    container[_to_key(key, path)] = checked(inner, (path, key))
    if not result:
        raise _NotJSONError("the body is omitted")
    return result[0]


def _reject_lossy(value: Any, path: Path) -> None:
    """Raise `_NotJSONError` for a value that msgspec would change, or cannot encode."""
    if isinstance(value, (float, Decimal)) and not is_finite(value):
        raise _NotJSONError(f"{_format_path(path)} is {value}; JSON has only finite numbers")
    if isinstance(value, _BYTES):
        kind = type(value).__name__
        raise _NotJSONError(f"{_format_path(path)} is {kind}; decode it to str, or base64-encode it")
    if isinstance(value, _Unencodable):
        raise _NotJSONError(f"{_format_path(path)} {value.reason}")


def _to_key(key: Any, path: Path) -> Any:
    """Return the key of a dict as the standard library encodes it."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if key is None:
        return "null"
    if isinstance(key, (str, int)):
        return key
    if isinstance(key, (float, Decimal)) and is_finite(key):
        return str(key) if isinstance(key, Decimal) else key
    kind = type(key).__name__
    raise _NotJSONError(f"{_format_path(path)} has the key {key!r} of type {kind}; JSON keys are strings")


def _format_path(path: Path) -> str:
    """Return such as ``messages[0].content``."""
    keys: list[object] = []
    while path is not None:
        path, key = path
        keys.append(key)
    parts = [
        f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]" for key in reversed(keys)
    ]
    return "".join(parts).removeprefix(".") or "the body"


def _convert_unknown(value: Any) -> Any:
    """Convert a value of a type that msgspec does not know."""
    if is_omitted(value):
        return omit
    if isinstance(value, type) or get_origin(value) is not None:
        name = value.__name__ if isinstance(value, type) and get_origin(value) is None else str(value)
        return _Unencodable(
            f"is the type {name}; parse() takes a type as response_format, and aiogroq.response_format() makes the dict for "
            "create(); for the schema of a pydantic model pass model_json_schema()"
        )
    # msgspec knows only the exact types, not subclasses such as `TranscriptionText`.
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, _BYTES):
        return bytes(value)
    if hasattr(value, "model_dump"):
        try:
            return value.model_dump(exclude_unset=True, mode="json")
        except UnicodeDecodeError as error:
            return _Unencodable(f"has bytes that are not UTF-8 ({error}); base64-encode them")
    if hasattr(value, "tolist"):  # arrays and scalars of numpy and similar packages
        if (
            getattr(getattr(value, "dtype", None), "kind", None) in _NUMPY_TIME_KINDS
            and (value != value).any()
        ):
            return _Unencodable("has NaT (not a time), which would become null; pass None instead")
        plain = value.tolist()
        if type(plain) is not type(value):
            return plain
    elif isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    elif isinstance(value, Iterable):
        return list(cast("Iterable[object]", value))
    kind = "an async iterable" if isinstance(value, AsyncIterable) else f"of type {type(value).__name__}"
    hint = _TOOL_HINT if _is_function(value) else "pass a str, a number, a list or a dict"
    return _Unencodable(f"is {kind}, which JSON cannot represent; {hint}")


def _is_function(value: Any) -> bool:
    """Return whether a value is a function, a partial of one, or a `Tool`."""
    return inspect.isroutine(value) or isinstance(value, partial) or hasattr(value, "to_param")


_encoder = msgspec.json.Encoder()
