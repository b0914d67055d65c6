# Written by python tools/sync_facade.py from aiogroq/resources/embeddings.py. Do not edit.
"""Sync versions of ``aiogroq/resources/embeddings.py``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from ..resources._base import View, view
from ..types._omit import Omit, omit
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.embeddings import (
    CreateEmbeddingArrayResponse,
    CreateEmbeddingFloatsResponse,
    CreateEmbeddingResponse,
)
from ._base import SyncResource, run, to_sync
from .response import (
    APIResponse,
    ResponseContextManager,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)

if TYPE_CHECKING:
    from ..resources.embeddings import AsyncEmbeddings


class EmbeddingsWithRawResponse(View):
    """The methods of `Embeddings`, which here return the response."""

    def __init__(self, resource: Embeddings) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = to_raw_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[CreateEmbeddingFloatsResponse]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[CreateEmbeddingResponse]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[CreateEmbeddingArrayResponse]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[CreateEmbeddingResponse] | APIResponse[CreateEmbeddingArrayResponse]: ...
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> (
        APIResponse[CreateEmbeddingFloatsResponse]
        | APIResponse[CreateEmbeddingResponse]
        | APIResponse[CreateEmbeddingArrayResponse]
    ):
        """See `Embeddings.create`."""
        return cast(
            "APIResponse[CreateEmbeddingFloatsResponse] | APIResponse[CreateEmbeddingResponse] | APIResponse[CreateEmbeddingArrayResponse]",
            self._create(input=input, model=model, encoding_format=encoding_format, user=user, **options),
        )


class EmbeddingsWithStreamingResponse(View):
    """The methods of `Embeddings`, which here leave the body unread on the connection."""

    def __init__(self, resource: Embeddings) -> None:
        super().__init__(resource)
        self._create: Callable[..., Any] = to_streamed_response_wrapper(resource.create)

    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[CreateEmbeddingFloatsResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[CreateEmbeddingResponse]]: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[CreateEmbeddingArrayResponse]]: ...
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
        ResponseContextManager[APIResponse[CreateEmbeddingResponse]]
        | ResponseContextManager[APIResponse[CreateEmbeddingArrayResponse]]
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
        ResponseContextManager[APIResponse[CreateEmbeddingFloatsResponse]]
        | ResponseContextManager[APIResponse[CreateEmbeddingResponse]]
        | ResponseContextManager[APIResponse[CreateEmbeddingArrayResponse]]
    ):
        """See `Embeddings.create`."""
        return cast(
            "ResponseContextManager[APIResponse[CreateEmbeddingFloatsResponse]] | ResponseContextManager[APIResponse[CreateEmbeddingResponse]] | ResponseContextManager[APIResponse[CreateEmbeddingArrayResponse]]",
            self._create(input=input, model=model, encoding_format=encoding_format, user=user, **options),
        )


class Embeddings(SyncResource):
    """Vectors for texts."""

    _async: AsyncEmbeddings

    with_raw_response: view[EmbeddingsWithRawResponse] = view(EmbeddingsWithRawResponse)
    with_streaming_response: view[EmbeddingsWithStreamingResponse] = view(EmbeddingsWithStreamingResponse)

    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingFloatsResponse: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingResponse: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingArrayResponse: ...
    @overload
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingResponse | CreateEmbeddingArrayResponse: ...
    def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingFloatsResponse | CreateEmbeddingResponse | CreateEmbeddingArrayResponse:
        """Return a vector for each text of ``input`` (one text, or 1 to 2048), in the same order in ``data``.

        A vector is a list of numbers. With ``encoding_format="base64"`` it is the base64 text of little-endian 32-bit
        floats. With ``"array"``, which only this library knows, that text is decoded to an ``array.array`` of typecode
        ``f``: a sequence of floats and a buffer (``numpy.asarray`` does not copy it), at a fraction of the time and
        memory. Raises `BadRequestError` for an empty text, `NotFoundError` for a model without embeddings.
        """
        __tracebackhide__ = True
        return to_sync(
            run(
                self._async.create(
                    input=input, model=model, encoding_format=encoding_format, user=user, **options
                )
            )
        )
