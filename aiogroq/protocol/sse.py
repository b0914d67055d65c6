"""Turns bytes into server-sent events. Knows nothing of sockets or JSON.

Follows the event-stream format of the HTML standard: lines end in LF, CR or CRLF, a blank line ends an event,
lines that begin with a colon are comments, several ``data`` lines are joined by LF.
"""

from __future__ import annotations

DEFAULT_MAX_EVENT_BYTES = 64 * 1024 * 1024
_MAX_RETRY_DIGITS = 15


class EventTooLargeError(ValueError):
    """One event is larger than the limit."""

    def __init__(self, max_event_bytes: int, events: list[bytes]) -> None:
        super().__init__(f"an event of the stream is larger than {max_event_bytes} bytes")
        self.events: list[bytes] = events
        """Those before it that came in the same piece."""


class Event(bytes):
    """The data of one event that has a name other than ``message``."""

    name: str = "message"


class SSEParser:
    """An incremental parser: `feed` it pieces as they arrive, cut anywhere, and it returns the events they end.

    An event is the bytes of its data; one with an ``event:`` name is an `Event`, whose ``name`` says it. What
    comes from a plain event needs no object of its own, which is what makes a fast stream cheap.
    """

    __slots__ = (
        "_pending",
        "_skip_lf",
        "_started",
        "last_event_id",
        "max_event_bytes",
        "retry_ms",
    )

    def __init__(self, max_event_bytes: int = DEFAULT_MAX_EVENT_BYTES) -> None:
        self.max_event_bytes: int = max_event_bytes
        self.last_event_id: str | None = None
        self.retry_ms: int | None = None
        # One growing buffer: neither a long event in many pieces nor many tiny pieces cost more than their bytes.
        self._pending = bytearray()
        self._skip_lf = False
        self._started = False

    @property
    def pending_bytes(self) -> int:
        """Bytes of an event that has not ended yet."""
        return len(self._pending)

    def end(self) -> bytes | None:
        """Say that the input has ended: the data of an event that lacks its blank line, or None where nothing of one is there.

        The standard drops such an event, as it may be cut; ``b""`` is one that was cut before its data.
        """
        pending = bytes(self._pending)
        self._pending = bytearray()
        event = self._parse(pending.strip(b"\n"))
        if event is None:
            line = pending.rpartition(b"\n")[2]
            return b"" if line and not line.startswith(b":") else None
        return event

    def feed(self, piece: bytes) -> list[bytes]:
        """The events that end in ``piece``, in order.

        Raises `EventTooLargeError` when an event outgrows the limit before it ends.
        """
        # Nearly always the events of a read have one data line each: if there is no other line end in them, one split in C
        # has parsed them all. `find` and not `in`, which for bytes raises and drops an exception at first.
        end = piece.rfind(b"\n\n") + 2
        if end > 1 and self._started and not self._skip_lf and piece.find(b"\r") < 0:
            size = len(piece)
            ended = piece if end == size else piece[:end]
            if self._pending:
                ended = bytes(self._pending) + ended
            if ended.startswith(b"data: ") and len(ended) <= self.max_event_bytes:
                events = ended[6:-2].split(b"\n\ndata: ")
                # bytes.count() goes byte by byte; what replace() finds, it finds by memchr.
                if len(ended) - len(ended.replace(b"\n", b"")) == 2 * len(events):
                    if self._pending:
                        self._pending = bytearray()
                    if end != size:
                        self._hold(piece[end:], events)
                    return events
        return self._parse_piece(piece)

    def _parse_piece(self, piece: bytes) -> list[bytes]:
        if not self._started or self._skip_lf or piece.find(b"\r") >= 0:
            piece = self._normalise(piece)
        if piece.find(b"\n\n") < 0 and not (piece.startswith(b"\n") and self._pending.endswith(b"\n")):
            # A long event arrives in many pieces: they are looked at again once, when it ends.
            if piece:
                self._hold(piece, [])
            return []
        if self._pending:
            piece = self._with_pending(piece)
        blocks = piece.split(b"\n\n")
        rest = blocks.pop()
        events = list[bytes]()
        for block in blocks:
            if len(block) > self.max_event_bytes:
                raise EventTooLargeError(self.max_event_bytes, events)
            if block.startswith(b"data: ") and block.find(b"\n") < 0:
                events.append(block[6:])
            else:
                event = self._parse(block)
                if event is not None:
                    events.append(event)
        if rest:
            self._hold(rest, events)
        return events

    def _hold(self, piece: bytes, events: list[bytes]) -> None:
        self._pending += piece
        if len(self._pending) > self.max_event_bytes:
            raise EventTooLargeError(self.max_event_bytes, events)

    def _with_pending(self, piece: bytes) -> bytes:
        pending = self._pending
        pending += piece
        self._pending = bytearray()
        return bytes(pending)

    def _normalise(self, piece: bytes) -> bytes:
        """``piece`` with LF for every line end, and without the byte order mark that may open a stream."""
        if not self._started:
            piece = self._with_pending(piece)
            if len(piece) < 3 and b"\xef\xbb\xbf".startswith(piece):
                self._hold(piece, [])
                return b""
            self._started = True
            piece = piece.removeprefix(b"\xef\xbb\xbf")
        if self._skip_lf and piece:
            # The CR before this piece ended a line already; its LF belongs to the same line end.
            piece = piece.removeprefix(b"\n")
            self._skip_lf = False
        if piece.find(b"\r") >= 0:
            self._skip_lf = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return piece

    def _parse(self, block: bytes) -> bytes | None:
        name = "message"
        data: list[bytes] = []
        for line in block.split(b"\n"):
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"data":
                data.append(value)
            elif field == b"event":
                name = value.decode("utf-8", errors="replace") or "message"
            elif field == b"id" and b"\0" not in value:
                self.last_event_id = value.decode("utf-8", errors="replace")
            elif field == b"retry" and value.isdigit() and len(value) <= _MAX_RETRY_DIGITS:
                self.retry_ms = int(value)
        if not data:
            return None
        joined = b"\n".join(data)
        if name == "message":
            return joined
        event = Event(joined)
        event.name = name
        return event
