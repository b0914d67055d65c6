"""``/responses``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .. import transport
from ..protocol.request import EVENTS, build
from ..protocol.response_arguments import split_arguments
from ..protocol.response_input import plain_input
from ..types._omit import Omit, is_omitted, omit
from ..types._typing import Unpack
from ..types.responses.response import Response
from ..types.responses.response_create_params import ResponseParams
from ..types.responses.response_stream_event import ResponseStreamEvent
from ._base import AsyncResource, view
from ._views.responses import AsyncResponsesWithRawResponse, AsyncResponsesWithStreamingResponse

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..streaming.response_stream import AsyncResponseStreamManager
    from ..types.responses.parsed_response import ParsedResponse

T = TypeVar("T")


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

        Raises `TypeError` for an argument that the service does not know and for an item that is none, `BadRequestError` for a request that it rejects,
        `RateLimitError`, `APITimeoutError`, and the other errors of ``aiogroq.errors``.
        """
        body, options = split_arguments(params, "create")
        body["input"] = plain_input(body["input"])
        if stream is not omit and not is_omitted(stream):
            body["stream"] = stream
        if stream and "stream" in body:
            request = build("POST", "/responses", ResponseStreamEvent, body, options, mode=EVENTS)
            return await self._transport.stream(request)
        return await self._transport.send(build("POST", "/responses", Response, body, options))

    async def parse(
        self,
        *,
        text_format: TypeForm[T],
        max_reasks: int = 1,
        strict: bool | None = None,
        mode: Literal["json_schema", "json_object", "prompt"] | None = None,
        **params: Unpack[ResponseParams],
    ) -> ParsedResponse[T]:
        """Create a response whose text is a value of a type: ``response.output_parsed``.

        What is requested is the best that the service accepts for the model: a strict JSON schema, a schema, a JSON object,
        or text with the schema in the prompt.

        A response that does not match is requested again, with what is wrong with it: ``response.reasks`` has these
        responses, and ``response.usage`` is the sum. Then it raises `StructuredOutputError`. Raises
        `LengthFinishReasonError` at once where the maximum of tokens was reached.

        Args:
            text_format: The type: a Struct, dataclass, TypedDict, NamedTuple, attrs class, pydantic model, Enum, Literal,
                union, list or scalar.
            max_reasks: How often a response that does not match is requested again; 0 to request once.
            strict: True to raise `SchemaError` for a type that a strict schema cannot express, False never to request a
                strict schema, None to request one where the type allows it.
            mode: How JSON is requested: ``json_schema``, ``json_object`` or ``prompt``, and in no other way. None for the
                best that the service accepts.
        """
        from ..structured.driver import parse_response

        return await parse_response(
            self.create, text_format, params, max_reasks=max_reasks, strict=strict, mode=mode
        )

    @overload
    def stream(
        self,
        *,
        text_format: TypeForm[T],
        mode: Literal["json_schema", "json_object", "prompt"] | None = None,
        **params: Unpack[ResponseParams],
    ) -> AsyncResponseStreamManager[T]: ...
    @overload
    def stream(
        self, *, text_format: Omit = omit, mode: None = None, **params: Unpack[ResponseParams]
    ) -> AsyncResponseStreamManager[None]: ...
    def stream(
        self,
        *,
        text_format: Any = omit,
        mode: Literal["json_schema", "json_object", "prompt"] | None = None,
        **params: Unpack[ResponseParams],
    ) -> AsyncResponseStreamManager[Any]:
        """Stream a response as events.

        It returns a context manager, which sends the request: ``async with client.responses.stream(...) as stream``. Iterate
        the stream for its events, or its ``text_stream``, or await its ``get_final_response()``; ``stream.snapshot`` is the
        response so far.

        Args:
            text_format: A type: the response then has the value, ``output_parsed``. It is validated at the end; nothing is
                requested again.
            mode: How JSON for a type is requested: ``prompt`` (the default: the service streams no JSON schema, so the model
                is told to write JSON that fits), ``json_object`` or ``json_schema``.
        """
        from ..streaming.response_stream import AsyncResponseStreamManager

        return AsyncResponseStreamManager(self.create, text_format=text_format, mode=mode, params=params)
