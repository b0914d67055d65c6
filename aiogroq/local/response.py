"""Responses as values, before they are written to a socket.

The error bodies were recorded from the service. `error_body(status)` has one for every status in its documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

JSON_TYPE = "application/json"
SSE_TYPE = "text/event-stream"
DONE_EVENT = b"data: [DONE]\n\n"

encode_json: Callable[[Any], bytes] = msgspec.json.Encoder().encode


class ApiResponse:
    """One response: a body with a content length, or `chunks`, each written separately in chunked framing."""

    __slots__ = ("body", "chunks", "content_type", "headers", "status")

    def __init__(
        self,
        status: int = 200,
        body: bytes = b"",
        *,
        content_type: str = JSON_TYPE,
        headers: dict[str, str] | None = None,
        chunks: list[bytes] | None = None,
    ) -> None:
        self.status: int = status
        self.body: bytes = body
        self.content_type: str = content_type
        self.headers: dict[str, str] = {} if headers is None else headers
        self.chunks: list[bytes] | None = chunks

    def full_body(self) -> bytes:
        """Return the whole body, chunked or not."""
        return self.body if self.chunks is None else b"".join(self.chunks)


def json_response(value: Any, status: int = 200) -> ApiResponse:
    """Return a JSON response."""
    return ApiResponse(status, encode_json(value))


class ApiError(Exception):
    """An error response `{"error": {"message", "type", "code", ...}}`."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        *,
        type: str = "invalid_request_error",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers
        self.error: dict[str, Any] = {"message": message, "type": type}
        if code is not None:
            self.error["code"] = code
        self.error.update(more)

    def response(self) -> ApiResponse:
        """Return the error as a response."""
        return ApiResponse(self.status, encode_json({"error": self.error}), headers=dict(self.headers or {}))

    def event(self) -> bytes:
        """Return the error as an event of a stream whose status was already sent: the status is in `error.status_code`."""
        return error_event({**self.error, "status_code": self.status})


def reject(message: str) -> NoReturn:
    """Raise `ApiError` 400 with *message*."""
    raise ApiError(400, message)


def error_event(error: dict[str, Any]) -> bytes:
    """Return an `event: error`, as recorded."""
    return b"event: error\ndata: " + encode_json({"error": error}) + b"\n\n"


_RECORDED_MODEL = "llama-3.3-70b-versatile"
# status -> (message, type, code), as recorded. The text of 498 is not recorded anywhere; it is ours.
_ERRORS: dict[int, tuple[str, str, str | None]] = {
    400: ("Bad Request", "invalid_request_error", None),
    401: ("Invalid API Key", "invalid_request_error", "invalid_api_key"),
    403: ("Forbidden", "invalid_request_error", "forbidden"),
    404: ("Not Found", "invalid_request_error", "not_found"),
    408: ("Request Timeout", "invalid_request_error", None),
    409: ("Conflict", "invalid_request_error", None),
    413: ("Request Entity Too Large", "invalid_request_error", "request_too_large"),
    422: (
        "The request was well-formed but could not be followed due to semantic errors.",
        "invalid_request_error",
        None,
    ),
    424: (
        "Error retrieving tool list from MCP server: 'local' Http status code: 401 (Unauthorized)",
        "external_connector_error",
        "http_error",
    ),
    429: (
        f"Rate limit reached for model `{_RECORDED_MODEL}` in organization `org_local` service tier "
        "`on_demand` on requests per minute (RPM): Limit 30, Used 30, Requested 1. Please try again in 2s. "
        "Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing",
        "requests",
        "rate_limit_exceeded",
    ),
    498: ("Flex tier capacity exceeded. Please try again later.", "flex_tier_error", "capacity_exceeded"),
    500: ("Internal Server Error", "internal_server_error", None),
    502: ("Bad Gateway", "internal_server_error", None),
    503: (
        "The model is currently over capacity. Please try again and back off exponentially. "
        "Visit https://groqstatus.com to see if there is an active incident.",
        "internal_server_error",
        None,
    ),
}


def error_body(status: int, model: str = "") -> dict[str, Any]:
    """Return the body that the service sends with *status*, or a similar one for other statuses.

    *model* replaces the model in messages that name one.
    """
    fallback = _ERRORS[500 if status >= 500 else 400]
    message, kind, code = _ERRORS.get(status, fallback)
    if model:
        message = message.replace(_RECORDED_MODEL, model)
    error = {"message": message, "type": kind}
    if code is not None:
        error["code"] = code
    return {"error": error}
