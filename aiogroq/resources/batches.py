"""``/batches``."""

from __future__ import annotations

from collections.abc import Mapping

from ..protocol.request import build
from ..protocol.urls import path
from ..types._omit import Omit, omit
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.batches import (
    Batch,
    BatchCancelResponse,
    BatchCreateResponse,
    BatchListResponse,
    BatchRetrieveResponse,
)
from ._base import AsyncResource, view
from ._pages import AsyncPaginator, paginator
from ._views.batches import (
    AsyncBatchesWithRawResponse,
    AsyncBatchesWithStreamingResponse,
)


class AsyncBatches(AsyncResource):
    """Batches: many requests in one file, processed within days at half the price."""

    with_raw_response: view[AsyncBatchesWithRawResponse] = view(AsyncBatchesWithRawResponse)
    with_streaming_response: view[AsyncBatchesWithStreamingResponse] = view(AsyncBatchesWithStreamingResponse)

    async def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> BatchCreateResponse:
        """Start a batch of the requests in an uploaded file.

        ``completion_window`` is ``"24h"`` to ``"7d"``, ``endpoint`` is ``"/v1/chat/completions"`` (as in the
        lines of the file), ``metadata`` is a mapping of strings that is returned with the batch.
        Raises `NotFoundError` for an unknown file, `BadRequestError` for one that is not a batch.
        """
        params = {
            "completion_window": completion_window,
            "endpoint": endpoint,
            "input_file_id": input_file_id,
            "metadata": metadata,
        }
        return await self._transport.send(build("POST", "/batches", BatchCreateResponse, params, options))

    async def retrieve(self, batch_id: str, **options: Unpack[CallOptions]) -> BatchRetrieveResponse:
        """Return a batch: its ``status``, its counts, and the ids of its result files once they exist."""
        url = path("/batches/{batch_id}", batch_id=batch_id)
        return await self._transport.send(build("GET", url, BatchRetrieveResponse, None, options))

    def list(
        self, *, cursor: str | Omit | None = omit, **options: Unpack[CallOptions]
    ) -> AsyncPaginator[Batch, BatchListResponse]:
        """Return a page of the organization's batches, in ``data``: the first one, or the one of a ``cursor``, which is the
        ``next_cursor`` of the page before.

        ``async for batch in client.batches.list()`` goes through the batches of all pages.
        """
        return paginator(self._transport, "/batches", BatchListResponse, options, {"cursor": cursor})

    async def cancel(self, batch_id: str, **options: Unpack[CallOptions]) -> BatchCancelResponse:
        """Cancel a batch. Its status is ``cancelling`` for up to ten minutes, then ``cancelled``."""
        url = path("/batches/{batch_id}/cancel", batch_id=batch_id)
        return await self._transport.send(build("POST", url, BatchCancelResponse, None, options))
