"""The body of an answer as any type that a caller names: what ``response.parse(to=...)`` accepts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from ..errors import APIResponseValidationError, ErrorResponse, RequestInfo
from ..types._base import Model
from ..types._decoding import NotJSONError, decode_untyped
from .answer import decode


def parse_body(to: Any, body: bytes, *, status: int, headers: Mapping[str, str], request: RequestInfo) -> Any:
    """``body`` as a ``to``. Raises `APIResponseValidationError` where it does not fit, saying why.

    ``str`` and ``bytes`` are the body itself, ``int``, ``float`` and ``bool`` are read from its text, None is
    None whatever the body; a pydantic model validates it; everything else is read from JSON.
    """
    if isinstance(to, type) and issubclass(to, Model):
        return decode(to, body, status=status, headers=headers, request=request)
    if to is None or to is type(None):
        return None
    if to is bytes:
        return body
    target = cast("Any", to)
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
    except (NotJSONError, msgspec.MsgspecError, ValueError, TypeError) as error:
        response = ErrorResponse(status, headers, body, request)
        name = getattr(target, "__name__", str(target))
        raise APIResponseValidationError(
            response, text, message=f"The answer does not fit {name}: {error}"
        ) from error


def _convert(to: Any, body: bytes) -> Any:
    """``body`` as a msgspec-understood type; where msgspec knows the type not, as pydantic reads it."""
    value = decode_untyped(body)
    try:
        return msgspec.convert(value, to)
    except TypeError:
        try:
            from pydantic import TypeAdapter
        except ImportError:
            raise TypeError(f"{to!r} is a type that cannot be read from JSON") from None
        return TypeAdapter(to).validate_json(json.dumps(value))
