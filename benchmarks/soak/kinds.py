"""The kinds of calls: what is asked of the server in ``x-local-fault``, what the caller does, and which end is right."""

from __future__ import annotations

from dataclasses import dataclass

from aiogroq.local import Fault

SHORT_S = 0.5
"""The limit of calls whose answer stalls."""
_OWN = ("APIError",)
_BROKEN = ("APIConnectionError",)
_LATE = ("APITimeoutError",)
_SOON = {"retry-after": "0.02"}
_HTML = "<html><body>502 Bad Gateway</body></html>"


@dataclass(frozen=True)
class Kind:
    """One kind of call."""

    name: str
    fault: Fault | None = None
    errors: tuple[str, ...] = ()
    """Classes of which the error must be one; empty where the answer must be right."""
    requests: int = 1
    """How often it must be sent; where the connection breaks before the answer it may be more, as the error says."""
    is_short: bool = False
    """With a limit of `SHORT_S`."""
    leaves: str = ""
    """``break`` and ``cancel``: the caller goes before the end."""

    @property
    def uncounted(self) -> int:
        """How many requests more than attempts there may be: one where a kept connection breaks before the answer."""
        return int(self.fault is not None and self.fault.before_head)


WELL = Kind("well")

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
    Kind("no body", Fault(body=b""), _OWN),
    Kind("half of a gzip", Fault(gzip=True, drop_tail_bytes=20), _OWN, requests=0),
    Kind("cut in the body", Fault(after_bytes=60, end="close"), _BROKEN, requests=2),
    Kind("reset in the body", Fault(after_bytes=60, end="reset"), _BROKEN, requests=2),
    Kind("cut before the answer", Fault(before_head=True, end="close"), _BROKEN, requests=2),
    Kind("reset before the answer", Fault(before_head=True, end="reset"), _BROKEN, requests=2),
    Kind("stalls before the answer", Fault(before_head=True, end="stall"), _LATE, is_short=True),
    Kind("stalls in the body", Fault(after_bytes=60, end="stall"), _LATE, is_short=True),
    Kind("cancelled", Fault(latency_s=5.0), leaves="cancel"),
    Kind("in gzip", Fault(gzip=True)),
    Kind("late", Fault(latency_s=0.2)),
    Kind("in small pieces", Fault(split_every=37, split_wire=True)),
    Kind("closed after the answer", Fault(close_notice=True)),
    Kind("closed after the answer without notice", Fault(end="close")),
)

STREAM_KINDS: tuple[Kind, ...] = (
    Kind("cut after two events", Fault(after_events=2, end="close"), _BROKEN),
    Kind("reset after two events", Fault(after_events=2, end="reset"), _BROKEN),
    Kind("cut in an event", Fault(after_bytes=500, end="close"), _BROKEN),
    Kind("stalls after two events", Fault(after_events=2, end="stall"), _LATE, is_short=True),
    Kind("ends too early", Fault(drop_tail_bytes=700), _BROKEN),
    Kind("an error event", Fault(after_events=2, error_event={"message": "over capacity"}), _OWN),
    Kind("x_groq.error", Fault(after_events=2, x_groq_error="over capacity"), _OWN),
    Kind("no JSON", Fault(insert=b"data: {oops\n\n"), _OWN),
    Kind("refused", Fault(status=429, headers=_SOON), ("RateLimitError",), requests=2),
    Kind("every byte alone", Fault(split_every=1)),
    Kind("no [DONE]", Fault(drop_done=True)),
    Kind("left by break", Fault(tokens_per_second=5.0), leaves="break"),
    Kind("cancelled", Fault(tokens_per_second=5.0), leaves="cancel"),
)
