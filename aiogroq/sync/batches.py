# Written by python tools/sync_facade.py from aiogroq/resources/batches.py. Do not edit.
"""Sync versions of ``aiogroq/resources/batches.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..resources._base import View, view
from ..types._omit import Omit, omit
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.batches import BatchCancelResponse, BatchCreateResponse, BatchListResponse, BatchRetrieveResponse
from ._base import SyncResource, run, to_sync
from .pages import first_page
from .response import (
    APIResponse,
    ResponseContextManager,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)

if TYPE_CHECKING:
    from ..resources.batches import AsyncBatches


class BatchesWithRawResponse(View):
    """The methods of `Batches`, which here return the response."""

    def __init__(self, resource: Batches) -> None:
        super().__init__(resource)
        self._create = to_raw_response_wrapper(resource.create)
        self._retrieve = to_raw_response_wrapper(resource.retrieve)
        self._list = to_raw_response_wrapper(resource.list)
        self._cancel = to_raw_response_wrapper(resource.cancel)

    def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[BatchCreateResponse]:
        """See `Batches.create`."""
        return self._create(
            completion_window=completion_window,
            endpoint=endpoint,
            input_file_id=input_file_id,
            metadata=metadata,
            **options,
        )

    def retrieve(self, batch_id: str, **options: Unpack[CallOptions]) -> APIResponse[BatchRetrieveResponse]:
        """See `Batches.retrieve`."""
        return self._retrieve(batch_id, **options)

    def list(
        self, *, cursor: str | Omit | None = omit, **options: Unpack[CallOptions]
    ) -> APIResponse[BatchListResponse]:
        """See `Batches.list`."""
        return self._list(cursor=cursor, **options)

    def cancel(self, batch_id: str, **options: Unpack[CallOptions]) -> APIResponse[BatchCancelResponse]:
        """See `Batches.cancel`."""
        return self._cancel(batch_id, **options)


class BatchesWithStreamingResponse(View):
    """The methods of `Batches`, which here leave the body unread on the connection."""

    def __init__(self, resource: Batches) -> None:
        super().__init__(resource)
        self._create = to_streamed_response_wrapper(resource.create)
        self._retrieve = to_streamed_response_wrapper(resource.retrieve)
        self._list = to_streamed_response_wrapper(resource.list)
        self._cancel = to_streamed_response_wrapper(resource.cancel)

    def create(
        self,
        *,
        completion_window: str,
        endpoint: str,
        input_file_id: str,
        metadata: Mapping[str, str] | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[BatchCreateResponse]]:
        """See `Batches.create`."""
        return self._create(
            completion_window=completion_window,
            endpoint=endpoint,
            input_file_id=input_file_id,
            metadata=metadata,
            **options,
        )

    def retrieve(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[BatchRetrieveResponse]]:
        """See `Batches.retrieve`."""
        return self._retrieve(batch_id, **options)

    def list(
        self, *, cursor: str | Omit | None = omit, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[BatchListResponse]]:
        """See `Batches.list`."""
        return self._list(cursor=cursor, **options)

    def cancel(
        self, batch_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[BatchCancelResponse]]:
        """See `Batches.cancel`."""
        return self._cancel(batch_id, **options)


class Batches(SyncResource):
    """Batches: many requests in one file, processed within days at half the price."""

    _async: AsyncBatches

    with_raw_response: view[BatchesWithRawResponse] = view(BatchesWithRawResponse)
    with_streaming_response: view[BatchesWithStreamingResponse] = view(BatchesWithStreamingResponse)

    def create(
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
        __tracebackhide__ = True
        return to_sync(
            run(
                self._async.create(
                    completion_window=completion_window,
                    endpoint=endpoint,
                    input_file_id=input_file_id,
                    metadata=metadata,
                    **options,
                )
            )
        )

    def retrieve(self, batch_id: str, **options: Unpack[CallOptions]) -> BatchRetrieveResponse:
        """Return a batch: its ``status``, its counts, and the ids of its result files once they exist."""
        __tracebackhide__ = True
        return to_sync(run(self._async.retrieve(batch_id, **options)))

    def list(self, *, cursor: str | Omit | None = omit, **options: Unpack[CallOptions]) -> BatchListResponse:
        """Return a page of the organization's batches, in ``data``: the first one, or the one of a ``cursor``, which is the
        ``next_cursor`` of the page before.

        ``for batch in client.batches.list()`` goes through the batches of all pages.
        """
        __tracebackhide__ = True
        return first_page(self._async.list(cursor=cursor, **options))

    def cancel(self, batch_id: str, **options: Unpack[CallOptions]) -> BatchCancelResponse:
        """Cancel a batch. Its status is ``cancelling`` for up to ten minutes, then ``cancelled``."""
        __tracebackhide__ = True
        return to_sync(run(self._async.cancel(batch_id, **options)))
