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

_HARMLESS_BUT_FLOAT: frozenset[object] = frozenset({str, int, bool, type(None)})
_HARMLESS: frozenset[object] = _HARMLESS_BUT_FLOAT | {float}
_DICTS: set[object] = {dict}
_values: Callable[[Any], Iterable[object]] = cast("Any", dict).values
_OMIT_MARK = f"aiogroq-omit-{secrets.token_hex(16)}"
_OMIT_MARK_BYTES = _OMIT_MARK.encode()


class _NotJSONTypeError(Exception):
    """A value has no form in JSON; the text says which."""


def encode_json(value: Any) -> bytes:
    """``value`` as JSON bytes. Besides plain data it takes Structs, dataclasses, pydantic models, dates and iterables.

    `omit` as the value of a key leaves the key out, at any depth. Raises `GroqError` for what has no form in
    JSON (bytes, NaN, a lone surrogate, a path, ...), and says so in words.
    """
    try:
        body = _encoder.encode(value)
        # What is not finite was written as null: without one, nobody has to look at every number of a long vector.
        _refuse_lossy(value, _HARMLESS_BUT_FLOAT if b"null" in body else _HARMLESS)
        # The bytes are read again, not the value: its generators are used up.
        if _OMIT_MARK_BYTES in body:
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


def _refuse_lossy(value: Any, harmless: frozenset[object]) -> None:
    """Refuse what msgspec writes as something else: bytes become base64 there, NaN becomes null.

    What is of a ``harmless`` type is not looked at. Called once ``value`` has been encoded, so it has no cycles.
    """
    waiting: list[Any] = [value]
    while waiting:
        item: Any = waiting.pop()
        kind: Any = item.__class__
        if kind is dict:
            waiting += [inner for inner in item.values() if type(inner) not in harmless]
        elif kind is list or kind is tuple:
            kinds: set[object] = {*map(type, item)}
            # Nearly always a list is one of messages, which are dicts of texts: that takes no loop to see.
            is_plain = harmless.issuperset(
                map(type, chain(*map(_values, item))) if kinds == _DICTS else kinds
            )
            if not is_plain:
                waiting += [inner for inner in item if type(inner) not in harmless]
        elif kind is float:
            if not math.isfinite(item):
                raise _NotJSONTypeError(f"JSON has no {item}")
        elif issubclass(kind, (bytes, bytearray, memoryview)):
            raise _NotJSONTypeError(
                f"JSON has no {kind.__name__}; decode() them to text, or base64-encode them yourself"
            )


def _encode_unknown(value: Any) -> Any:
    """What msgspec does not know, as something that it knows."""
    if isinstance(value, Omit):
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
