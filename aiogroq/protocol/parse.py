"""The body of an answer as any type that a caller names: what ``response.parse(to=...)`` accepts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from multidict import CIMultiDict

from ..errors import APIResponseValidationError, ErrorResponse, RequestInfo
from ..types._decode import NotJSONError, construct, decode_untyped
from ..types._model import BaseModel
from .answer import decode
from .redaction import redact, redact_headers

_STRUCT: Any = type(BaseModel)


_NOTHING_SENT: Mapping[str, str] = {}


def parse_body(
    to: Any,
    body: bytes,
    *,
    status: int,
    headers: Mapping[str, str],
    request: RequestInfo,
    sent: Mapping[str, str] = _NOTHING_SENT,
) -> Any:
    """``body`` as a ``to``. Raises `APIResponseValidationError` where it does not fit, saying why.

    What is secret in the headers that were ``sent`` is not in the error, where the server sent it back.
    ``str`` and ``bytes`` are the body itself, ``int``, ``float`` and ``bool`` are read from its text, None is
    None whatever the body; a pydantic model validates it; everything else is read from JSON.
    """
    try:
        return _parse(to, body, status, headers, request)
    except APIResponseValidationError:
        pass
    # A gateway's page may show the request; the error must not, and not as its context either.
    body = redact(body, sent)
    return _parse(to, body, status, redact_headers(headers, sent), request)


def _parse(to: Any, body: bytes, status: int, headers: Mapping[str, str], request: RequestInfo) -> Any:
    if _is_model(to):
        return decode(to, body, status=status, headers=headers, request=request)
    if to is None or to is type(None):
        return None
    if to is bytes:
        return body
    target = to
    text = body.decode("utf-8", errors="replace")
    if to is str:
        return text
    if to is object:
        return decode(object, body, status=status, headers=headers, request=request)
    try:
        if target in (int, float):
            return target(text)
        if target is bool:
            return text.strip().lower() == "true"
        if hasattr(target, "model_validate_json"):
            return target.model_validate_json(body)
        return _convert(target, body)
    except (NotJSONError, msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        response = ErrorResponse(status, CIMultiDict(headers), body, request)
        name = getattr(target, "__name__", str(target))
        raise APIResponseValidationError(
            response, text, message=f"The answer does not fit {name}: {error}"
        ) from error


def _is_model(to: Any) -> bool:
    # By its metaclass: Python 3.10 takes `list[int]` for a class, and to ask for an origin takes longer than all else.
    return isinstance(to, _STRUCT) and issubclass(to, BaseModel)


def _has_model(to: Any) -> bool:
    """Whether one of our own types stands in ``to``, as in ``list[ChatCompletion]``."""
    return _is_model(to) or any(_has_model(part) for part in get_args(to))


def _convert(to: Any, body: bytes) -> Any:
    """``body`` as a type that msgspec, pydantic or we ourselves can read from JSON.

    Our own types inside it are as tolerant there as they are alone. Of a union that msgspec cannot tell apart it
    is the first member that fits.
    """
    value = decode_untyped(body)
    if _has_model(to):
        return construct(to, value)
    return _from_plain(to, value)


def _from_plain(to: Any, value: Any) -> Any:
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
