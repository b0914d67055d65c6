"""Faults on request: a `Fault` selects requests and describes how their response is changed or interrupted.

All endpoints use the same two steps. `http/apply_fault.py` changes the response as a value. `http/writer.py` then stops
(`Fault.after_bytes`, `after_events`, `before_head`, `end`) and splits the writes.
"""

from __future__ import annotations

import re
from typing import Any, Literal, get_args

import msgspec

from .fault_types import check_types
from .response import ApiError

End = Literal["", "close", "reset", "stall"]

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_INVALID_IN_HEADER = re.compile(r"[\r\n\0]")
_MAX_DELAY_S = 86_400
_MIN_EVENTS_PER_SECOND = 0.001


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One fault. `Fault()` changes nothing; in a script it stands for one response without a fault.

    A fault applies to requests that match `on` (a part of the path), `method` and `body_contains`. It skips the first `skip` of them and
    applies to the next `times` (`None`: all), each with `probability`, drawn from the server's seed.
    """

    on: str = ""
    """Part of the path, such as `/chat/completions`. Empty matches every path."""
    method: str = ""
    """HTTP method. Empty matches every method."""
    body_contains: str = ""
    """Text in the body, such as part of a prompt. Empty matches every body. Faults with it are looked at after all others."""
    times: int | None = 1
    """How many requests the fault applies to; `None` is unlimited, 0 is none."""
    skip: int = 0
    """How many matching requests are skipped first."""
    probability: float = 1.0
    """The probability that the fault applies, 0 to 1."""

    status: int | None = None
    """Status of the response. Without `body`, the body is the one that the service sends with this status."""
    headers: dict[str, str] = {}
    """Headers added to the response. They replace headers with the same name."""
    body: Any = None
    """Replaces the body: bytes and text are sent unchanged, any other value as JSON."""
    content_type: str | None = None
    """Replaces the content type."""
    raw: bytes | None = None
    """Bytes written to the socket instead of an HTTP response. The connection is closed after them."""

    latency_s: float = 0.0
    """Seconds to wait before the head of the response."""
    tokens_per_second: float | None = None
    """Events per second of a streamed response."""

    error_event: dict[str, Any] | None = None
    """After `after_events` events, send `event: error` with this error object and end without `[DONE]`."""
    x_groq_error: str | None = None
    """After `after_events` events, send a chunk with this text in `x_groq.error`, then `[DONE]`."""
    drop_done: bool = False
    """Omit `[DONE]`."""
    insert: bytes | None = None
    """Bytes inserted into the body at `insert_at`."""
    insert_at: int = 0
    """Byte position in the body."""
    gzip: bool = False
    """Compress the body, even if the client does not accept gzip."""
    drop_tail_bytes: int = 0
    """Bytes removed from the end of the encoded body. The HTTP framing stays valid."""

    ignore_body: bool = False
    """Respond without reading the request body."""
    before_head: bool = False
    """Do `end` instead of the response, after the request was read."""
    after_bytes: int | None = None
    """Do `end` after this many bytes of the body. A position past its end withholds only the last chunk of the framing."""
    after_events: int | None = None
    """Do `end` after this many events of a stream."""
    end: End = ""
    """`close` closes the connection, `reset` sends RST, `stall` stops sending. Without a position: after the response."""
    stall_s: float | None = None
    """Seconds of a stall, after which the response continues. `None` stalls until the client disconnects."""
    close_notice: bool = False
    """Send `Connection: close` and close after the response."""

    split_at: tuple[int, ...] = ()
    """Byte positions of the body at which a new write starts; with `split_wire`, positions of the whole HTTP message."""
    split_every: int = 0
    """Bytes per write."""
    split_wire: bool = False
    """Split the whole HTTP message, including head and chunk framing, not only the body."""
    split_gap_s: float = 0.0
    """Seconds between two writes. 0 yields to the event loop between them."""

    def __post_init__(self) -> None:
        """Raise `TypeError` or `ValueError` for invalid values."""
        check_types(msgspec.structs.asdict(self))
        if self.end not in get_args(End):
            raise ValueError(f"end of a Fault must be 'close', 'reset', 'stall' or '', not {self.end!r}")
        for name, text in {**self.headers, "content-type": self.content_type or ""}.items():
            if not _HEADER_NAME.fullmatch(name) or _INVALID_IN_HEADER.search(text):
                raise ValueError(
                    f"header {name[:40]!r} of a Fault is not valid HTTP; use `raw` to send what is not"
                )
        if self.status is not None and not 100 <= self.status <= 999:
            raise ValueError(f"status of a Fault must have three digits, not {self.status}")
        if self.tokens_per_second is not None and not self.tokens_per_second >= _MIN_EVENTS_PER_SECOND:
            raise ValueError(
                f"tokens_per_second of a Fault must be {_MIN_EVENTS_PER_SECOND} or more, not {self.tokens_per_second}"
            )
        for field in ("latency_s", "stall_s", "split_gap_s"):
            seconds = getattr(self, field)
            if seconds is not None and not 0 <= seconds <= _MAX_DELAY_S:
                raise ValueError(f"{field} of a Fault must be 0 to {_MAX_DELAY_S} seconds, not {seconds}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability of a Fault must be 0 to 1, not {self.probability}")
        for field in (
            "times",
            "skip",
            "insert_at",
            "drop_tail_bytes",
            "after_bytes",
            "after_events",
            "split_every",
        ):
            if (getattr(self, field) or 0) < 0:
                raise ValueError(f"{field} of a Fault must be 0 or more, not {getattr(self, field)}")
        if self.body_contains and self.ignore_body:
            raise ValueError("a Fault with ignore_body does not read the body, so body_contains cannot match")

    @property
    def truncates(self) -> bool:
        """Whether the response stops at a position."""
        return bool(self.end) and (self.after_bytes is not None or self.after_events is not None)

    @property
    def disconnects(self) -> bool:
        """Whether the connection ends before the end of the response."""
        return self.end in ("close", "reset") and (self.before_head or self.truncates)

    @property
    def replaces(self) -> bool:
        """Whether nothing of the generated response is sent, so that a request takes no reply of `LocalGroq(reply=...)`."""
        if self.status is not None or self.body is not None or self.raw is not None:
            return True
        never_goes_on = self.end in ("close", "reset") or (self.end == "stall" and self.stall_s is None)
        return self.before_head and never_goes_on

    @property
    def splits(self) -> bool:
        """Whether the writes are split."""
        return bool(self.split_at) or self.split_every > 0


def parse_fault(header: str) -> Fault:
    """Parse an `x-local-fault` header: the fields of `Fault` as JSON, bytes in base64.

    Raises: `ApiError` 400 for an invalid header.
    """
    try:
        return msgspec.json.decode(header.encode("utf-8", "replace"), type=Fault)
    except (msgspec.DecodeError, RecursionError) as error:
        detail = str(error)
    raise ApiError(400, f"could not parse x-local-fault: {detail}")
