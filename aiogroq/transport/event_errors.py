"""Events of a stream as values, or as the errors that they are. What a server sent is redacted in the errors: it may have
sent the request back, secrets included."""

from __future__ import annotations

from typing import TypeVar

from multidict import CIMultiDict

from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    ErrorResponse,
)
from ..protocol import answer
from ..protocol.redaction import redact, redact_headers, redact_text
from ..protocol.sse import Event
from ..protocol.stream_protocol import StreamProtocol
from ..types._decode import NotJSONError, decode_untyped
from .body import AioBody

T = TypeVar("T")

SHOWN_BYTES = 64 * 1024
"""Bytes of a response without events that its error shows."""


def redacted_headers(body: AioBody) -> CIMultiDict[str]:
    """Return the headers of the response."""
    return redact_headers(body.headers, body.sent)


def decode_event(protocol: StreamProtocol[T], body: AioBody, event: bytes) -> T:
    """Return the value of an event.

    Raises `APIStatusError` for an error that the service sends, and `APIConnectionError` for data that is not JSON.
    """
    if type(event) is Event and event.name == "error":
        raise _status_error(body, event)
    try:
        value = protocol.decode(event)
    except NotJSONError as error:
        text = repr(redact(event, body.sent)[:200])
        message = f"The stream has an event that is not JSON: {text}"
        raise APIConnectionError(message, body.request) from error
    if protocol.is_error(event, value):
        raise _status_error(body, event)
    return value


def _status_error(body: AioBody, event: bytes) -> APIStatusError:
    data = redact(bytes(event), body.sent)
    return answer.error_from_event(data, body.status, redacted_headers(body), body.request)


def stopped_early(body: AioBody, reason: str) -> APIError:
    """Return the error for a stream that the service stops for ``reason``."""
    reason = redact_text(reason, body.sent)
    return APIError(f"The service stopped the stream early: {reason}", body.request, body=reason)


def not_a_stream(body: AioBody, content: bytes) -> APIError:
    """Return the error for a response without events, which begins with ``content``."""
    try:
        decoded = decode_untyped(content)
    except NotJSONError:
        decoded = None
    if isinstance(decoded, dict) and "error" in decoded:
        return _status_error(body, content)
    content = redact(content, body.sent)
    kind = body.headers.get("content-type", "no content type")
    text = content[:SHOWN_BYTES].decode(errors="replace")
    got = f"{kind} (HTTP {body.status}): {text[:300]!r}" if text else f"no data (HTTP {body.status}, {kind})"
    return APIResponseValidationError(
        ErrorResponse(body.status, redacted_headers(body), content, body.request),
        text,
        message=f"Expected an event stream, got {got}",
    )
