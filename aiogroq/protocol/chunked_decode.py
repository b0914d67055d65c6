"""Large bodies, decoded so that a loop can go on meanwhile.

A thread alone does not help: msgspec holds the interpreter's lock from the first byte to the last, which is 60 to
85 ms for the 30 MB of 2048 embeddings. So their vectors are cut out without looking into them (a fifth of the time),
and decoded one by one; between two of them another thread may run.
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
"""From here on a body is decoded in a thread: a smaller one takes less than 3 ms, which a change of threads may cost."""

_cut_object: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_cut_list: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


def decode_in_chunks(cls: type[T], body: bytes) -> T:
    """`decode_json` for a body of `LARGE_BODY_BYTES` and more. To be called in a thread."""
    name, item_cls = _long_list(cast("Any", cls))
    if item_cls is not None:
        try:
            return cast("T", _decode_in_pieces(cls, name, item_cls, body))
        except (KeyError, NotJSONError, *DECODE_ERRORS):
            pass  # the list is something else, or all of it is no JSON
    return decode_json(cls, body)


def _decode_in_pieces(cls: type[Any], name: str, item_cls: type[BaseModel], body: bytes) -> Any:
    """``body`` as a ``cls`` whose list ``name`` is decoded item by item. Raises `DECODE_ERRORS` or
    `NotJSONError`, and `KeyError` where there is no such list."""
    fields = _cut_object.decode(body)
    pieces = _cut_list.decode(fields[name])
    fields[name] = msgspec.Raw(b"[]")
    value: Any = decode_json(cls, msgspec.json.encode(fields))
    decode = typed_decoder(item_cls).decode
    items: list[Any] = []
    for piece in pieces:
        try:
            items.append(decode(piece))
        except DECODE_ERRORS:
            items.append(construct(item_cls, decode_untyped(bytes(piece))))
            instance_dict(value)[SCHEMA_MISMATCH] = True
    setattr(value, name, items)
    return value


@lru_cache(maxsize=64)
def _long_list(cls: Any) -> tuple[str, type[BaseModel] | None]:
    """The list of Models that makes a type long, with the type of its items; only where the body itself is not kept."""
    if isinstance(cls, type) and issubclass(cls, BaseModel) and not cls.keep_raw_body:
        for field in msgspec.structs.fields(cls):
            inner: Any = next(iter(typing.get_args(field.type)), None)
            is_list = typing.get_origin(field.type) is list
            if is_list and isinstance(inner, type) and issubclass(inner, BaseModel):
                return field.name, inner
    return "", None
