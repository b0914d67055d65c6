"""Status, headers and bytes to a value, or to the right error. The one place that knows which is which."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from multidict import CIMultiDict

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
from ..types._decode import NotJSONError, decode_json, decode_untyped
from ..types._model import BaseModel
from ..types.audio import Transcription, TranscriptionText, Translation
from .chunked_decode import LARGE_BODY_BYTES, decode_in_chunks
from .failed_calls import failed_calls
from .rate_limits import parse_limit_message
from .retry import retry_after_s

T = TypeVar("T")

_SHOWN_BODY = 300
_UPLOAD_HINT = "Send less at once: a smaller file, or its address as `url`."
_AUDIO_HINT = "Send shorter audio: one request may not have more than the limit."
_TOKENS_HINT = "Shorten the prompt or lower max_completion_tokens: both count against the limit of a minute."


def decode(cls: type[T], body: bytes, *, status: int, headers: Mapping[str, str], request: RequestInfo) -> T:
    """The body of a 2xx answer as a ``cls``. Raises `APIResponseValidationError` where it is no JSON.

    Plain text for a transcription is a `TranscriptionText`, also where somebody said just "2024" or "null".
    """
    try:
        value = decode_json(cls, body) if len(body) < LARGE_BODY_BYTES else decode_in_chunks(cls, body)
    except NotJSONError:
        if _is_spoken_text(cls, headers):
            return cast("T", TranscriptionText(_text(body)))
        return cast("T", _decode_other(cls, body, status, headers, request))
    if not isinstance(value, BaseModel) and _is_spoken_text(cls, headers):
        return cast("T", TranscriptionText(_text(body)))
    return value


def _is_spoken_text(cls: type[Any], headers: Mapping[str, str]) -> bool:
    return cls in (Transcription, Translation) and headers.get("content-type", "").startswith("text/plain")


def _decode_other(
    cls: type[Any], body: bytes, status: int, headers: Mapping[str, str], request: RequestInfo
) -> Any:
    if status == 204 and not body and not isinstance(cls, type(BaseModel)):
        return None  # an endpoint of the caller's own; those that promise a model of ours always have a body
    raise misfit("JSON", status, headers, body, request)


def misfit(
    promised: str, status: int, headers: Mapping[str, str], body: bytes, request: RequestInfo
) -> APIResponseValidationError:
    """The error for a 2xx answer that is not what its endpoint promises, such as a gateway's page."""
    kind = headers.get("content-type", "")
    response = ErrorResponse(status, CIMultiDict(headers), body, request)  # aiohttp's own cannot be pickled
    return APIResponseValidationError(
        response,
        _text(body),
        message=f"The answer ({status}, {kind or 'no content type'}, {len(body)} bytes) is no {promised}: "
        f"{_text(body)[:_SHOWN_BODY]!r}",
    )


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")


def error_from(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    request: RequestInfo,
    now: Callable[[], float] = time.time,
    why: str = "",
    is_path_added: bool = True,
) -> APIStatusError:
    """The error for an answer with an error status, whatever its body is (JSON, a gateway's HTML, nothing).

    ``why`` is what else is known of it, for its message; ``is_path_added`` whether a ``/v1`` was put behind base_url.
    """
    response = ErrorResponse(status, headers, body, request)
    decoded: Any
    try:
        decoded = decode_untyped(body)
    except NotJSONError:
        decoded = _text(body).strip()
    message = f"Error code: {status} - {_shown(decoded)}"
    return _build(status, decoded, response, f"{message}. {why}" if why else message, now, is_path_added)


def error_from_event(
    data: bytes,
    status: int,
    headers: Mapping[str, str],
    request: RequestInfo,
    now: Callable[[], float] = time.time,
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
    inner = _error_status(details)
    response = ErrorResponse(inner, headers, data, request)
    return _build(inner, details, response, f"Error code: {inner} - {_shown(decoded)}", now)


def _error_status(details: Any) -> int:
    status = cast("dict[str, Any]", details).get("status_code") if isinstance(details, dict) else None
    if isinstance(status, str) and status.isdecimal() and len(status) == 3:
        status = int(status)
    return status if isinstance(status, int) and 400 <= status <= 599 else 500


def _error_object(decoded: Any) -> Any:
    """The object that says what is wrong: ``error`` in the body, or the body itself."""
    error = cast("dict[str, Any]", decoded).get("error") if isinstance(decoded, dict) else None
    return cast("Any", decoded) if error is None else error


def _build(
    status: int,
    body: Any,
    response: ErrorResponse,
    message: str,
    now: Callable[[], float],
    is_path_added: bool = True,
) -> APIStatusError:
    error = status_error(status)(message, response=response, body=body)
    if error.failed_generation is not None:
        error.failed_calls = failed_calls(error.failed_generation)
    details = _error_object(body)
    said = cast("dict[str, Any]", details).get("message") if isinstance(details, dict) else None
    if isinstance(error, RateLimited):
        _add_limits(error, str(said or message), now)
    is_of_the_service = isinstance(details, dict) and ("code" in details or "type" in details)
    if (
        isinstance(error, NotFoundError)
        and response.request
        and (not is_of_the_service or error.code == "unknown_url" or "Unknown request URL" in str(said))
    ):
        _explain(
            error,
            f"The request went to {response.request.url}; {_about_base_url(response.request.url, is_path_added)}",
        )
    return error


def _about_base_url(url: str, is_path_added: bool) -> str:
    if ("/openai/v1/" in url and is_path_added) or "/v1/openai/v1/" in url:
        return (
            "base_url must be the service's root (https://api.groq.com) or end in /openai/v1 or /v1. If it is right, this "
            "server does not have this endpoint."
        )
    return "this server may not have this endpoint."


def _add_limits(error: Any, message: str, now: Callable[[], float]) -> None:
    found = parse_limit_message(message)
    asked = retry_after_s(error.response.headers, now)
    if asked is not None:
        found["retry_after_s"] = asked
    if found.get("retry_after_s") is not None:
        found["resets_at"] = now() + found["retry_after_s"]
    for name, value in found.items():
        setattr(error, name, value)
    if isinstance(error, RequestTooLargeError):
        if error.code == "request_too_large":
            _explain(error, _UPLOAD_HINT)
        elif error.code == "rate_limit_exceeded":
            _explain(error, _AUDIO_HINT if (error.limit_kind or "").startswith("AS") else _TOKENS_HINT)


def _explain(error: APIStatusError, hint: str) -> None:
    error.message = f"{error.message} {hint}"
    error.args = (error.message,)


def _shown(decoded: Any) -> str:
    if decoded == "":
        return "the body is empty"
    if isinstance(decoded, str):
        return decoded[:_SHOWN_BODY]
    return str(decoded)
