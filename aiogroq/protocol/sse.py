"""Parses bytes into server-sent events, without I/O and without JSON.

Follows the event-stream format of the HTML standard: lines end in LF, CR or CRLF, a blank line ends an event,
lines that begin with a colon are comments, several ``data`` lines are joined by LF.
"""

from __future__ import annotations

DEFAULT_MAX_EVENT_BYTES = 64 * 1024 * 1024
_MAX_RETRY_DIGITS = 15


class EventTooLargeError(ValueError):
    """An event is larger than the limit."""

    def __init__(self, max_event_bytes: int, events: list[bytes]) -> None:
        super().__init__(f"an event of the stream is larger than {max_event_bytes} bytes")
        self.events: list[bytes] = events
        """The events before it in the same chunk."""


class Event(bytes):
    """The data of an event whose name is not ``message``."""

    name: str = "message"


class SSEParser:
    """An incremental parser: `feed` it chunks as they arrive, split anywhere, and it returns the events that they end.

    An event is the bytes of its data; an event with a name is an `Event`. A plain event needs no object of its own, which
    makes a fast stream cheap.
    """

    __slots__ = ("_pending", "_skip_lf", "_started", "last_event_id", "max_event_bytes", "retry_ms")

    def __init__(self, max_event_bytes: int = DEFAULT_MAX_EVENT_BYTES) -> None:
        self.max_event_bytes: int = max_event_bytes
        self.last_event_id: str | None = None
        self.retry_ms: int | None = None
        # One growing buffer: neither a long event in many chunks nor many tiny chunks cost more than their bytes.
        self._pending = bytearray()
        self._skip_lf = False
        self._started = False

    @property
    def pending_bytes(self) -> int:
        """Bytes of the event that has not ended yet."""
        return len(self._pending)

    def end(self) -> bytes | None:
        """End the input. Returns the data of an event whose blank line is missing, or None if no event has begun.

        The standard drops such an event because it may be truncated. ``b""`` is an event truncated before its data.
        """
        pending = bytes(self._pending)
        self._pending = bytearray()
        event = self._parse(pending.strip(b"\n"))
        if event is None:
            line = pending.rpartition(b"\n")[2]
            return b"" if line and not line.startswith(b":") else None
        return event

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the events that end in ``chunk``, in order.

        Raises `EventTooLargeError` when an event grows larger than the limit.
        """
        # Nearly always the events of a read have one data line each. If there is no other line end in them, one split in C
        # parses them all. `find` and not `in`, which for bytes raises and drops an exception at first.
        end = chunk.rfind(b"\n\n") + 2
        if end > 1 and self._started and not self._skip_lf and chunk.find(b"\r") < 0:
            size = len(chunk)
            ended = chunk if end == size else chunk[:end]
            if self._pending:
                ended = bytes(self._pending) + ended
            if ended.startswith(b"data: ") and len(ended) <= self.max_event_bytes:
                events = ended[6:-2].split(b"\n\ndata: ")
                # bytes.count() goes byte by byte; what replace() finds, it finds by memchr.
                if len(ended) - len(ended.replace(b"\n", b"")) == 2 * len(events):
                    if self._pending:
                        self._pending = bytearray()
                    if end != size:
                        self._hold(chunk[end:], events)
                    return events
        return self._parse_chunk(chunk)

    def _parse_chunk(self, chunk: bytes) -> list[bytes]:
        if not self._started or self._skip_lf or chunk.find(b"\r") >= 0:
            chunk = self._normalise(chunk)
        if chunk.find(b"\n\n") < 0 and not (chunk.startswith(b"\n") and self._pending.endswith(b"\n")):
            # A long event arrives in many chunks: they are parsed once, when it ends.
            if chunk:
                self._hold(chunk, [])
            return []
        if self._pending:
            chunk = self._with_pending(chunk)
        blocks = chunk.split(b"\n\n")
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

    def _hold(self, chunk: bytes, events: list[bytes]) -> None:
        self._pending += chunk
        if len(self._pending) > self.max_event_bytes:
            raise EventTooLargeError(self.max_event_bytes, events)

    def _with_pending(self, chunk: bytes) -> bytes:
        pending = self._pending
        pending += chunk
        self._pending = bytearray()
        return bytes(pending)

    def _normalise(self, chunk: bytes) -> bytes:
        """Return ``chunk`` with LF for every line end, and without the byte order mark that may begin a stream."""
        if not self._started:
            chunk = self._with_pending(chunk)
            if len(chunk) < 3 and b"\xef\xbb\xbf".startswith(chunk):
                self._hold(chunk, [])
                return b""
            self._started = True
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        if self._skip_lf and chunk:
            # The CR at the end of the last chunk ended a line; this LF belongs to the same line end.
            chunk = chunk.removeprefix(b"\n")
            self._skip_lf = False
        if chunk.find(b"\r") >= 0:
            self._skip_lf = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk

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
