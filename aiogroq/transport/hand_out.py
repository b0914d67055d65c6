"""`hand_out`: the answer to a call as its caller wants it: parsed, raw, as a stream, or still on the socket."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from ..protocol.headers import redacted
from ..protocol.parse import parse_body
from ..response import AsyncAPIResponse, AsyncBinaryAPIResponse, AsyncStreamedBinaryAPIResponse, HTTPRequest
from . import call_log
from .body import AioBody
from .stream import AsyncStream

if TYPE_CHECKING:
    from .call import Call


def hand_out(call: Call, body: AioBody, content: bytes | None) -> Any:
    """The answer as the caller wants it; where it is left open, without its ``content``."""
    request = call.request
    if content is None:
        body.attempts = call.attempts
        body.attach_finalizer()
    view = request.view
    if view is None and not request.binary:
        if request.stream:
            return _stream(call, body)
        assert content is not None
        value = parse_body(
            request.returns,
            content,
            status=body.status,
            headers=body.headers,
            request=call.info,
            sent=body.sent,
        )
        if call_log.is_on():
            call_log.log_response(call, body, value)
        return value
    if call_log.is_on():
        call_log.log_response(call, body, None)
    cls = _response_class(call)
    return cls(
        body=body,
        request=request,
        http_request=HTTPRequest(request.method, call.info.url, redacted(call.headers.values)),
        make_stream=lambda: _stream(call, body),
        retries_taken=len(call.attempts),
        content=content,
    )


def _response_class(call: Call) -> type[AsyncAPIResponse[Any]]:
    view = call.request.view
    wanted = view.response_cls if view is not None else None
    # A blocking class is not ours to make: sync/ makes it of what is handed out here.
    if wanted is not None and issubclass(wanted, AsyncAPIResponse):
        return cast("type[AsyncAPIResponse[object]]", wanted)
    if not call.request.binary:
        return AsyncAPIResponse
    return AsyncStreamedBinaryAPIResponse if call.is_left_open else AsyncBinaryAPIResponse


def _stream(call: Call, body: AioBody) -> AsyncStream[Any]:
    wanted = call.request.stream_cls
    # A blocking class is made in sync/, as that of a response.
    is_ours = wanted is not None and issubclass(wanted, AsyncStream)
    cls = cast("type[AsyncStream[Any]]", wanted if is_ours else AsyncStream)
    stream = cls(
        body=body,
        cast_to=call.request.returns,
        max_event_bytes=call.transport.http_client.max_event_bytes,
        on_error=partial(call.transport.rate_limits.note_error, call.request.model),
        sent=call.headers.values,
        on_end=call_log.log_stream_of(call, body),
    )
    if wanted is not None and not is_ours:
        stream.twin = wanted
    return stream
