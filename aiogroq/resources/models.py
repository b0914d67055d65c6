"""``/models``."""

from __future__ import annotations

from ..protocol.request import build
from ..protocol.urls import path
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.models import Model, ModelDeleted, ModelListResponse
from ._base import AsyncResource, view
from ._views.models import (
    AsyncModelsWithRawResponse,
    AsyncModelsWithStreamingResponse,
)


class AsyncModels(AsyncResource):
    """The models of the service."""

    with_raw_response: view[AsyncModelsWithRawResponse] = view(AsyncModelsWithRawResponse)
    with_streaming_response: view[AsyncModelsWithStreamingResponse] = view(AsyncModelsWithStreamingResponse)

    async def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:
        """Return a model. Raises `NotFoundError` for an unknown id, `ValueError` for an empty one."""
        return await self._transport.send(
            build("GET", path("/models/{model}", model=model), Model, None, options)
        )

    async def list(self, **options: Unpack[CallOptions]) -> ModelListResponse:
        """Return all models that the key may use, in ``data``."""
        return await self._transport.send(build("GET", "/models", ModelListResponse, None, options))

    async def delete(self, model: str, **options: Unpack[CallOptions]) -> ModelDeleted:
        """Delete a fine-tuned model of yours. Raises `NotFoundError`, `PermissionDeniedError`."""
        request = build("DELETE", path("/models/{model}", model=model), ModelDeleted, None, options)
        return await self._transport.send(request)
