"""Builds what a call returns from its response: a value, a response object or a stream."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import msgspec

from ..errors import Attempt
from ..protocol.decode import parse_body
from ..protocol.redaction import redact_request_headers
from ..protocol.request import Request
from ..protocol.streams import stream_protocol_for
from ..response import AsyncAPIResponse, AsyncBinaryAPIResponse, AsyncStreamedBinaryAPIResponse, HTTPRequest
from . import call_log
from .body import AioBody
from .config import ClientConfig
from .stream import AsyncStream


class Content(msgspec.Struct, frozen=True):
    """A body that has been read, and the headers and the status of its response."""

    content: bytes
    headers: Mapping[str, str]
    status: int = 200


def build_result(
    config: ClientConfig, request: Request[Any], body: AioBody, content: bytes | None, failed: list[Attempt]
) -> Any:
    """Return the result of a call, made from a good response, in the form that the caller chose.

    ``content`` is its body, or None where that is left on the socket. ``failed`` are the attempts before it.
    Raises `APIResponseValidationError` for a body that does not fit.
    """
    if content is None:
        body.attempts = failed
        body.attach_finalizer()
    mode = request.mode
    attempts = len(failed) + 1
    make_stream = partial(_stream, config, request, body, attempts) if mode.content == "events" else None
    is_value = mode.view is None and mode.content in ("json", "events")
    if is_value and make_stream is not None:
        return make_stream()
    value = None
    if is_value:
        value = parse_body(request.returns, cast("bytes", content), body)
    if call_log.is_on():
        call_log.log_response(request.model, attempts, body, value)
    if is_value:
        return value
    if mode.content == "content":
        return Content(cast("bytes", content), body.headers, body.status)
    is_binary = mode.content in ("bytes", "audio")
    usual: type[AsyncAPIResponse[Any]] = AsyncAPIResponse
    if is_binary:
        usual = AsyncStreamedBinaryAPIResponse if mode.is_left_open else AsyncBinaryAPIResponse
    cls, sync_cls = _classes(mode.response_cls, AsyncAPIResponse, usual)
    response: AsyncAPIResponse[Any] = cls(
        body=body,
        returns=request.returns,
        http_request=HTTPRequest(request.method, body.request.url, redact_request_headers(body.sent)),
        make_stream=make_stream,
        is_binary=is_binary,
        retries_taken=len(failed),
        content=content,
    )
    response.sync_cls = sync_cls
    return response


def _stream(config: ClientConfig, request: Request[Any], body: AioBody, attempts: int) -> AsyncStream[Any]:
    cls, sync_cls = _classes(request.mode.stream_cls, AsyncStream)
    stream: AsyncStream[Any] = cls(
        body=body,
        protocol=stream_protocol_for(request.returns),
        max_event_bytes=config.http_client.max_event_bytes,
        on_error=partial(config.rate_limits.note_error, request.model),
        on_end=call_log.stream_logger(request.model, attempts, body),
    )
    stream.sync_cls = sync_cls
    return stream


def _classes(wanted: type[Any] | None, base: type[Any], usual: type[Any] | None = None) -> tuple[Any, Any]:
    """Return the async class to make, and the sync class that the caller wants, which ``sync/`` makes of it, or None."""
    if wanted is None:
        return usual or base, None
    return (wanted, None) if issubclass(wanted, base) else (usual or base, wanted)
