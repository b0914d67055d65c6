"""``/embeddings``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ..types._omit import Omit, omit
from ..types.embeddings import CreateEmbeddingResponse
from ..wire.request import build
from ._base import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types._params import CallOptions
    from .views import (
        AsyncEmbeddingsWithRawResponse,
        AsyncEmbeddingsWithStreamingResponse,
    )


class AsyncEmbeddings(AsyncResource):
    """Vectors for texts."""

    @cached_property
    def with_raw_response(self) -> AsyncEmbeddingsWithRawResponse:
        """The same methods, which give the response with its headers round the value."""
        from .views import AsyncEmbeddingsWithRawResponse

        return AsyncEmbeddingsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AsyncEmbeddingsWithStreamingResponse:
        """The same methods, which leave the body on the socket until it is asked for."""
        from .views import AsyncEmbeddingsWithStreamingResponse

        return AsyncEmbeddingsWithStreamingResponse(self)

    async def create(
        self,
        *,
        input: str | Sequence[str],
        model: str,
        encoding_format: Literal["float", "base64"] | Omit = omit,
        user: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> CreateEmbeddingResponse:
        """A vector for each text of ``input`` (one text, or 1 to 2048 of them), in its order in ``data``.

        With ``encoding_format="base64"`` a vector is the base64 text of little-endian 32-bit floats.
        Raises `BadRequestError` for an empty text, `NotFoundError` for a model that gives no vectors.
        """
        params = {"input": input, "model": model, "encoding_format": encoding_format, "user": user}
        request = build("POST", "/embeddings", CreateEmbeddingResponse, params, options)
        return await self._client.send(request)
