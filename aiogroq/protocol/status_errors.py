"""Builds every error that quotes a response: from its status, its headers and its body.

What a server sends may be the request again, the key too. So each function here redacts it first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    ErrorResponse,
    NotFoundError,
    RateLimited,
    RequestInfo,
    RequestTooLargeError,
    status_error_class,
)
from ..types._decode import NotJSONError, decode_untyped
from .failed_calls import failed_calls
from .rate_limits import parse_limit_message
from .redaction import redact, redact_headers, redact_text
from .retry import retry_after_s

_MAX_SHOWN_CHARS = 300
_LARGE_HINT = "Send less in one request."
_UPLOAD_HINT = "Send less in one request: a smaller file, or its address as `url`."
_AUDIO_HINT = "Send shorter audio: one request may not have more than the limit."
_TOKENS_HINT = "Shorten the prompt or lower max_completion_tokens: both count against the limit of a minute."


class ResponseHead(Protocol):
    """A response without its body, and the request that it belongs to."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def request(self) -> RequestInfo: ...
    @property
    def sent(self) -> Mapping[str, str]:
        """The headers of the request: their secrets are redacted."""
        ...


@dataclass(frozen=True)
class PlainHead:
    """A `ResponseHead` as plain data."""

    status: int
    headers: Mapping[str, str]
    request: RequestInfo
    sent: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


def redacted_response(head: ResponseHead, body: bytes, status: int | None = None) -> ErrorResponse:
    """Return the response of an error. ``status`` is given where another than that of the status line counts."""
    return ErrorResponse(
        head.status if status is None else status,
        redact_headers(head.headers, head.sent),
        redact(body, head.sent),
        head.request,
    )


def request_id(head: ResponseHead) -> str | None:
    """Return the ``x-request-id`` of a response, redacted: it is logged, and is in errors."""
    found = head.headers.get("x-request-id")
    return None if found is None else redact_text(found, head.sent)


# ------------------------------------------------------------------------------------------- error statuses


def status_error(
    head: ResponseHead,
    body: bytes,
    *,
    hint: str = "",
    is_path_added: bool = True,
    now: Callable[[], float] = time.time,
) -> APIStatusError:
    """Return the error for a response with an error status, whatever its body is (JSON, a gateway's HTML, nothing).

    ``hint`` ends its message; ``is_path_added``: a ``/v1`` was added to the caller's base_url.
    """
    response = redacted_response(head, body)
    decoded = _decoded(response.content)
    if isinstance(decoded, str):
        decoded = decoded.strip()
    message = f"Error code: {head.status} - {_preview(decoded)}"
    if hint:
        message = f"{message}. {redact_text(hint, head.sent)}"
    return _build(decoded, response, message, now, is_path_added)


def event_error(head: ResponseHead, data: bytes, *, now: Callable[[], float] = time.time) -> APIStatusError:
    """Return the error for an ``event: error`` inside a stream whose status line said 200.

    Its status is ``error.status_code`` in the event; 500 where it names none.
    """
    details = _error_object(_decoded(redact(data, head.sent)))
    response = redacted_response(head, data, _inner_status(details))
    message = f"Error code: {response.status_code} - {_preview(details)}"
    return _build(details, response, message, now, is_path_added=True)


def _decoded(body: bytes) -> Any:
    """Return the body as JSON, or as text where it is none."""
    try:
        return decode_untyped(body)
    except NotJSONError:
        return body.decode(errors="replace")


def _inner_status(details: Any) -> int:
    status = cast("dict[str, Any]", details).get("status_code") if isinstance(details, dict) else None
    if isinstance(status, str) and status.isdecimal() and len(status) == 3:
        status = int(status)
    return status if isinstance(status, int) and 400 <= status <= 599 else 500


def _error_object(decoded: Any) -> Any:
    """Return the object that describes the error: ``error`` in the body, or the body itself."""
    error = cast("dict[str, Any]", decoded).get("error") if isinstance(decoded, dict) else None
    return cast("Any", decoded) if error is None else error


def _preview(decoded: Any) -> str:
    if decoded == "":
        return "the body is empty"
    return decoded[:_MAX_SHOWN_CHARS] if isinstance(decoded, str) else str(decoded)


def _build(
    body: Any, response: ErrorResponse, message: str, now: Callable[[], float], is_path_added: bool
) -> APIStatusError:
    error = status_error_class(response.status_code)(message, response=response, body=body)
    if error.failed_generation is not None:
        error.failed_calls = failed_calls(error.failed_generation)
    details = _error_object(body)
    text = cast("dict[str, Any]", details).get("message") if isinstance(details, dict) else None
    if isinstance(error, RateLimited):
        _add_limits(error, str(text or message), now)
    is_of_the_service = isinstance(details, dict) and ("code" in details or "type" in details)
    is_unknown_url = error.code == "unknown_url" or "Unknown request URL" in str(text)
    if isinstance(error, NotFoundError) and response.request and (is_unknown_url or not is_of_the_service):
        url = response.request.url
        _append_hint(error, f"The request went to {url}; {_about_base_url(url, is_path_added)}")
    return error


def _about_base_url(url: str, is_path_added: bool) -> str:
    if ("/openai/v1/" in url and is_path_added) or "/v1/openai/v1/" in url:
        return (
            "base_url must be the service's root (https://api.groq.com) or end in /openai/v1 or /v1. If it is right, this "
            "server does not have this endpoint."
        )
    return "this server may not have this endpoint."


def _add_limits(error: Any, message: str, now: Callable[[], float]) -> None:
    """Set what the text and the headers of a 429 or 413 say of the limit."""
    found = parse_limit_message(message)
    requested_s = retry_after_s(error.response.headers, now)
    if requested_s is not None:
        found["retry_after_s"] = requested_s
    if found.get("retry_after_s") is not None:
        found["resets_at"] = now() + found["retry_after_s"]
    for name, value in found.items():
        setattr(error, name, value)
    if isinstance(error, RequestTooLargeError):
        if error.code == "request_too_large":
            url = error.response.request.url if error.response.request else ""
            _append_hint(error, _UPLOAD_HINT if "/audio/" in url or "/files" in url else _LARGE_HINT)
        elif error.code == "rate_limit_exceeded":
            _append_hint(error, _AUDIO_HINT if (error.limit_kind or "").startswith("AS") else _TOKENS_HINT)


def _append_hint(error: APIStatusError, hint: str) -> None:
    end = "" if error.message.endswith((".", "!", "?")) else "."
    error.message = f"{error.message}{end} {hint}"
    error.args = (error.message,)


# ------------------------------------------------------------------- good statuses with a body that is not good


def unexpected_content(head: ResponseHead, body: bytes, expected: str) -> APIResponseValidationError:
    """Return the error for a body that is not ``expected`` (``"JSON"``), such as a gateway's page."""
    response = redacted_response(head, body)
    kind = head.headers.get("content-type") or "no content type"
    size = f"{len(body)} bytes" if body else "empty body"
    got = f"invalid JSON labelled {kind}" if body and expected == "JSON" and "json" in kind.lower() else kind
    message = f"Expected {expected}, got {got} (HTTP {head.status}, {size})"
    if body:
        message = f"{message}: {response.text[:_MAX_SHOWN_CHARS]!r}"
    return APIResponseValidationError(response, response.text, message=message)


def wrong_type(head: ResponseHead, body: bytes, to: Any, why: BaseException) -> APIResponseValidationError:
    """Return the error for a body that cannot be read as a ``to``. ``why`` must not quote a secret."""
    response = redacted_response(head, body)
    name = getattr(to, "__name__", str(to))
    message = f"Cannot read the response as {name}: {why}"
    return APIResponseValidationError(response, response.text, message=message)


def not_decompressed(
    head: ResponseHead, body: bytes, why: BaseException | None
) -> APIResponseValidationError:
    """Return the error for a body that cannot be decompressed. ``body`` is what was, before that."""
    response = redacted_response(head, body)
    message = f"Cannot decompress the response (HTTP {head.status}): {why}."
    error = APIResponseValidationError(response, response.text, message=message)
    error.__cause__ = why
    return error


def too_large(head: ResponseHead, max_bytes: int) -> APIResponseValidationError:
    """Return the error for a body of more than ``max_bytes``."""
    return APIResponseValidationError(
        redacted_response(head, b""),
        message=f"The decompressed response is larger than {max_bytes} bytes (`max_response_bytes` of "
        "DefaultAioHttpClient); the rest was not read.",
    )


# -------------------------------------------------------------------------------------------------- streams


def event_not_json(head: ResponseHead, event: bytes) -> APIConnectionError:
    """Return the error for an event whose data is not JSON."""
    shown = repr(redact(event, head.sent)[:200])
    return APIConnectionError(f"The stream has an event that is not JSON: {shown}", head.request)


def event_not_an_object(head: ResponseHead, event: bytes) -> APIConnectionError:
    """Return the error for an event whose data is JSON, but no object."""
    shown = repr(redact(event, head.sent)[:200])
    return APIConnectionError(f"The stream has an event that is no JSON object: {shown}", head.request)


def stopped_early(head: ResponseHead, reason: str) -> APIError:
    """Return the error for a stream that the service stops for ``reason``."""
    reason = redact_text(reason, head.sent)
    return APIError(f"The service stopped the stream early: {reason}", head.request, body=reason)


def not_a_stream(head: ResponseHead, start: bytes) -> APIError:
    """Return the error for a response without events, of which ``start`` is the beginning."""
    decoded = _decoded(start)
    if isinstance(decoded, dict) and "error" in decoded:
        return event_error(head, start)
    response = redacted_response(head, start)
    kind = head.headers.get("content-type", "no content type")
    got = f"no data (HTTP {head.status}, {kind})"
    if start:
        label = "text without events labelled " if kind.lower().startswith("text/event-stream") else ""
        got = f"{label}{kind} (HTTP {head.status}): {response.text[:_MAX_SHOWN_CHARS]!r}"
    return APIResponseValidationError(response, response.text, message=f"Expected an event stream, got {got}")
