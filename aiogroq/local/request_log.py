"""The log of received requests. The server thread writes it; any thread may read it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from .multipart import Part, parse_multipart
from .response import ApiError


@dataclass(slots=True, repr=False)
class ReceivedRequest:
    """One received request and its result."""

    method: str
    path: str
    """The path as sent, still percent-encoded, without the query."""
    query_string: str
    headers: dict[str, str]
    """Names in lower case. Repeated headers are joined with `, `."""
    connection_id: int
    """The number of the connection."""
    received_at: float
    """Seconds since the epoch, by the server's clock."""
    body: bytes = b""
    status: int | None = None
    """Status of the response, `None` if none was started."""
    request_id: str = ""
    """The `x-request-id` of the response."""
    finished_at: float | None = None
    """When the last byte of the response was written to the socket."""
    disconnected_at: float | None = None
    """When the client disconnected before the end of the response."""
    model: str = ""
    """The model of the request; empty if it has none or its body was not read."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    """The usage that the response reports, else 0."""
    limit_kind: str = ""
    """The kind of rate limit that rejected the request, such as `TPM`; empty if none did."""
    fault: object = None
    """The `Fault` that applied, if any."""
    truncated: bool = False
    """Whether the fault closed the connection before the end of the response."""
    is_logged: bool = False
    """Whether the request is still in the log."""
    _json: Any = None

    def __repr__(self) -> str:
        query = f"?{self.query_string}" if self.query_string else ""
        ended = "client disconnected" if self.disconnected else self.status or "no response"
        return f"<ReceivedRequest {self.method} {self.path}{query} ({len(self.body)} bytes) -> {ended}>"

    @property
    def disconnected(self) -> bool:
        """Whether the client disconnected before the end of the response."""
        return self.disconnected_at is not None

    @property
    def query(self) -> dict[str, str]:
        """The decoded query. For a repeated name, the last value."""
        return dict(self.query_pairs)

    @property
    def query_pairs(self) -> list[tuple[str, str]]:
        """The decoded query, in order."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    @property
    def json(self) -> Any:
        """The decoded JSON body. Raises `ValueError` for invalid JSON."""
        if self._json is None:
            self._json = msgspec.json.decode(self.body)
        return self._json

    @property
    def parts(self) -> list[Part]:
        """The parts of a multipart body, in order, or an empty list for any other body."""
        content_type = self.headers.get("content-type", "")
        if not content_type.lower().startswith("multipart/form-data"):
            return []
        return parse_multipart(self.body, content_type)


class _ModelField(msgspec.Struct):
    model: str = ""


_decode_model_field = msgspec.json.Decoder(_ModelField).decode
_MAX_MODEL_CHARS = 256


def requested_model(entry: ReceivedRequest) -> str:
    """Return the model in the body of a rejected request, or an empty text."""
    try:
        model = next((part.text for part in entry.parts if part.name == "model"), None)
        if model is None:
            model = _decode_model_field(entry.body).model
    except (ApiError, msgspec.MsgspecError, ValueError, RecursionError):  # msgspec 0.19 has no ValueError
        return ""
    return model[:_MAX_MODEL_CHARS]


class RequestLog:
    """The latest requests, with limits on their number and on the bytes of their bodies."""

    def __init__(
        self, max_requests: int | None, max_body_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        self._entries: deque[ReceivedRequest] = deque()
        self._max_requests = max_requests
        self._max_body_bytes = max_body_bytes
        self._body_bytes = 0
        self._changed = threading.Condition()
        self._waiting = 0
        self.total: int = 0

    def add(self, entry: ReceivedRequest) -> None:
        """Log a request after its head was received."""
        with self._changed:
            self._entries.append(entry)
            entry.is_logged = True
            self.total += 1
            if self._max_requests is not None and len(self._entries) > self._max_requests:
                self._drop_oldest()
            if self._waiting:
                self._changed.notify_all()

    def set_body(self, entry: ReceivedRequest, body: bytes) -> None:
        """Store the body of a logged request. Drops the oldest requests above the limit of body bytes."""
        with self._changed:
            entry.body = body
            if not entry.is_logged:
                return
            self._body_bytes += len(body)
            while self._body_bytes > self._max_body_bytes and len(self._entries) > 1:
                self._drop_oldest()

    def finish(self, entry: ReceivedRequest, *, disconnected: bool) -> None:
        """Record the end of a response."""
        with self._changed:
            if disconnected:
                entry.disconnected_at = self._clock()
            else:
                entry.finished_at = self._clock()
            if self._waiting:
                self._changed.notify_all()

    def entries(self) -> list[ReceivedRequest]:
        """Return a copy of the log, oldest first."""
        with self._changed:
            return list(self._entries)

    def clear(self) -> None:
        """Clear the log."""
        with self._changed:
            while self._entries:
                self._drop_oldest()
            self.total = 0

    def _drop_oldest(self) -> None:
        oldest = self._entries.popleft()
        oldest.is_logged = False
        self._body_bytes -= len(oldest.body)

    def wait(self, count: int, timeout_s: float, *, finished: bool) -> list[ReceivedRequest]:
        """Block until *count* requests are logged (and finished, if *finished*). Raises `TimeoutError`."""

        def is_reached() -> bool:
            if not finished:
                return self.total >= count
            ended = sum(e.finished_at is not None or e.disconnected_at is not None for e in self._entries)
            return ended >= count

        with self._changed:
            self._waiting += 1
            try:
                if not self._changed.wait_for(is_reached, timeout_s):
                    raise TimeoutError(f"{self.total} of {count} requests arrived within {timeout_s} s")
            finally:
                self._waiting -= 1
            return list(self._entries)
