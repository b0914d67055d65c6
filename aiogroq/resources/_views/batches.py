# Written by python tools/sync_facade.py from aiogroq/resources/batches.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/batches.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...response import (
    AsyncAPIResponse,
    AsyncResponseContextManager,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ...types._omit import Omit, omit
from ...types._params import CallOptions
from ...types._typing import Unpack
from ...types.batches import (
    BatchCancelResponse,
    BatchCreateResponse,
    BatchListResponse,
    BatchRetrieveResponse,
)
from .._base import View

if TYPE_CHECKING:
    from ..batches import AsyncBatches


class AsyncBatchesWithRawResponse(View):
    """The methods of `AsyncBatches`, which here return the response."""

    def __init__(self, resource: AsyncBatches) -> None:
        super().__init__(resource)
        self._create = async_to_raw_response_wrapper(resource.create)
        self._retrieve = async_to_raw_response_wrapper(resource.retrieve)
        self._list = async_to_raw_response_wrapper(resource.list)
        self._cancel = async_to_raw_response_wrapper(resource.cancel)

    async def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[BatchCreateResponse]:
        """See `AsyncBatches.create`."""
        return await self._create(
            completion_window=completion_window,
            endpoint=endpoint,
            input_file_id=input_file_id,
            metadata=metadata,
            **options,
        )

    async def retrieve(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[BatchRetrieveResponse]:
        """See `AsyncBatches.retrieve`."""
        return await self._retrieve(batch_id, **options)

    async def list(
        self, *, cursor: str | Omit | None = omit, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[BatchListResponse]:
        """See `AsyncBatches.list`."""
        return await self._list(cursor=cursor, **options)

    async def cancel(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[BatchCancelResponse]:
        """See `AsyncBatches.cancel`."""
        return await self._cancel(batch_id, **options)


class AsyncBatchesWithStreamingResponse(View):
    """The methods of `AsyncBatches`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncBatches) -> None:
        super().__init__(resource)
        self._create = async_to_streamed_response_wrapper(resource.create)
        self._retrieve = async_to_streamed_response_wrapper(resource.retrieve)
        self._list = async_to_streamed_response_wrapper(resource.list)
        self._cancel = async_to_streamed_response_wrapper(resource.cancel)

    def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[BatchCreateResponse]]:
        """See `AsyncBatches.create`."""
        return self._create(
            completion_window=completion_window,
            endpoint=endpoint,
            input_file_id=input_file_id,
            metadata=metadata,
            **options,
        )

    def retrieve(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[BatchRetrieveResponse]]:
        """See `AsyncBatches.retrieve`."""
        return self._retrieve(batch_id, **options)

    def list(
        self, *, cursor: str | Omit | None = omit, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[BatchListResponse]]:
        """See `AsyncBatches.list`."""
        return self._list(cursor=cursor, **options)

    def cancel(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[BatchCancelResponse]]:
        """See `AsyncBatches.cancel`."""
        return self._cancel(batch_id, **options)
