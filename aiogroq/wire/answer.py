"""Status, headers and bytes to a value, or to the right error. The one place that knows which is which."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from ..errors import (
    APIResponseValidationError,
    APIStatusError,
    ErrorResponse,
    NotFoundError,
    RateLimited,
    RequestInfo,
    RequestTooLargeError,
    status_error,
)
from ..types._decoding import NotJSONError, decode_json, decode_untyped
from ..types.audio import TranscriptionText
from .limits import parse_limit_message
from .retry import retry_after_s

T = TypeVar("T")

_SHOWN_BODY = 300


def decode(cls: type[T], body: bytes, *, status: int, headers: Mapping[str, str], request: RequestInfo) -> T:
    """The body of a 2xx answer as a ``cls``. Raises `APIResponseValidationError` where it is no JSON."""
    try:
        return decode_json(cls, body)
    except NotJSONError:
        return _decode_other(cls, body, status, headers, request)


def _decode_other(
    cls: type[T], body: bytes, status: int, headers: Mapping[str, str], request: RequestInfo
) -> T:
    kind = headers.get("content-type", "")
    if status == 204 and not body:
        return cast("T", None)
    if kind.startswith("text/plain") and cls.__name__ in ("Transcription", "Translation"):
        return cast("T", TranscriptionText(_text(body)))
    response = ErrorResponse(status, headers, body, request)
    raise APIResponseValidationError(
        response,
        _text(body),
        message=f"The answer ({status}, {kind or 'no content type'}, {len(body)} bytes) is no JSON: "
        f"{_text(body)[:_SHOWN_BODY]!r}",
    )


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")


def error_from(status: int, headers: Mapping[str, str], body: bytes, request: RequestInfo) -> APIStatusError:
    """The error for an answer with an error status, whatever its body is (JSON, a gateway's HTML, nothing)."""
    response = ErrorResponse(status, headers, body, request)
    decoded: Any
    try:
        decoded = decode_untyped(body)
    except NotJSONError:
        decoded = _text(body) or None
    details = _error_object(decoded)
    return _build(status, details, response, f"Error code: {status} - {_shown(decoded)}")


def error_from_event(
    data: bytes, status: int, headers: Mapping[str, str], request: RequestInfo
) -> APIStatusError:
    """The error for an ``event: error`` inside a stream whose status line said 200.

    The true status is ``error.status_code`` in the event; 500 where it names none.
    """
    decoded: Any
    try:
        decoded = decode_untyped(data)
    except NotJSONError:
        decoded = _text(data)
    details = _error_object(decoded)
    inner = cast("dict[str, Any]", details).get("status_code") if isinstance(details, dict) else None
    inner = inner if isinstance(inner, int) and 400 <= inner <= 599 else 500
    response = ErrorResponse(inner, headers, data, request)
    return _build(inner, details, response, f"Error code: {inner} - {_shown(decoded)}")


def _error_object(decoded: Any) -> Any:
    """The object that says what is wrong: ``error`` in the body, or the body itself."""
    return cast("dict[str, Any]", decoded).get("error", decoded) if isinstance(decoded, dict) else decoded


def _build(status: int, details: Any, response: ErrorResponse, message: str) -> APIStatusError:
    error = status_error(status)(message, response=response, body=details)
    said = cast("dict[str, Any]", details).get("message") if isinstance(details, dict) else None
    if isinstance(error, RateLimited):
        _add_limits(error, str(said or message))
    if isinstance(error, NotFoundError) and said and "Unknown request URL" in str(said) and response.request:
        _explain(
            error,
            f"The request went to {response.request.url}; base_url must be the service's root "
            "(https://api.groq.com) or end in /openai/v1 or /v1.",
        )
    return error


def _add_limits(error: Any, message: str) -> None:
    found = parse_limit_message(message)
    asked = retry_after_s(error.response.headers)
    if asked is not None:
        found["retry_after_s"] = asked
    if found.get("retry_after_s") is not None:
        found["resets_at"] = time.time() + found["retry_after_s"]
    for name, value in found.items():
        setattr(error, name, value)
    if isinstance(error, RequestTooLargeError) and error.code == "rate_limit_exceeded":
        _explain(
            error,
            "Shorten the prompt or lower max_completion_tokens: both count against the limit of a minute.",
        )


def _explain(error: APIStatusError, hint: str) -> None:
    error.message = f"{error.message} {hint}"
    error.args = (error.message,)


def _shown(decoded: Any) -> str:
    if decoded is None:
        return "the body is empty"
    if isinstance(decoded, str):
        return decoded[:_SHOWN_BODY]
    return str(decoded)
