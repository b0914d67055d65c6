"""Answers as plain values: what goes back to a client, before anything is written to a socket.

The error bodies are those recorded from the service; `error_body(status)` has one for every status of its table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

JSON_TYPE = "application/json"
SSE_TYPE = "text/event-stream"
DONE_EVENT = b"data: [DONE]\n\n"

encode_json: Callable[[Any], bytes] = msgspec.json.Encoder().encode


class Reply:
    """One answer: a body of known length, or `pieces` sent one write each in chunked framing.

    `tokens` is what a rate limit is charged for it. `cut_short` is set where pieces end without `[DONE]`.
    """

    __slots__ = ("body", "content_type", "headers", "pieces", "status")

    def __init__(
        self,
        status: int = 200,
        body: bytes = b"",
        *,
        content_type: str = JSON_TYPE,
        headers: dict[str, str] | None = None,
        pieces: list[bytes] | None = None,
    ) -> None:
        self.status: int = status
        self.body: bytes = body
        self.content_type: str = content_type
        self.headers: dict[str, str] = {} if headers is None else headers
        self.pieces: list[bytes] | None = pieces

    def whole_body(self) -> bytes:
        """The body in one piece, however it is to be framed."""
        return self.body if self.pieces is None else b"".join(self.pieces)


def json_reply(value: Any, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(status, encode_json(value))


class ApiError(Exception):
    """An answer of the error form `{"error": {"message", "type", "code", ...}}`, raised from anywhere below."""

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

    def reply(self) -> Reply:
        """The answer as sent outside a stream."""
        return Reply(self.status, encode_json({"error": self.error}), headers=dict(self.headers or {}))

    def event(self) -> bytes:
        """The answer as sent inside a stream that has begun: the true status is in `error.status_code`."""
        return error_event({**self.error, "status_code": self.status})


def refuse(message: str) -> NoReturn:
    """Raise `ApiError` 400 with *message*."""
    raise ApiError(400, message)


def error_event(error: dict[str, Any]) -> bytes:
    """`event: error` as recorded."""
    return b"event: error\ndata: " + encode_json({"error": error}) + b"\n\n"


_RECORDED_MODEL = "llama-3.3-70b-versatile"
# status -> (message, type, code), as recorded; 498's text is not recorded anywhere and is ours.
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
    """The body that the service sends with *status*, `{"error": {...}}`; other statuses get one of the same form.

    *model* is named where the service names one.
    """
    fallback = _ERRORS[500 if status >= 500 else 400]
    message, kind, code = _ERRORS.get(status, fallback)
    if model:
        message = message.replace(_RECORDED_MODEL, model)
    error = {"message": message, "type": kind}
    if code is not None:
        error["code"] = code
    return {"error": error}
