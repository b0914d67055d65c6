"""The lines of a journal: the header, outcomes and notes as JSON, one object a line.

{"aiogroq_journal": 1, "endpoint": "chat", "model": "...", "params": {...}, "template": "...", "at": ...}
{"i": 0, "id": "a", "key": "...", "status": "done", "attempts": 1, "at": ..., "usage": [...], "body": {...}}
{"note": "batch", "at": ..., "fields": {...}}
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ..outcome import ItemError, ItemUsage, Outcome, Status

FORMAT_VERSION = 1
HEADER_START = b'{"aiogroq_journal":'


@dataclass(frozen=True)
class JournalHeader:
    """What all items of a job share, in clear. A journal is resumed only by a job with the same."""

    endpoint: str
    model: str | None
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    template: str = ""
    """The digest of the prompt and the system message, empty where there is none."""

    def difference(self, other: JournalHeader) -> str:
        """Say how ``other``, the header of a job, differs from this one of a journal; empty if it does not."""
        for name in ("endpoint", "model", "params"):
            mine, others = getattr(self, name), getattr(other, name)
            if mine != others:
                return f"it was made with {name} {mine!r}, and this job has {others!r}"
        for name, value in self.params.items():
            given = other.params[name]
            # 0, 0.0 and False are equal in Python, and different in JSON: items would have other keys, and be sent again.
            if _sorted_encoder.encode(value) != _sorted_encoder.encode(given):
                return (
                    f"it was made with {name}={value!r}, and this job has {name}={given!r}: equal values, but they make "
                    f"other requests. Pass {name}={value!r} to go on with it"
                )
        if self.template != other.template:
            return "it was made with another prompt or system message"
        return ""


class HeaderLine(msgspec.Struct):
    """The first line."""

    aiogroq_journal: int
    endpoint: str = ""
    model: str | None = None
    params: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    template: str = ""
    at: float = 0.0


class EntryLine(msgspec.Struct):
    """What the index needs of any other line."""

    i: int = -1
    id: str | None = None
    key: str = ""
    status: str = ""
    attempts: int = 0
    note: str | None = None


class ErrorLine(msgspec.Struct, omit_defaults=True):
    """An `ItemError`."""

    type: str
    message: str
    status: int | None = None
    code: str | None = None


class OutcomeLine(msgspec.Struct, omit_defaults=True):
    """An `Outcome`. ``body`` is the response as the service sent it."""

    i: int
    key: str
    status: Status
    attempts: int
    at: float
    id: str | None = None
    usage: list[float] = msgspec.field(default_factory=list[float])
    """Prompt, completion and cached tokens, seconds of audio."""
    error: ErrorLine | None = None
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    body_bytes: bytes | None = None
    """Instead of ``body``, in base64, where msgspec cannot read that: it has half an emoji, for example."""


class NoteLine(msgspec.Struct):
    """A line of another part of jobs."""

    note: str
    at: float
    fields: dict[str, Any]


_encoder = msgspec.json.Encoder()
_sorted_encoder = msgspec.json.Encoder(order="sorted")
_any_decoder = msgspec.json.Decoder()
_outcome_decoder = msgspec.json.Decoder(OutcomeLine)
_entry_decoder = msgspec.json.Decoder(EntryLine)
_header_decoder = msgspec.json.Decoder(HeaderLine)
_note_decoder = msgspec.json.Decoder(NoteLine)
decode_entry: Callable[[bytes], EntryLine] = _entry_decoder.decode
"""Reads what the index needs of a line."""


def encode_header(header: JournalHeader) -> bytes:
    """Return the line of a header, with its line end."""
    line = HeaderLine(
        FORMAT_VERSION, header.endpoint, header.model, dict(header.params), header.template, time.time()
    )
    return _encoder.encode(line) + b"\n"


def plain_header(header: JournalHeader) -> JournalHeader:
    """Return the header as it is after it was written and read."""
    return header_of(_header_decoder.decode(encode_header(header)))


def decode_header(line: bytes) -> HeaderLine:
    """Return the header. Raises `msgspec.MsgspecError` where the line is none."""
    return _header_decoder.decode(line)


def header_of(line: HeaderLine) -> JournalHeader:
    """Return the value of a header line."""
    return JournalHeader(line.endpoint, line.model, line.params, line.template)


def encode_note(name: str, fields: Mapping[str, Any]) -> bytes:
    """Return the line of a note, with its line end."""
    return _encoder.encode(NoteLine(name, time.time(), dict(fields))) + b"\n"


def decode_note(line: bytes) -> dict[str, Any]:
    """Return the fields of a note."""
    return _note_decoder.decode(line).fields


def encode_outcome(outcome: Outcome) -> bytes:
    """Return the line of an outcome, with its line end."""
    usage, error = outcome.usage, outcome.error
    line = OutcomeLine(
        outcome.index,
        outcome.key.hex(),
        outcome.status,
        outcome.attempts,
        outcome.finished_at,
        outcome.id if outcome.is_id_given else None,
        [usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.audio_s] if usage else [],
        None if error is None else ErrorLine(error.type, error.message, error.status_code, error.code),
    )
    body = outcome.body
    if body is not None and b"\n" in body:
        body = _on_one_line(body)
    if body is None:
        pass
    elif _is_readable(body):
        line.body = msgspec.Raw(body)
    else:
        line.body_bytes = body
    return _encoder.encode(line) + b"\n"


def _on_one_line(body: bytes) -> bytes:
    """Return the same JSON without line breaks between its tokens; inside its texts there are none."""
    return body.replace(b"\n", b" ").replace(b"\r", b" ")


def _is_readable(body: bytes) -> bool:
    """Return whether msgspec reads this JSON. What it rejects are escaped halves of surrogate pairs."""
    if b"\\u" not in body:
        return True
    try:
        _any_decoder.decode(body)
    except msgspec.MsgspecError:
        return False
    return True


def decode_outcome(line: bytes) -> Outcome:
    """Return the outcome of a line. Raises `msgspec.MsgspecError` for a line of another kind."""
    read = _outcome_decoder.decode(line)
    usage, error = read.usage, read.error
    return Outcome(
        index=read.i,
        id=str(read.i) if read.id is None else read.id,
        key=bytes.fromhex(read.key),
        status=read.status,
        attempts=read.attempts,
        finished_at=read.at,
        body=read.body_bytes if isinstance(read.body, msgspec.UnsetType) else bytes(read.body),
        error=None if error is None else ItemError(error.type, error.message, error.status, error.code),
        usage=ItemUsage(int(usage[0]), int(usage[1]), int(usage[2]), usage[3]) if usage else ItemUsage(),
        is_id_given=read.id is not None,
    )
