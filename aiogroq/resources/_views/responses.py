# Written by python tools/sync_facade.py from aiogroq/resources/responses.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/responses.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from ... import transport
from ...response import (
    AsyncAPIResponse,
    AsyncResponseContextManager,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ...types._omit import Omit, omit
from ...types._typing import Unpack
from ...types.responses.response import Response
from ...types.responses.response_create_params import ResponseParams
from ...types.responses.response_stream_event import ResponseStreamEvent
from .._base import View

if TYPE_CHECKING:
    from ..responses import AsyncResponses


class AsyncResponsesWithRawResponse(View):
    """The methods of `AsyncResponses`, which here return the response."""

    def __init__(self, resource: AsyncResponses) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(resource.create)

    @overload
    async def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> AsyncAPIResponse[Response]: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseParams]
    ) -> AsyncAPIResponse[transport.AsyncStream[ResponseStreamEvent]]: ...
    @overload
    async def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ResponseParams]
    ) -> AsyncAPIResponse[Response] | AsyncAPIResponse[transport.AsyncStream[ResponseStreamEvent]]: ...
    async def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> AsyncAPIResponse[Response] | AsyncAPIResponse[transport.AsyncStream[ResponseStreamEvent]]:
        """See `AsyncResponses.create`."""
        return cast(
            "AsyncAPIResponse[Response] | AsyncAPIResponse[transport.AsyncStream[ResponseStreamEvent]]",
            await self._create(stream=stream, **params),
        )


class AsyncResponsesWithStreamingResponse(View):
    """The methods of `AsyncResponses`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncResponses) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[Response]]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[transport.AsyncStream[ResponseStreamEvent]]]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ResponseParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[Response]]
        | AsyncResponseContextManager[AsyncAPIResponse[transport.AsyncStream[ResponseStreamEvent]]]
    ): ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[Response]]
        | AsyncResponseContextManager[AsyncAPIResponse[transport.AsyncStream[ResponseStreamEvent]]]
    ):
        """See `AsyncResponses.create`."""
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[Response]] | AsyncResponseContextManager[AsyncAPIResponse[transport.AsyncStream[ResponseStreamEvent]]]",
            self._create(stream=stream, **params),
        )
