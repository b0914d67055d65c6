"""Turns what a caller gave into the bytes of a JSON body, or says in words why it cannot."""

from __future__ import annotations

import math
import secrets
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from itertools import chain
from typing import Any, cast

import msgspec

from ..errors import GroqError
from ..types._omit import Omit

_HARMLESS: frozenset[object] = frozenset({str, int, bool, type(None)})
_DICTS: set[object] = {dict}
_FLOATS: set[object] = {float}
_values: Callable[[Any], Iterable[object]] = cast("Any", dict).values
_OMIT_MARK = f"aiogroq-omit-{secrets.token_hex(16)}"
_omits_met = [0]
"""How often the encoder met an `omit`, in any thread: to look for the mark in a long body takes longer than to write it."""


class _NotJSONTypeError(Exception):
    """A value has no form in JSON; the text says which."""


def encode_json(value: Any) -> bytes:
    """``value`` as JSON bytes. Besides plain data it takes Structs, dataclasses, pydantic models, dates and iterables.

    `omit` as the value of a key leaves the key out, at any depth. Raises `GroqError` for what has no form in
    JSON (bytes, NaN, a lone surrogate, a path, ...), and says so in words.
    """
    try:
        omits_before = _omits_met[0]
        body = _encoder.encode(value)
        _refuse_lossy(value)
        # The bytes are read again, not the value: its generators are used up.
        if _omits_met[0] != omits_before:
            body = _encoder.encode(_without_omitted(msgspec.json.decode(body)))
    except (_NotJSONTypeError, TypeError, msgspec.MsgspecError) as error:
        raise GroqError(f"the request cannot be written as JSON: {error}") from None
    except UnicodeEncodeError as error:
        raise GroqError(
            f"the request has text that is no valid Unicode (a lone surrogate): {error}"
        ) from None
    except RecursionError:
        raise GroqError("the request is nested too deeply to be written as JSON") from None
    return body


def _without_omitted(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _without_omitted(inner) for key, inner in items if inner != _OMIT_MARK}
    if isinstance(value, list):
        return [_without_omitted(inner) for inner in cast("list[object]", value) if inner != _OMIT_MARK]
    return value


def _refuse_lossy(value: Any) -> None:
    """Refuse what msgspec writes as something else: bytes become base64 there, NaN becomes null.

    Called once ``value`` has been encoded, so it has no cycles.
    """
    waiting: list[Any] = [value]
    while waiting:
        item: Any = waiting.pop()
        kind: Any = item.__class__
        if kind is dict:
            waiting += [inner for inner in item.values() if type(inner) not in _HARMLESS]
        elif kind is list or kind is tuple:
            if not _is_harmless(item):
                waiting += [inner for inner in item if type(inner) not in _HARMLESS]
        elif kind is float:
            if not math.isfinite(item):
                raise _NotJSONTypeError(f"JSON has no {item}")
        elif issubclass(kind, (bytes, bytearray, memoryview)):
            raise _NotJSONTypeError(
                f"JSON has no {kind.__name__}; decode() them to text, or base64-encode them yourself"
            )


def _is_harmless(items: Any) -> bool:
    """Whether nothing in a list need be looked at. Of messages (dicts of texts) and of vectors it takes no loop to see."""
    kinds: set[object] = {*map(type, items)}
    if kinds == _FLOATS:
        return math.isfinite(sum(items))  # one that is not makes the sum so, too
    return _HARMLESS.issuperset(map(type, chain(*map(_values, items))) if kinds == _DICTS else kinds)


def _encode_unknown(value: Any) -> Any:
    """What msgspec does not know, as something that it knows."""
    if isinstance(value, Omit):
        _omits_met[0] += 1
        return _OMIT_MARK
    if isinstance(value, type):
        raise _NotJSONTypeError(f"{value.__name__} is a class; for its schema pass model_json_schema()")
    # Subclasses, such as a `TranscriptionText`: msgspec knows the exact types only.
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(exclude_unset=True, mode="json")
    if hasattr(value, "tolist"):  # arrays and scalars of numpy and its kin
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    # A list or tuple comes here as a key only, where there is no writing it.
    if isinstance(value, Iterable) and type(cast("object", value)) not in (list, tuple):
        return list(cast("Iterable[object]", value))
    kind = "async iterable" if isinstance(value, AsyncIterable) else type(cast("object", value)).__name__
    raise _NotJSONTypeError(f"JSON has no form for this {kind}")


_encoder = msgspec.json.Encoder(enc_hook=_encode_unknown)
