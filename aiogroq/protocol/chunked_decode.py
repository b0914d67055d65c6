"""Decodes large bodies in chunks, so that the event loop can run in between.

A thread alone does not help: msgspec holds the GIL for the whole body, which is 60 to 85 ms for the 30 MB of 2048
embeddings. So the items of the long list are first split without decoding them (a fifth of the time), then decoded one
by one. Between two of them another thread can run.
"""

from __future__ import annotations

import typing
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from ..types._decode import (
    DECODE_ERRORS,
    NotJSONError,
    construct,
    decode_json,
    decode_untyped,
    typed_decoder,
)
from ..types._model import BaseModel
from ..types._struct import SCHEMA_MISMATCH, instance_dict

T = TypeVar("T")

LARGE_BODY_BYTES = 1024 * 1024
"""Bodies of this size and more are decoded in a thread. Smaller ones take less than 3 ms, about as much as a thread switch."""

_split_object: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_split_list: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


def decode_in_chunks(cls: type[T], body: bytes) -> T:
    """Decode a body of `LARGE_BODY_BYTES` or more as `decode_json` does. Call it in a thread."""
    name, item_cls = _find_long_list(cast("Any", cls))
    if item_cls is not None:
        try:
            return cast("T", _decode_items_one_by_one(cls, name, item_cls, body))
        except (KeyError, NotJSONError, *DECODE_ERRORS):
            pass  # no such list, or not JSON
    return decode_json(cls, body)


def _decode_items_one_by_one(cls: type[Any], name: str, item_cls: type[BaseModel], body: bytes) -> Any:
    """Decode ``body`` as a ``cls``, its list ``name`` item by item.

    Raises `DECODE_ERRORS`, `NotJSONError`, and `KeyError` if there is no such list.
    """
    fields = _split_object.decode(body)
    chunks = _split_list.decode(fields[name])
    fields[name] = msgspec.Raw(b"[]")
    value: Any = decode_json(cls, msgspec.json.encode(fields))
    decode = typed_decoder(item_cls).decode
    items: list[Any] = []
    for chunk in chunks:
        try:
            items.append(decode(chunk))
        except DECODE_ERRORS:
            items.append(construct(item_cls, decode_untyped(bytes(chunk))))
            instance_dict(value)[SCHEMA_MISMATCH] = True
    setattr(value, name, items)
    return value


@lru_cache(maxsize=64)
def _find_long_list(cls: Any) -> tuple[str, type[BaseModel] | None]:
    """Return the name and item type of a type's list of objects, or ("", None).

    Only for types that do not keep the raw body: those are the types of large responses.
    """
    if isinstance(cls, type) and issubclass(cls, BaseModel) and not cls.keep_raw_body:
        for field in msgspec.structs.fields(cls):
            inner: Any = next(iter(typing.get_args(field.type)), None)
            is_list = typing.get_origin(field.type) is list
            if is_list and isinstance(inner, type) and issubclass(inner, BaseModel):
                return field.name, inner
    return "", None
