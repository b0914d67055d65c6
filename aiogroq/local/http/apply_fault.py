"""Changes a response as its `Fault` says. The writer applies the rest: where the response stops, and how it is split."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import msgspec

from ..faults import Fault
from ..response import DONE_EVENT, JSON_TYPE, SSE_TYPE, ApiResponse, encode_json, error_body, error_event


def apply_fault(response: ApiResponse, fault: Fault, model: str = "") -> ApiResponse:
    """Return a changed copy of *response*. *model* is the model named in generated error messages."""
    changed = ApiResponse(
        response.status,
        response.body,
        content_type=response.content_type,
        headers=dict(response.headers),
        chunks=response.chunks,
    )
    if fault.status is not None or fault.body is not None:
        _replace_body(changed, fault, model)
    if changed.chunks is not None and changed.content_type == SSE_TYPE:
        changed.chunks = _change_events(changed.chunks, fault)
    if fault.insert is not None:
        body = changed.full_body()
        _set_body(changed, [body[: fault.insert_at], fault.insert, body[fault.insert_at :]])
    if fault.gzip:
        _compress(changed)
    if fault.drop_tail_bytes > 0:
        _set_body(changed, [changed.full_body()[: -fault.drop_tail_bytes]])
    if fault.content_type is not None:
        changed.content_type = fault.content_type
    if fault.headers:
        replaced = {name.lower() for name in fault.headers}
        if "content-type" in replaced:
            changed.content_type = ""
        changed.headers = {
            k: v for k, v in changed.headers.items() if k.lower() not in replaced
        } | fault.headers
    return changed


def _set_body(response: ApiResponse, parts: list[bytes]) -> None:
    if response.chunks is None:
        response.body = b"".join(parts)
    else:
        response.chunks = [part for part in parts if part]


def _replace_body(response: ApiResponse, fault: Fault, model: str) -> None:
    if fault.status is not None:
        response.status = fault.status
    body = fault.body
    response.content_type = JSON_TYPE
    if body is None:
        body = error_body(response.status, model)
    elif isinstance(body, bytes | str) and not fault.content_type:
        response.content_type = "text/plain; charset=utf-8"
    response.chunks = None
    response.body = (
        body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else encode_json(body)
    )


def _change_events(events: list[bytes], fault: Fault) -> list[bytes]:
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


def _compress(response: ApiResponse) -> None:
    response.headers["content-encoding"] = "gzip"
    if response.chunks is None:
        response.body = gzip.compress(response.body, mtime=0)
        return
    # Flush after each event, so that compression does not delay it.
    compressor = zlib.compressobj(wbits=31)
    response.chunks = [
        compressor.compress(chunk) + compressor.flush(zlib.Z_SYNC_FLUSH) for chunk in response.chunks
    ]
    response.chunks.append(compressor.flush())
