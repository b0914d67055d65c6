"""What can go wrong on request: a `Fault` says which requests it hits and how the answer is bent or broken.

There is one mechanism for every route. A fault first bends the answer as a value (`bend`), then says where the writing
of it stops (`Fault.after_bytes`, `after_events`, `before_head`, `end`) and into which writes it is split.
"""

from __future__ import annotations

import gzip
import random
import re
import threading
import zlib
from typing import Any, Literal

import msgspec

from .response import DONE_EVENT, JSON_TYPE, SSE_TYPE, ApiError, Reply, encode_json, error_body, error_event

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_A_HEADER = re.compile(r"[\r\n\0]")
_MAX_WAIT_S = 86_400
_MIN_PACE = 0.001


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One fault. `Fault()` changes nothing, which in a script means "answer this one well".

    Which requests it hits: `on` is a part of the path, `method` a verb; it leaves the first `skip` such requests alone,
    hits the next `times` (`None`: all), each with `probability` drawn from the server's seed.
    """

    on: str = ""
    """Part of the path, such as `/chat/completions`; empty hits every path."""
    method: str = ""
    """HTTP verb; empty hits every verb."""
    times: int | None = 1
    """How many requests are hit; `None` has no end."""
    skip: int = 0
    """How many matching requests pass unharmed first."""
    probability: float = 1.0
    """Chance of a hit, 0 to 1."""

    status: int | None = None
    """Answer with this status and, where `body` is not given, the body that the service sends with it."""
    headers: dict[str, str] = {}
    """Headers added to the answer, replacing those of the same name."""
    body: Any = None
    """The body instead of the real one: bytes or text as they are, any other value as JSON."""
    content_type: str | None = None
    """The content type instead of the real one."""
    raw: bytes | None = None
    """Exactly these bytes on the socket instead of an HTTP answer; the connection is closed after them."""

    latency_s: float = 0.0
    """Seconds to wait before the head of the answer."""
    tokens_per_second: float | None = None
    """Events a second of a streamed answer."""

    error_event: dict[str, Any] | None = None
    """After `after_events` events, send `event: error` with this error object and end without `[DONE]`."""
    x_groq_error: str | None = None
    """After `after_events` events, send a chunk with this text in `x_groq.error`, then `[DONE]`."""
    drop_done: bool = False
    """Leave `[DONE]` out."""
    insert: bytes | None = None
    """Bytes put into the body at `insert_at`."""
    insert_at: int = 0
    """Byte position in the body."""
    gzip: bool = False
    """Compress the body, whatever the client accepts."""
    drop_tail_bytes: int = 0
    """Bytes taken off the end of the body as encoded; the HTTP framing stays correct."""

    ignore_body: bool = False
    """Answer without reading the body of the request."""
    before_head: bool = False
    """Do `end` in place of the whole answer, after the request was read."""
    after_bytes: int | None = None
    """Do `end` after this many bytes of the body; a position past its end withholds only the end of the framing."""
    after_events: int | None = None
    """The same, counted in events of a stream."""
    end: Literal["", "close", "reset", "stall"] = ""
    """`close` ends the connection in order, `reset` with RST, `stall` goes silent; with no position given, after the answer."""
    stall_s: float | None = None
    """Length of a stall, after which the answer goes on; `None` waits until the client leaves."""
    close_notice: bool = False
    """Send `Connection: close` and close after the answer."""

    split_at: tuple[int, ...] = ()
    """Byte positions of the body (of the whole wire if `split_wire`) at which a new write begins."""
    split_every: int = 0
    """A new write every so many bytes."""
    split_wire: bool = False
    """Split everything that goes on the wire, head and chunk framing included, not only the body."""
    split_gap_s: float = 0.0
    """Seconds between two such writes; 0 yields to the event loop between them."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a fault that no response can have."""
        for name, text in {**self.headers, "content-type": self.content_type or ""}.items():
            if not _HEADER_NAME.fullmatch(name) or _NOT_IN_A_HEADER.search(text):
                raise ValueError(
                    f"header {name[:40]!r} of a Fault is not valid HTTP; use `raw` to send what is not"
                )
        if self.status is not None and not 100 <= self.status <= 999:
            raise ValueError(f"status of a Fault must have three digits, not {self.status}")
        if self.tokens_per_second is not None and not self.tokens_per_second >= _MIN_PACE:
            raise ValueError(
                f"tokens_per_second of a Fault must be {_MIN_PACE} or more, not {self.tokens_per_second}"
            )
        for field in ("latency_s", "stall_s", "split_gap_s"):
            seconds = getattr(self, field)
            if seconds is not None and not 0 <= seconds <= _MAX_WAIT_S:
                raise ValueError(f"{field} of a Fault must be 0 to {_MAX_WAIT_S} seconds, not {seconds}")
        for field in ("skip", "insert_at", "drop_tail_bytes", "after_bytes", "after_events", "split_every"):
            if (getattr(self, field) or 0) < 0:
                raise ValueError(f"{field} of a Fault must be 0 or more, not {getattr(self, field)}")

    @property
    def cuts(self) -> bool:
        """Whether the answer stops at a position."""
        return bool(self.end) and (self.after_bytes is not None or self.after_events is not None)

    @property
    def breaks_off(self) -> bool:
        """Whether the connection ends before the end of the response."""
        return self.end in ("close", "reset") and (self.before_head or self.cuts)

    @property
    def splits(self) -> bool:
        """Whether the writes are split."""
        return bool(self.split_at) or self.split_every > 0


def parse_fault(header: str) -> Fault:
    """The fault that a client asks for in `x-local-fault`: the fields of `Fault` as JSON, bytes in base64.

    Raises: `ApiError` 400 for anything else.
    """
    try:
        return msgspec.json.decode(header.encode("utf-8", "replace"), type=Fault)
    except (msgspec.DecodeError, RecursionError) as error:
        detail = str(error)
    raise ApiError(400, f"could not parse x-local-fault: {detail}")


class FaultBook:
    """The faults still to come, first added first used. Threads may add while the server takes."""

    def __init__(self, faults: tuple[Fault | None, ...], seed: int) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._entries: list[_Entry] = []
        self.add(*faults)

    def add(self, *faults: Fault | None) -> None:
        """Append faults; `None` stands for one good answer."""
        with self._lock:
            self._entries.extend(_Entry(fault or Fault()) for fault in faults)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, if one hits it."""
        if not self._entries:
            return None
        with self._lock:
            for position, entry in enumerate(self._entries):
                fault = entry.fault
                if fault.on not in path or (fault.method and fault.method.upper() != method):
                    continue
                if entry.skip > 0:
                    entry.skip -= 1
                    continue
                if fault.probability < 1.0 and self._random.random() >= fault.probability:
                    continue
                if entry.left is not None:
                    entry.left -= 1
                    if entry.left <= 0:
                        del self._entries[position]
                return fault
        return None


class _Entry:
    __slots__ = ("fault", "left", "skip")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = fault.times
        self.skip = fault.skip


def bend(reply: Reply, fault: Fault, model: str = "") -> Reply:
    """The answer to a request of *model* as *fault* changes it; `after_bytes` and `end` are the writer's part."""
    bent = Reply(
        reply.status,
        reply.body,
        content_type=reply.content_type,
        headers=dict(reply.headers),
        pieces=reply.pieces,
    )
    if fault.status is not None or fault.body is not None:
        _replace_body(bent, fault, model)
    if bent.pieces is not None and bent.content_type == SSE_TYPE:
        bent.pieces = _bend_events(bent.pieces, fault)
    if fault.insert is not None:
        body = bent.whole_body()
        _set_body(bent, [body[: fault.insert_at], fault.insert, body[fault.insert_at :]])
    if fault.gzip:
        _compress(bent)
    if fault.drop_tail_bytes > 0:
        _set_body(bent, [bent.whole_body()[: -fault.drop_tail_bytes]])
    if fault.content_type is not None:
        bent.content_type = fault.content_type
    if fault.headers:
        replaced = {name.lower() for name in fault.headers}
        if "content-type" in replaced:
            bent.content_type = ""
        bent.headers = {k: v for k, v in bent.headers.items() if k.lower() not in replaced} | fault.headers
    return bent


def _set_body(reply: Reply, parts: list[bytes]) -> None:
    if reply.pieces is None:
        reply.body = b"".join(parts)
    else:
        reply.pieces = [part for part in parts if part]


def _replace_body(reply: Reply, fault: Fault, model: str) -> None:
    if fault.status is not None:
        reply.status = fault.status
    body = fault.body
    reply.content_type = JSON_TYPE
    if body is None:
        body = error_body(reply.status, model)
    elif isinstance(body, bytes | str) and not fault.content_type:
        reply.content_type = "text/plain; charset=utf-8"
    reply.pieces = None
    reply.body = (
        body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else encode_json(body)
    )


def _bend_events(events: list[bytes], fault: Fault) -> list[bytes]:
    position = fault.after_events if fault.after_events is not None else len(events)
    if fault.error_event is not None:
        return [*_without_done(events[:position]), error_event(fault.error_event)]
    if fault.x_groq_error is not None:
        chunk: dict[str, Any] = msgspec.json.decode(events[0].removeprefix(b"data: "))
        chunk["choices"] = [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": None}]
        chunk["x_groq"] = {"id": chunk.get("x_groq", {}).get("id"), "error": fault.x_groq_error}
        event = b"data: " + encode_json(chunk) + b"\n\n"
        events = [*_without_done(events[:position]), event, DONE_EVENT]
    return _without_done(events) if fault.drop_done else events


def _without_done(events: list[bytes]) -> list[bytes]:
    return events[:-1] if events and events[-1] == DONE_EVENT else events


def _compress(reply: Reply) -> None:
    reply.headers["content-encoding"] = "gzip"
    if reply.pieces is None:
        reply.body = gzip.compress(reply.body, mtime=0)
        return
    # Flushed after each event, so that compressing holds no event back.
    packer = zlib.compressobj(wbits=31)
    reply.pieces = [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in reply.pieces]
    reply.pieces.append(packer.flush())
