# Written by python tools/sync_facade.py from aiogroq/resources/embeddings.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/embeddings.py``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from ...response import (
    AsyncAPIResponse,
    AsyncResponseContextManager,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ...types._omit import Omit, omit
from ...types._params import CallOptions
from ...types._typing import Unpack
from ...types.embeddings import (
    CreateEmbeddingArrayResponse,
    CreateEmbeddingFloatsResponse,
    CreateEmbeddingResponse,
)
from .._base import View

if TYPE_CHECKING:
    from ..embeddings import AsyncEmbeddings


class AsyncEmbeddingsWithRawResponse(View):
    """The methods of `AsyncEmbeddings`, which here return the response."""

    def __init__(self, resource: AsyncEmbeddings) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_raw_response_wrapper(resource.create)

    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[CreateEmbeddingFloatsResponse]: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[CreateEmbeddingResponse]: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[CreateEmbeddingArrayResponse]: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[CreateEmbeddingResponse] | AsyncAPIResponse[CreateEmbeddingArrayResponse]: ...
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> (
        AsyncAPIResponse[CreateEmbeddingFloatsResponse]
        | AsyncAPIResponse[CreateEmbeddingResponse]
        | AsyncAPIResponse[CreateEmbeddingArrayResponse]
    ):
        """See `AsyncEmbeddings.create`."""
        return cast(
            "AsyncAPIResponse[CreateEmbeddingFloatsResponse] | AsyncAPIResponse[CreateEmbeddingResponse] | AsyncAPIResponse[CreateEmbeddingArrayResponse]",
            await self._create(
                input=input, model=model, encoding_format=encoding_format, user=user, **options
            ),
        )


class AsyncEmbeddingsWithStreamingResponse(View):
    """The methods of `AsyncEmbeddings`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncEmbeddings) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = async_to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingFloatsResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingArrayResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingResponse]]
        | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingArrayResponse]]
    ): ...
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> (
        AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingFloatsResponse]]
        | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingResponse]]
        | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingArrayResponse]]
    ):
        """See `AsyncEmbeddings.create`."""
        return cast(
            "AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingFloatsResponse]] | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingResponse]] | AsyncResponseContextManager[AsyncAPIResponse[CreateEmbeddingArrayResponse]]",
            self._create(input=input, model=model, encoding_format=encoding_format, user=user, **options),
        )
