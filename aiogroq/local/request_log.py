"""The log of received requests, which the server's thread writes and any other thread reads."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from .multipart import Part, parse_multipart
from .response import ApiError


@dataclass(slots=True, repr=False)
class ReceivedRequest:
    """One request as it arrived, and what became of it."""

    method: str
    path: str
    """The path as sent, still percent-encoded, without the query."""
    query_string: str
    headers: dict[str, str]
    """Names in lower case; repeated headers joined with `, `."""
    connection_id: int
    """The same number for every request of one connection."""
    received_at: float
    """Seconds since the epoch, by the machine's own clock."""
    body: bytes = b""
    status: int | None = None
    """Status of the answer, `None` where none was begun."""
    request_id: str = ""
    """What was sent as `x-request-id`."""
    finished_at: float | None = None
    """When the last byte of the answer was handed to the socket."""
    disconnected_at: float | None = None
    """When the client went away before that."""
    model: str = ""
    """The model that the request names; empty where it names none or its body was not read."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    """What the response says of its usage; 0 where it says nothing."""
    fault: object = None
    """The `Fault` that hit it, if one did."""
    cut: bool = False
    """Whether the fault ended the connection before the end of the response."""
    kept: bool = False
    """Whether it still stands in the log."""
    _json: Any = None

    def __repr__(self) -> str:
        query = f"?{self.query_string}" if self.query_string else ""
        ended = "client left" if self.disconnected else self.status or "no response"
        return f"<ReceivedRequest {self.method} {self.path}{query} ({len(self.body)} bytes) -> {ended}>"

    @property
    def disconnected(self) -> bool:
        """Whether the client went away before the end of the answer."""
        return self.disconnected_at is not None

    @property
    def query(self) -> dict[str, str]:
        """The query, decoded; of a repeated name the last value."""
        return dict(self.query_pairs)

    @property
    def query_pairs(self) -> list[tuple[str, str]]:
        """The query, decoded, in order."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    @property
    def json(self) -> Any:
        """The body as plain data. Raises `ValueError` where it is not JSON."""
        if self._json is None:
            self._json = msgspec.json.decode(self.body)
        return self._json

    @property
    def parts(self) -> list[Part]:
        """The parts of a multipart body, in order; empty for any other body."""
        content_type = self.headers.get("content-type", "")
        if not content_type.lower().startswith("multipart/form-data"):
            return []
        return parse_multipart(self.body, content_type)


class _Named(msgspec.Struct):
    model: str = ""


_decode_named = msgspec.json.Decoder(_Named).decode
_MAX_MODEL_CHARS = 256


def named_model(entry: ReceivedRequest) -> str:
    """The model in the body of a request that was refused; empty where there is none to be read."""
    try:
        model = next((part.text for part in entry.parts if part.name == "model"), None)
        if model is None:
            model = _decode_named(entry.body).model
    except (ApiError, msgspec.MsgspecError, ValueError, RecursionError):  # msgspec 0.19 has no ValueError
        return ""
    return model[:_MAX_MODEL_CHARS]


class Journal:
    """The latest requests, bounded by count and by the bytes of their bodies."""

    def __init__(self, max_requests: int | None, max_body_bytes: int) -> None:
        self._entries: deque[ReceivedRequest] = deque()
        self._max_requests = max_requests
        self._max_body_bytes = max_body_bytes
        self._body_bytes = 0
        self._changed = threading.Condition()
        self._waiting = 0
        self.total: int = 0

    def add(self, entry: ReceivedRequest) -> None:
        """Log a request whose head has arrived."""
        with self._changed:
            self._entries.append(entry)
            entry.kept = True
            self.total += 1
            if self._max_requests is not None and len(self._entries) > self._max_requests:
                self._drop_oldest()
            if self._waiting:
                self._changed.notify_all()

    def set_body(self, entry: ReceivedRequest, body: bytes) -> None:
        """Keep the body of a logged request, forgetting the oldest requests where bodies grow too many."""
        with self._changed:
            entry.body = body
            if not entry.kept:
                return
            self._body_bytes += len(body)
            while self._body_bytes > self._max_body_bytes and len(self._entries) > 1:
                self._drop_oldest()

    def finish(self, entry: ReceivedRequest, *, disconnected: bool) -> None:
        """Note the end of an answer."""
        with self._changed:
            if disconnected:
                entry.disconnected_at = time.time()
            else:
                entry.finished_at = time.time()
            if self._waiting:
                self._changed.notify_all()

    def entries(self) -> list[ReceivedRequest]:
        """A copy of the log, oldest first."""
        with self._changed:
            return list(self._entries)

    def clear(self) -> None:
        """Empty the log."""
        with self._changed:
            while self._entries:
                self._drop_oldest()
            self.total = 0

    def _drop_oldest(self) -> None:
        oldest = self._entries.popleft()
        oldest.kept = False
        self._body_bytes -= len(oldest.body)

    def wait(self, count: int, timeout_s: float, *, finished: bool) -> list[ReceivedRequest]:
        """Block until *count* requests are logged (and ended, if *finished*). Raises `TimeoutError`."""

        def there() -> bool:
            if not finished:
                return self.total >= count
            ended = sum(e.finished_at is not None or e.disconnected_at is not None for e in self._entries)
            return ended >= count

        with self._changed:
            self._waiting += 1
            try:
                if not self._changed.wait_for(there, timeout_s):
                    raise TimeoutError(f"{self.total} of {count} requests arrived within {timeout_s} s")
            finally:
                self._waiting -= 1
            return list(self._entries)
