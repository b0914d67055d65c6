"""The lines of batch files: a `JobRequest` as a line of the input, and a line of the results as an `Outcome`.

Input: ``{"custom_id", "method", "url", "body"}``. Results, in the output file and in the error file, in any order:
``{"custom_id", "response": {"status_code", "body"}, "error": {"code", "message"}}``. https://console.groq.com/docs/batch
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any

import msgspec

from ...errors import ErrorResponse, status_error_class
from ...protocol.encode import encode_json
from ...protocol.rate_limits import parse_limit_message
from ..outcome import Endpoint, ItemError, JobRequest, Outcome
from ..values import read_body, service_message
from .rules import URLS

_TRANSIENT_STATUSES = frozenset({408, 409, 429, 498})
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9._-]+")
_REPEATED = re.compile(r"(.*-[0-9a-f]{32})-\d+")
_ID_CHARS = 28
_DIGEST_BYTES = 16
_LEFT_OUT = ("stream", "service_tier")
"""Arguments that a line may not have. `body_problem` rejects them unless they say nothing."""


class Identity(msgspec.Struct, frozen=True, array_like=True):
    """Which item of the job a line belongs to."""

    index: int
    id: str
    key: bytes
    is_id_given: bool


def identity_of(request: JobRequest) -> Identity:
    """Return the identity of a request."""
    return Identity(request.index, request.id, request.key, request.is_id_given)


def custom_id(request: JobRequest, repeat: int = 0) -> str:
    """Return the id of a line: as much of the item's id as is safe, and a digest of its id and its key.

    It is the same wherever the item stands in the input. ``repeat`` counts equal items without an id, from 0.
    At most 64 characters for up to 99 equal items.
    """
    id = request.id if request.is_id_given else ""
    digest = blake2b(request.key + id.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
    start = _NOT_IN_AN_ID.sub("_", id)[:_ID_CHARS] or "item"
    return f"{start}-{digest}-{repeat}" if repeat else f"{start}-{digest}"


def without_repeat(custom_id: str) -> str:
    """Return the part of a custom_id that equal items share."""
    match = _REPEATED.fullmatch(custom_id)
    return match[1] if match else custom_id


def encode_line(request: JobRequest, custom_id: str) -> bytes:
    """Return a request as a line of an input file, with its line end. Raises `GroqError` if JSON cannot represent it."""
    body = {name: value for name, value in request.body.items() if name not in _LEFT_OUT}
    line = {
        "custom_id": custom_id,
        "method": "POST",
        "url": URLS[request.endpoint],
        "body": body,
    }
    return encode_json(line) + b"\n"


class _Response(msgspec.Struct):
    status_code: int = 200
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Error(msgspec.Struct):
    code: Any = None
    message: Any = None


class Record(msgspec.Struct):
    """A line of a result file."""

    custom_id: str
    response: _Response | None = None
    error: _Error | None = None


_decode_record = msgspec.json.Decoder(Record).decode


def decode_record(line: bytes) -> Record | None:
    """Return a line of a result file, None if it is no record of a response or an error."""
    try:
        record = _decode_record(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return record if record.response is not None or record.error is not None else None


def record_error(record: Record) -> ItemError | None:
    """Return the error in a record, None if it has a response."""
    if record.error is not None and (record.response is None or record.response.status_code < 400):
        return ItemError(
            "APIError", service_message(record.error.message), None, _text_or_none(record.error.code)
        )
    if record.response is None or record.response.status_code < 400:
        return None
    status = record.response.status_code
    body = _untyped(record.response.body)
    # The class reads the code from the body, as for a response over HTTP.
    error = status_error_class(status)("", response=ErrorResponse(status), body=body)
    return ItemError(type(error).__name__, service_message(body), status, error.code)


def is_transient(error: ItemError) -> bool:
    """Return whether the same request may succeed in another batch."""
    status = error.status_code
    if status is None or not (status in _TRANSIENT_STATUSES or status >= 500):
        return False
    named = parse_limit_message(error.message)
    limit, requested = named.get("limit"), named.get("requested")
    return limit is None or requested is None or requested <= limit


def done_outcome(
    item: Identity, endpoint: Endpoint, record: Record, attempts: int, finished_at: float
) -> Outcome:
    """Return the outcome of a record with a response."""
    body = bytes(record.response.body) if record.response is not None else b"null"
    status, usage = read_body(endpoint, body)
    return Outcome(
        item.index,
        item.id,
        item.key,
        status,
        attempts,
        finished_at,
        body,
        usage=usage,
        is_id_given=item.is_id_given,
    )


def failed_outcome(item: Identity, error: ItemError, attempts: int, finished_at: float) -> Outcome:
    """Return the outcome of an item that failed."""
    return Outcome(
        item.index,
        item.id,
        item.key,
        "failed",
        attempts,
        finished_at,
        error=error,
        is_id_given=item.is_id_given,
    )


# ------------------------------------------------------------------------------------------- what a body says


def _untyped(body: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return bytes(body).decode(errors="replace")


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
