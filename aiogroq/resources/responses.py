"""``/responses``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, cast, overload

from .. import transport
from ..protocol.request import EVENTS, build, split_options
from ..types._model import BaseModel
from ..types._omit import Omit, is_omitted, omit
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.responses.response import Response
from ..types.responses.response_create_params import ResponseParams
from ..types.responses.response_output_item import ResponseOutputItem
from ..types.responses.response_stream_event import ResponseStreamEvent
from ._base import AsyncResource, view
from ._views.responses import AsyncResponsesWithRawResponse, AsyncResponsesWithStreamingResponse

_KNOWN = frozenset(ResponseParams.__annotations__) - frozenset(CallOptions.__annotations__)
_REQUIRED = frozenset({"input", "model"})


class AsyncResponses(AsyncResource):
    """Responses, which the service has in beta: text, function calls and executed tools as a list of items."""

    with_raw_response: view[AsyncResponsesWithRawResponse] = view(AsyncResponsesWithRawResponse)
    with_streaming_response: view[AsyncResponsesWithStreamingResponse] = view(
        AsyncResponsesWithStreamingResponse
    )

    @overload
    async def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> Response: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseParams]
    ) -> transport.AsyncStream[ResponseStreamEvent]: ...
    @overload
    async def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ResponseParams]
    ) -> Response | transport.AsyncStream[ResponseStreamEvent]: ...
    async def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> Response | transport.AsyncStream[ResponseStreamEvent]:
        """Create a response.

        ``input`` is a text or a list of items; those of an earlier response's ``output`` can be passed unchanged. The service
        stores nothing, so each request has the whole conversation. With ``stream=True`` it returns a stream of events, to be
        iterated or collected.

        Raises `TypeError` for an argument that the service does not know, `BadRequestError` for a request that it rejects,
        `RateLimitError`, `APITimeoutError`, and the other errors of ``aiogroq.errors``.
        """
        body, options = split_options(params, _KNOWN, _REQUIRED, "create")
        body["input"] = _input(body["input"])
        if stream is not omit and (stream or not is_omitted(stream)):
            body["stream"] = stream
        if stream:
            request = build("POST", "/responses", ResponseStreamEvent, body, options, mode=EVENTS)
            return await self._transport.stream(request)
        return await self._transport.send(build("POST", "/responses", Response, body, options))


def _input(given: object) -> Any:
    """Return the input as it is sent: items of a response with only the fields that a request may have."""
    if isinstance(given, str):
        return given
    if isinstance(given, (bytes, dict, BaseModel)) or not isinstance(given, Iterable):
        raise TypeError(
            "input must be a text or a list of items such as [{'role': 'user', 'content': 'Hello'}], "
            f"not {type(cast('Any', given)).__name__}"
        )
    params = [
        item.to_param() if isinstance(item, ResponseOutputItem) else item
        for item in cast("Iterable[object]", given)
    ]
    return [param for param in params if param is not None]
