"""Turns response objects back into plain data, as it was sent.

It walks an object and the body that it was decoded from together, because the object alone does not know which
nulls and defaults were sent, nor that ``15`` was sent as ``"15"``. It is not recursive: a body may be nested as
deeply as a JSON parser allows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

import msgspec

from ._struct import Struct

MISSING: Any = object()
"""The value in the body is not known."""


def to_builtins(value: Struct, sent: Any = MISSING, *, defaults: bool = False, nulls: bool = True) -> Any:
    """Return ``value`` as dicts, lists and scalars. The result shares no container with it.

    ``sent`` is the body as plain data: then the result has exactly the sent keys, nulls included. Without it,
    declared fields that are null are left out, unless ``defaults`` requests all declared fields.
    ``nulls=False`` leaves out all fields that are null.
    """
    result: list[Any] = [None]
    pending: list[tuple[Any, Any, Any, Any]] = [(value, sent, result, 0)]
    while pending:
        item, item_sent, into, key = pending.pop()
        copy: Any
        items: Iterator[tuple[Any, Any, Any]]
        if isinstance(item, Struct):
            copy, items = {}, _fields(item, item_sent, defaults, nulls)
        elif isinstance(item, dict):
            copy, items = {}, _entries(cast("dict[str, Any]", item), item_sent)
        else:
            copy, items = [None] * len(item), _items(item, item_sent)
        into[key] = copy
        for name, inner, inner_sent in items:
            if isinstance(inner, (dict, list, Struct)):
                copy[name] = None  # a placeholder, so that keys stay in order
                pending.append((cast("Any", inner), inner_sent, copy, name))
            else:
                copy[name] = _as_sent(inner, inner_sent)
    return result[0]


def _fields(obj: Struct, sent: Any, defaults: bool, nulls: bool) -> Iterator[tuple[str, Any, Any]]:
    known = cast("dict[str, Any]", sent) if isinstance(sent, dict) else None
    unset = _defaults(type(obj))
    for name in obj.__struct_fields__:
        value = getattr(obj, name)
        if value is None and not nulls:
            continue
        if known is not None:
            if name in known:
                as_null = known[name] is None and value == unset[name]  # null was decoded as an empty list
                yield name, None if as_null else value, known[name]
            elif value is not None and value != unset[name]:
                yield name, value, MISSING
        elif value is not None or defaults:
            yield name, value, MISSING
    for name, value in (obj.model_extra or {}).items():
        if value is not None or nulls:
            yield name, value, MISSING


def _entries(value: dict[str, Any], sent: Any) -> Iterator[tuple[str, Any, Any]]:
    known = cast("dict[str, Any]", sent) if isinstance(sent, dict) else dict[str, Any]()
    for name, inner in value.items():
        yield name, inner, known.get(name, MISSING)


def _items(value: list[Any], sent: Any) -> Iterator[tuple[int, Any, Any]]:
    known: Any = cast("Any", sent) if isinstance(sent, list) else ()
    for index, inner in enumerate(value):
        yield index, inner, known[index] if index < len(known) else MISSING


@lru_cache(maxsize=256)
def _defaults(cls: type[Struct]) -> dict[str, Any]:
    return {
        field.name: field.default_factory()
        if field.default_factory is not msgspec.NODEFAULT
        else field.default
        for field in msgspec.structs.fields(cls)
    }


def _as_sent(value: Any, sent: Any) -> Any:
    """Return a scalar in the form that was sent, if it was converted and not changed since; an array as a list."""
    kind: Any = value.__class__
    if kind is array:
        return value.tolist()
    if sent is MISSING or kind is sent.__class__:
        return value
    try:
        return sent if msgspec.convert(sent, kind, strict=False) == value else value
    except (msgspec.MsgspecError, TypeError, ValueError):
        return value
