"""``/embeddings``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

from ..protocol.request import build
from ..types._omit import Omit, omit
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.embeddings import (
    CreateEmbeddingArrayResponse,
    CreateEmbeddingFloatsResponse,
    CreateEmbeddingResponse,
)
from ._base import AsyncResource, view
from ._views.embeddings import (
    AsyncEmbeddingsWithRawResponse,
    AsyncEmbeddingsWithStreamingResponse,
)


class AsyncEmbeddings(AsyncResource):
    """Vectors for texts."""

    with_raw_response: view[AsyncEmbeddingsWithRawResponse] = view(AsyncEmbeddingsWithRawResponse)
    with_streaming_response: view[AsyncEmbeddingsWithStreamingResponse] = view(
        AsyncEmbeddingsWithStreamingResponse
    )

    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingFloatsResponse: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["base64"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingResponse: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["array"],
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingArrayResponse: ...
    @overload
    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64", "array"] | Omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingResponse | CreateEmbeddingArrayResponse: ...
    async def create(
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
        is_array = encoding_format == "array"
        encoding = "base64" if is_array else encoding_format
        params = {"input": input, "model": model, "encoding_format": encoding, "user": user}
        if is_array:
            request = build("POST", "/embeddings", CreateEmbeddingArrayResponse, params, options)
            return await self._transport.send(request)
        return await self._transport.send(
            build("POST", "/embeddings", CreateEmbeddingResponse, params, options)
        )
