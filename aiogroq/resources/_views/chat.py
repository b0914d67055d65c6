# Written by python tools/sync_facade.py from aiogroq/resources/chat.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/chat.py``."""

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
from ...types.chat.chat_completion import ChatCompletion
from ...types.chat.chat_completion_chunk import ChatCompletionChunk
from ...types.chat_params import ChatParams
from .._base import View, child

if TYPE_CHECKING:
    from ..chat import AsyncCompletions


class AsyncCompletionsWithRawResponse(View):
    """The methods of `AsyncCompletions`, which here return the response."""

    def __init__(self, resource: AsyncCompletions) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(resource.create)

    @overload
    async def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> AsyncAPIResponse[ChatCompletion]: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]: ...
    @overload
    async def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ChatParams]
    ) -> AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]: ...
    async def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]:
        """See `AsyncCompletions.create`."""
        return cast(
            "AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]",
            await self._create(stream=stream, **params),
        )


class AsyncCompletionsWithStreamingResponse(View):
    """The methods of `AsyncCompletions`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncCompletions) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]]: ...
    @overload
    def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ChatParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]]
        | AsyncResponseContextManager[AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]]
    ): ...
    def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]]
        | AsyncResponseContextManager[AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]]
    ):
        """See `AsyncCompletions.create`."""
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]] | AsyncResponseContextManager[AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]]",
            self._create(stream=stream, **params),
        )


class AsyncChatWithRawResponse(View):
    """The methods of `AsyncChat`, which here return the response."""

    completions: child[AsyncCompletionsWithRawResponse] = child(AsyncCompletionsWithRawResponse)


class AsyncChatWithStreamingResponse(View):
    """The methods of `AsyncChat`, which here leave the body unread on the connection."""

    completions: child[AsyncCompletionsWithStreamingResponse] = child(AsyncCompletionsWithStreamingResponse)
