"""The errors of streams. What a server sent is redacted in them: it may have sent the request back, secrets included."""

from __future__ import annotations

from multidict import CIMultiDict

from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    ErrorResponse,
)
from ..protocol import answer
from ..protocol.headers import scrub, scrub_headers, scrub_text
from ..types._decode import NotJSONError, decode_untyped
from .body import AioBody

SHOWN_BYTES = 64 * 1024
"""Bytes of a response without events that its error shows."""


def redacted_headers(body: AioBody) -> CIMultiDict[str]:
    """Return the headers of the response."""
    return scrub_headers(body.headers, body.sent)


def status_error(body: AioBody, event: bytes) -> APIStatusError:
    """Return the error that an event of the stream is, or a response that is not a stream."""
    data = scrub(bytes(event), body.sent)
    return answer.error_from_event(data, body.status, redacted_headers(body), body.request)


def not_json(body: AioBody, event: bytes) -> APIConnectionError:
    """Return the error for an event whose data is not JSON."""
    text = repr(scrub(event, body.sent)[:200])
    return APIConnectionError(f"The stream has an event that is not JSON: {text}", body.request)


def stopped_early(body: AioBody, reason: str) -> APIError:
    """Return the error for a stream that the service stops for ``reason``."""
    reason = scrub_text(reason, body.sent)
    return APIError(f"The service stopped the stream early: {reason}", body.request, body=reason)


def not_a_stream(body: AioBody, content: bytes) -> APIError:
    """Return the error for a response without events, which begins with ``content``."""
    try:
        decoded = decode_untyped(content)
    except NotJSONError:
        decoded = None
    if isinstance(decoded, dict) and "error" in decoded:
        return status_error(body, content)
    content = scrub(content, body.sent)
    kind = body.headers.get("content-type", "no content type")
    text = content[:SHOWN_BYTES].decode(errors="replace")
    got = f"{kind} (HTTP {body.status}): {text[:300]!r}" if text else f"no data (HTTP {body.status}, {kind})"
    return APIResponseValidationError(
        ErrorResponse(body.status, redacted_headers(body), content, body.request),
        text,
        message=f"Expected an event stream, got {got}",
    )
