"""Decodes the body of a good response: to the type of its endpoint, or to any type that a caller names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import msgspec

from ..types._decode import NotJSONError, construct, decode_json, decode_untyped, make_decoder
from ..types._model import BaseModel
from ..types.audio import Transcription, TranscriptionText, Translation
from .chunked_decode import LARGE_BODY_BYTES, decode_in_chunks
from .redaction import redact
from .status_errors import ResponseHead, unexpected_content, wrong_type

T = TypeVar("T")

_STRUCT: Any = type(BaseModel)
_READ_ERRORS = (NotJSONError, msgspec.MsgspecError, ValueError, TypeError, RecursionError)


def parse_body(to: Any, body: bytes, head: ResponseHead) -> Any:
    """Return ``body`` as a ``to``. Raises `APIResponseValidationError` where it does not fit, saying why.

    ``str`` and ``bytes`` are the body itself, ``int``, ``float`` and ``bool`` are read from its text, None is
    None whatever the body; a pydantic model validates it; everything else is read from JSON.
    """
    if _is_model(to) or to is object:
        return decode(to, body, head)
    try:
        return _read(to, body)
    except _READ_ERRORS as error:
        redacted = redact(body, head.sent)
        if redacted == body:
            raise wrong_type(head, body, to, error) from error
    # That error may quote a secret: it is made again, of the redacted body.
    try:
        return _read(to, redacted)
    except _READ_ERRORS as error:
        raise wrong_type(head, redacted, to, error) from error


def decode(cls: type[T], body: bytes, head: ResponseHead) -> T:
    """Return the body as a ``cls``, one of the library's models. Raises `APIResponseValidationError` where it is no JSON.

    Plain text for a transcription is a `TranscriptionText`, also where somebody said just "2024" or "null".
    """
    try:
        value = decode_json(cls, body) if len(body) < LARGE_BODY_BYTES else decode_in_chunks(cls, body)
    except NotJSONError:
        if not _is_spoken_text(cls, head.headers):
            return cast("T", _without_json(cls, body, head))
    else:
        if isinstance(value, BaseModel) or not _is_spoken_text(cls, head.headers):
            return value
    return cast("T", TranscriptionText(body.decode(errors="replace")))


def _is_spoken_text(cls: type[Any], headers: Mapping[str, str]) -> bool:
    return cls in (Transcription, Translation) and headers.get("content-type", "").startswith("text/plain")


def _without_json(cls: type[Any], body: bytes, head: ResponseHead) -> None:
    if head.status == 204 and not body and not isinstance(cls, type(BaseModel)):
        return  # an endpoint of the caller's own; those that promise a model of ours always have a body
    raise unexpected_content(head, body, "JSON")


def _read(to: Any, body: bytes) -> Any:
    if to is None or to is type(None):
        return None
    if to is bytes:
        return body
    text = body.decode(errors="replace")
    if to is str:
        return text
    if to in (int, float):
        return to(text)
    if to is bool:
        return text.strip().lower() == "true"
    if hasattr(to, "model_validate_json"):
        return to.model_validate_json(body)
    return _convert(to, body)


def _is_model(to: Any) -> bool:
    # By its metaclass: Python 3.10 takes `list[int]` for a class, and `get_origin` takes longer than all else.
    return isinstance(to, _STRUCT) and issubclass(to, BaseModel)


def _has_model(to: Any) -> bool:
    """Return whether ``to`` contains one of the library's types, as ``list[ChatCompletion]`` does."""
    return _is_model(to) or any(_has_model(part) for part in get_args(to))


def _convert(to: Any, body: bytes) -> Any:
    """Return ``body`` as a type that msgspec, pydantic or `construct` can read from JSON.

    The library's types inside it are as tolerant there as they are alone. Of a union that msgspec cannot tell apart the
    first member that fits is taken.
    """
    value = decode_untyped(body)
    if _has_model(to):
        return construct(to, value)
    return _from_plain(to, value)


@lru_cache(256)
def _describe(to: Any) -> None:
    """Let msgspec describe the classes in a type before threads use it: see `make_decoder`."""
    with suppress(Exception):  # `convert` raises it again
        make_decoder(to, dec_hook=_convert_unknown)


def _from_plain(to: Any, value: Any) -> Any:
    try:
        _describe(to)
    except TypeError:  # it has no hash
        _describe.__wrapped__(to)
    try:
        return msgspec.convert(value, to, dec_hook=_convert_unknown)
    except (TypeError, NotImplementedError):
        if get_origin(to) not in (Union, UnionType):
            return _with_pydantic(to, value)
    misfits: list[str] = []
    for member in get_args(to):
        try:
            return _from_plain(member, value)
        except (msgspec.ValidationError, ValueError, TypeError) as error:
            misfits.append(str(error))
    raise ValueError("; ".join(misfits))


def _convert_unknown(to: Any, value: Any) -> Any:
    if hasattr(to, "model_validate"):
        return to.model_validate(value)
    raise NotImplementedError(to)


def _with_pydantic(to: Any, value: Any) -> Any:
    try:
        from pydantic import TypeAdapter
        from pydantic.errors import PydanticUserError
    except ImportError:
        raise TypeError(f"{to!r} is a type that cannot be read from JSON") from None
    try:
        return TypeAdapter(to).validate_json(json.dumps(value))
    except PydanticUserError as error:
        raise TypeError(f"{to!r} is a type that cannot be read from JSON: {error}") from None
