"""Builds what a call returns from its response: a value, a response object or a stream."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from ..errors import Attempt
from ..protocol.headers import redacted
from ..protocol.parse import parse_body
from ..protocol.request import Request
from ..protocol.streams import stream_protocol_for
from ..response import AsyncAPIResponse, AsyncBinaryAPIResponse, AsyncStreamedBinaryAPIResponse, HTTPRequest
from . import call_log
from .body import AioBody
from .config import ClientConfig
from .stream import AsyncStream


def build_result(
    config: ClientConfig, request: Request[Any], body: AioBody, content: bytes | None, failed: list[Attempt]
) -> Any:
    """Return what the caller asked for of a good response.

    ``content`` is its body, or None where that is left on the socket. ``failed`` are the attempts before it.
    Raises `APIResponseValidationError` for a body that does not fit.
    """
    if content is None:
        body.attempts = failed
        body.attach_finalizer()
    view = request.view
    attempts = len(failed) + 1
    if view is None and not request.binary:
        if request.stream:
            return _stream(config, request, body, attempts)
        assert content is not None
        value = parse_body(
            request.returns,
            content,
            status=body.status,
            headers=body.headers,
            request=body.request,
            sent=body.sent,
        )
        if call_log.is_on():
            call_log.log_response(request.model, attempts, body, value)
        return value
    if call_log.is_on():
        call_log.log_response(request.model, attempts, body, None)
    cls = _response_class(request, content)
    return cls(
        body=body,
        request=request,
        http_request=HTTPRequest(request.method, body.request.url, redacted(body.sent)),
        make_stream=partial(_stream, config, request, body, attempts),
        retries_taken=len(failed),
        content=content,
    )


def _response_class(request: Request[Any], content: bytes | None) -> type[AsyncAPIResponse[Any]]:
    view = request.view
    wanted = view.response_cls if view is not None else None
    # A sync class is made in sync/, of the async response that is returned here.
    if wanted is not None and issubclass(wanted, AsyncAPIResponse):
        return cast("type[AsyncAPIResponse[object]]", wanted)
    if not request.binary:
        return AsyncAPIResponse
    return AsyncStreamedBinaryAPIResponse if content is None else AsyncBinaryAPIResponse


def _stream(config: ClientConfig, request: Request[Any], body: AioBody, attempts: int) -> AsyncStream[Any]:
    wanted = request.stream_cls
    # A sync class is made in sync/, as that of a response.
    is_ours = wanted is not None and issubclass(wanted, AsyncStream)
    cls = cast("type[AsyncStream[Any]]", wanted if is_ours else AsyncStream)
    stream = cls(
        body=body,
        protocol=stream_protocol_for(request.returns),
        max_event_bytes=config.http_client.max_event_bytes,
        on_error=partial(config.rate_limits.note_error, request.model),
        on_end=call_log.stream_logger(request.model, attempts, body),
    )
    if wanted is not None and not is_ours:
        stream.sync_cls = wanted
    return stream
