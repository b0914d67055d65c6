# Written by python tools/sync_facade.py from aiogroq/resources/models.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/models.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...response import (
    AsyncAPIResponse,
    AsyncResponseContextManager,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ...types._params import CallOptions
from ...types._typing import Unpack
from ...types.models import Model, ModelDeleted, ModelListResponse
from .._base import View

if TYPE_CHECKING:
    from ..models import AsyncModels


class AsyncModelsWithRawResponse(View):
    """The methods of `AsyncModels`, which here return the response."""

    def __init__(self, resource: AsyncModels) -> None:
        super().__init__(resource)
        self._retrieve = async_to_raw_response_wrapper(resource.retrieve)
        self._list = async_to_raw_response_wrapper(resource.list)
        self._delete = async_to_raw_response_wrapper(resource.delete)

    async def retrieve(self, model: str, **options: Unpack[CallOptions]) -> AsyncAPIResponse[Model]:
        """See `AsyncModels.retrieve`."""
        return await self._retrieve(model, **options)

    async def list(self, **options: Unpack[CallOptions]) -> AsyncAPIResponse[ModelListResponse]:
        """See `AsyncModels.list`."""
        return await self._list(**options)

    async def delete(self, model: str, **options: Unpack[CallOptions]) -> AsyncAPIResponse[ModelDeleted]:
        """See `AsyncModels.delete`."""
        return await self._delete(model, **options)


class AsyncModelsWithStreamingResponse(View):
    """The methods of `AsyncModels`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncModels) -> None:
        super().__init__(resource)
        self._retrieve = async_to_streamed_response_wrapper(resource.retrieve)
        self._list = async_to_streamed_response_wrapper(resource.list)
        self._delete = async_to_streamed_response_wrapper(resource.delete)

    def retrieve(
        self, model: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[Model]]:
        """See `AsyncModels.retrieve`."""
        return self._retrieve(model, **options)

    def list(
        self, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[ModelListResponse]]:
        """See `AsyncModels.list`."""
        return self._list(**options)

    def delete(
        self, model: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[ModelDeleted]]:
        """See `AsyncModels.delete`."""
        return self._delete(model, **options)
