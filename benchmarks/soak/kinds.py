"""The kinds of calls: the fault in ``x-local-fault``, what the caller does, and the right result. Add a kind here."""

from __future__ import annotations

from dataclasses import dataclass

from aiogroq.local import Fault

SHORT_S = 0.5
"""The read timeout of calls whose response stalls."""
_API_ERROR = ("APIError",)
_CONNECTION_ERROR = ("APIConnectionError",)
_TIMEOUT_ERROR = ("APITimeoutError",)
_SOON = {"retry-after": "0.02"}
_HTML = "<html><body>502 Bad Gateway</body></html>"


@dataclass(frozen=True)
class Kind:
    """One kind of call."""

    name: str
    fault: Fault | None = None
    errors: tuple[str, ...] = ()
    """The allowed error classes; empty if the call must succeed."""
    requests: int = 1
    """The expected number of requests."""
    is_short: bool = False
    """Whether the read timeout is `SHORT_S`."""
    disconnect: str = ""
    """``break`` or ``cancel``: how the caller disconnects before the end."""

    @property
    def uncounted(self) -> int:
        """How many more requests than attempts are allowed: one if an idle connection is closed before the response."""
        return int(self.fault is not None and self.fault.before_head)


SUCCESS = Kind("success")

CHAT_KINDS: tuple[Kind, ...] = (
    *(
        Kind(f"status {status}", Fault(status=status), (error,))
        for status, error in (
            (400, "BadRequestError"),
            (401, "AuthenticationError"),
            (403, "PermissionDeniedError"),
            (404, "NotFoundError"),
            (413, "RequestTooLargeError"),
            (422, "UnprocessableEntityError"),
        )
    ),
    *(
        Kind(f"status {status}, twice", Fault(status=status, headers=_SOON), (error,), requests=2)
        for status, error in (
            (429, "RateLimitError"),
            (498, "FlexCapacityError"),
            (500, "InternalServerError"),
            (503, "InternalServerError"),
        )
    ),
    Kind(
        "HTML in place of JSON", Fault(body=_HTML, content_type="text/html"), ("APIResponseValidationError",)
    ),
    Kind("empty body", Fault(body=b""), _API_ERROR),
    Kind("truncated gzip", Fault(gzip=True, drop_tail_bytes=20), _API_ERROR, requests=0),
    Kind("closed in the body", Fault(after_bytes=60, end="close"), _CONNECTION_ERROR, requests=2),
    Kind("reset in the body", Fault(after_bytes=60, end="reset"), _CONNECTION_ERROR, requests=2),
    Kind("closed before the response", Fault(before_head=True, end="close"), _CONNECTION_ERROR, requests=2),
    Kind("reset before the response", Fault(before_head=True, end="reset"), _CONNECTION_ERROR, requests=2),
    Kind("stalls before the response", Fault(before_head=True, end="stall"), _TIMEOUT_ERROR, is_short=True),
    Kind("stalls in the body", Fault(after_bytes=60, end="stall"), _TIMEOUT_ERROR, is_short=True),
    Kind("cancelled", Fault(latency_s=120.0), disconnect="cancel"),
    Kind("gzip", Fault(gzip=True)),
    Kind("slow", Fault(latency_s=0.2)),
    Kind("small writes", Fault(split_every=37, split_wire=True)),
    Kind("closed after the response", Fault(close_notice=True)),
    Kind("closed after the response without notice", Fault(end="close")),
)

STREAM_KINDS: tuple[Kind, ...] = (
    Kind("closed after two events", Fault(after_events=2, end="close"), _CONNECTION_ERROR),
    Kind("reset after two events", Fault(after_events=2, end="reset"), _CONNECTION_ERROR),
    Kind("closed in an event", Fault(after_bytes=500, end="close"), _CONNECTION_ERROR),
    Kind("stalls after two events", Fault(after_events=2, end="stall"), _TIMEOUT_ERROR, is_short=True),
    Kind("truncated body", Fault(drop_tail_bytes=700), _CONNECTION_ERROR),
    Kind("an error event", Fault(after_events=2, error_event={"message": "over capacity"}), _API_ERROR),
    Kind("x_groq.error", Fault(after_events=2, x_groq_error="over capacity"), _API_ERROR),
    Kind("invalid JSON", Fault(insert=b"data: {oops\n\n"), _API_ERROR),
    Kind("rejected", Fault(status=429, headers=_SOON), ("RateLimitError",), requests=2),
    Kind("every byte in a separate write", Fault(split_every=1)),
    Kind("no [DONE]", Fault(drop_done=True)),
    # Responses that do not end, so that the disconnect is before their end however slow the caller is.
    Kind("left with break", Fault(after_events=3, end="stall"), disconnect="break"),
    Kind("cancelled", Fault(after_events=3, end="stall"), disconnect="cancel"),
)
