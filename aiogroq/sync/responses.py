# Written by python tools/sync_facade.py from aiogroq/resources/responses.py. Do not edit.
"""Sync versions of ``aiogroq/resources/responses.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from ..resources._base import View, view
from ..types._omit import Omit, omit
from ..types._typing import Unpack
from ..types.responses.response import Response
from ..types.responses.response_create_params import ResponseParams
from ..types.responses.response_stream_event import ResponseStreamEvent
from ._base import SyncResource, run, to_sync
from .response import (
    APIResponse,
    ResponseContextManager,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)
from .stream import Stream

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..resources.responses import AsyncResponses
    from ..types.responses.parsed_response import ParsedResponse
    from .response_stream import ResponseStreamManager

T = TypeVar("T")


class ResponsesWithRawResponse(View):
    """The methods of `Responses`, which here return the response."""

    def __init__(self, resource: Responses) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = to_raw_response_wrapper(resource.create)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> APIResponse[Response]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseParams]
    ) -> APIResponse[Stream[ResponseStreamEvent]]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ResponseParams]
    ) -> APIResponse[Response] | APIResponse[Stream[ResponseStreamEvent]]: ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> APIResponse[Response] | APIResponse[Stream[ResponseStreamEvent]]:
        """See `Responses.create`."""
        return cast(
            "APIResponse[Response] | APIResponse[Stream[ResponseStreamEvent]]",
            self._create(stream=stream, **params),
        )


class ResponsesWithStreamingResponse(View):
    """The methods of `Responses`, which here leave the body unread on the connection."""

    def __init__(self, resource: Responses) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> ResponseContextManager[APIResponse[Response]]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseParams]
    ) -> ResponseContextManager[APIResponse[Stream[ResponseStreamEvent]]]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ResponseParams]
    ) -> (
        ResponseContextManager[APIResponse[Response]]
        | ResponseContextManager[APIResponse[Stream[ResponseStreamEvent]]]
    ): ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> (
        ResponseContextManager[APIResponse[Response]]
        | ResponseContextManager[APIResponse[Stream[ResponseStreamEvent]]]
    ):
        """See `Responses.create`."""
        return cast(
            "ResponseContextManager[APIResponse[Response]] | ResponseContextManager[APIResponse[Stream[ResponseStreamEvent]]]",
            self._create(stream=stream, **params),
        )


class Responses(SyncResource):
    """Responses, which the service has in beta: text, function calls and executed tools as a list of items."""

    _async: AsyncResponses

    with_raw_response: view[ResponsesWithRawResponse] = view(ResponsesWithRawResponse)
    with_streaming_response: view[ResponsesWithStreamingResponse] = view(ResponsesWithStreamingResponse)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> Response: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseParams]
    ) -> Stream[ResponseStreamEvent]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ResponseParams]
    ) -> Response | Stream[ResponseStreamEvent]: ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> Response | Stream[ResponseStreamEvent]:
        """Create a response.

        ``input`` is a text or a list of items; those of an earlier response's ``output`` can be passed unchanged. The service
        stores nothing, so each request has the whole conversation. With ``stream=True`` it returns a stream of events, to be
        iterated or collected.

        Raises `TypeError` for an argument that the service does not know and for an item that is none, `BadRequestError` for a request that it rejects,
        `RateLimitError`, `APITimeoutError`, and the other errors of ``aiogroq.errors``.
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(stream=stream, **params)))

    def parse(
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
        __tracebackhide__ = True
        from .structured import parse_response

        return parse_response(
            self.create, text_format, params, max_reasks=max_reasks, strict=strict, mode=mode
        )

    @overload
    def stream(
        self,
        *,
        text_format: TypeForm[T],
        mode: Literal["json_schema", "json_object", "prompt"] | None = None,
        **params: Unpack[ResponseParams],
    ) -> ResponseStreamManager[T]: ...
    @overload
    def stream(
        self, *, text_format: Omit = omit, mode: None = None, **params: Unpack[ResponseParams]
    ) -> ResponseStreamManager[None]: ...
    def stream(
        self,
        *,
        text_format: Any = omit,
        mode: Literal["json_schema", "json_object", "prompt"] | None = None,
        **params: Unpack[ResponseParams],
    ) -> ResponseStreamManager[Any]:
        """Stream a response as events.

        It returns a context manager, which sends the request: ``with client.responses.stream(...) as stream``. Iterate
        the stream for its events, or its ``text_stream``, or its ``get_final_response()``; ``stream.snapshot`` is the
        response so far.

        Args:
            text_format: A type: the response then has the value, ``output_parsed``. It is validated at the end; nothing is
                requested again.
            mode: How JSON for a type is requested: ``prompt`` (the default: the service streams no JSON schema, so the model
                is told to write JSON that fits), ``json_object`` or ``json_schema``.
        """
        __tracebackhide__ = True
        from .response_stream import ResponseStreamManager

        return ResponseStreamManager(self.create, text_format=text_format, mode=mode, params=params)
