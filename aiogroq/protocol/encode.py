"""Turns what a caller gave into the bytes of a JSON body, or says in words why it cannot."""

from __future__ import annotations

import math
from collections.abc import AsyncIterable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias, cast

import msgspec

from ..errors import GroqError
from ..types._omit import Omit, is_omitted, omit

_SCALARS: frozenset[object] = frozenset({str, int, bool, type(None)})
_DICTS: set[object] = {dict}
_FLOATS: set[object] = {float}

Place: TypeAlias = "tuple[Place, object] | None"
"""Where a value stands: the place of the dict or list round it, and its key or index there. None is the outermost."""


class _NotJSONError(Exception):
    """A value has no form in JSON; the text says which one, where it stands and why."""


class _Unwritable:
    """Stands for a value that has no form in JSON until its place is known."""

    def __init__(self, why: str) -> None:
        self.why = why


_ODD = object()
"""In the place of a value whose key is no text: it is not plain either."""
_BYTES: tuple[type[Any], ...] = (bytes, bytearray, memoryview)
_KINDS_OF_TIMES = ("m", "M")
"""Of numpy: in these a value may be NaT, which is not equal to itself."""
_LEFT_AS_THEY_ARE = (*_BYTES, Decimal, Omit, _Unwritable)


def encode_json(value: Any) -> bytes:
    """``value`` as JSON bytes. Besides plain data it takes Structs, dataclasses, pydantic models, dates, arrays and
    iterables, at any depth.

    `omit` as the value of a key leaves the key out, at any depth. Raises `GroqError` for what has no form in
    JSON (bytes, NaN, a lone surrogate, a path, ...), and says in words which value it is.
    """
    try:
        try:
            body = _encoder.encode(value)
        except (TypeError, msgspec.MsgspecError):  # there is a type in it that msgspec does not know
            pass
        else:
            if _is_plain(value):
                return body
        return _encoder.encode(_as_plain(value))
    except (_NotJSONError, TypeError, msgspec.MsgspecError) as error:
        why = f"cannot be written as JSON: {error}"
    except UnicodeEncodeError as error:
        why = f"has text that is no valid Unicode (a lone surrogate): {error}"
    except RecursionError:
        why = "is nested too deeply to be written as JSON"
    raise GroqError(
        f"the request {why}"
    )  # not above, where it would have a context with all that is sent in its frames


def _is_plain(value: Any) -> bool:
    """Whether msgspec writes all of ``value`` as it is: bytes become base64 there, NaN becomes null, True as a key "1".

    Called once ``value`` has been encoded, so it has no cycles.
    """
    waiting: list[Any] = [value]
    while waiting:
        item: Any = waiting.pop()
        kind: Any = item.__class__
        if kind is dict:
            waiting += [
                inner if key.__class__ is str else _ODD
                for key, inner in item.items()
                if inner.__class__ not in _SCALARS or key.__class__ is not str
            ]
        elif kind is list or kind is tuple:
            kinds: set[object] = {*map(type, item)}
            if kinds == _DICTS:  # messages: without a turn of this loop for each
                waiting += [
                    inner if key.__class__ is str else _ODD
                    for each in item
                    for key, inner in each.items()
                    if inner.__class__ is not str or key.__class__ is not str
                ]
            elif not _is_harmless(item, kinds):
                waiting += [inner for inner in item if inner.__class__ not in _SCALARS]
        elif kind is float:
            if not math.isfinite(item):
                return False
        elif kind not in _SCALARS:
            return False
    return True


def _is_harmless(items: Any, kinds: set[object]) -> bool:
    """Whether a list whose items are of these kinds need not be looked into. Of a vector it takes no loop to see."""
    if kinds == _FLOATS:
        return math.isfinite(sum(items))  # one that is not makes the sum so, too
    return _SCALARS.issuperset(kinds)


def _as_plain(value: Any) -> Any:
    """``value`` as dicts, lists and scalars, without what is omitted. Raises `_NotJSONError`."""
    # New containers all of them but tuples, so they can be changed where they stand.
    made: list[Any] = [msgspec.to_builtins(value, builtin_types=_LEFT_AS_THEY_ARE, enc_hook=_convert_unknown)]
    waiting: list[tuple[Any, Place]] = []

    def looked_at(inner: Any, place: Place) -> Any:
        if inner.__class__ is tuple:
            inner = list(inner)
        if inner.__class__ is dict or (
            inner.__class__ is list and not _is_harmless(inner, {*map(type, inner)})
        ):
            waiting.append((inner, place))
        elif type(inner) not in _SCALARS:
            _refuse_lossy(inner, place)
        return inner

    made = [looked_at(inner, None) for inner in made if not isinstance(inner, Omit)]
    while waiting:
        container, place = waiting.pop()
        if container.__class__ is list:
            container[:] = [
                looked_at(inner, (place, index))
                for index, inner in enumerate(container)
                if not isinstance(inner, Omit)
            ]
        else:
            entries = [*container.items()]
            container.clear()
            for key, inner in entries:
                if not isinstance(inner, Omit):
                    container[_as_key(key, place)] = looked_at(inner, (place, key))
    if not made:
        raise _NotJSONError("there is nothing to send")
    return made[0]


def _refuse_lossy(value: Any, place: Place) -> None:
    """Refuse what msgspec writes as something else, and what it does not write at all."""
    if isinstance(value, float) and not math.isfinite(value):
        raise _NotJSONError(f"{_path(place)} is {value}, and JSON has finite numbers only")
    if isinstance(value, Decimal) and not value.is_finite():
        raise _NotJSONError(f"{_path(place)} is {value}, and JSON has finite numbers only")
    if isinstance(value, _BYTES):
        kind = type(value).__name__
        raise _NotJSONError(
            f"{_path(place)} is {kind}; decode() them to text, or base64-encode them yourself"
        )
    if isinstance(value, _Unwritable):
        raise _NotJSONError(f"{_path(place)} {value.why}")


def _as_key(key: Any, place: Place) -> Any:
    """The key of a dict as the standard library writes it."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if key is None:
        return "null"
    if isinstance(key, (str, int)) or (isinstance(key, float) and math.isfinite(key)):
        return key
    if isinstance(key, Decimal) and key.is_finite():
        return str(key)
    kind = type(key).__name__
    raise _NotJSONError(f"{_path(place)} has the key {key!r}, which is of type {kind}; keys in JSON are text")


def _path(place: Place) -> str:
    """Such as ``messages[0].content``."""
    keys: list[object] = []
    while place is not None:
        place, key = place
        keys.append(key)
    parts = [
        f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]" for key in reversed(keys)
    ]
    return "".join(parts).removeprefix(".") or "the body"


def _convert_unknown(value: Any) -> Any:
    """What msgspec does not know, as something that it knows."""
    if is_omitted(value):
        return omit
    if isinstance(value, type):
        return _Unwritable(f"is the class {value.__name__}; for its schema pass model_json_schema()")
    # Subclasses, such as a `TranscriptionText`: msgspec knows the exact types only.
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
            return _Unwritable(f"has bytes that are no UTF-8 text ({error}); base64-encode them yourself")
    if hasattr(value, "tolist"):  # arrays and scalars of numpy and its kin
        if getattr(getattr(value, "dtype", None), "kind", None) in _KINDS_OF_TIMES and (value != value).any():
            return _Unwritable("has NaT (not a time), which would become null; pass None if that is meant")
        plain = value.tolist()
        if type(plain) is not type(value):
            return plain
    elif isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    elif isinstance(value, Iterable):
        return list(cast("Iterable[object]", value))
    kind = "an async iterable" if isinstance(value, AsyncIterable) else f"of type {type(value).__name__}"
    return _Unwritable(f"is {kind}, which JSON has no form for; make it text, a number, a list or a dict")


_encoder = msgspec.json.Encoder()
