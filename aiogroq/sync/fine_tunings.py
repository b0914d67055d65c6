# Written by python tools/sync_facade.py from aiogroq/resources/fine_tunings.py. Do not edit.
"""Sync versions of ``aiogroq/resources/fine_tunings.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..resources._base import View, view
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.fine_tunings import FineTuningDeleteResponse, FineTuningListResponse, FineTuningResponse
from ._base import SyncResource, run, to_sync
from .pages import first_page
from .response import (
    APIResponse,
    ResponseContextManager,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)

if TYPE_CHECKING:
    from ..resources.fine_tunings import AsyncFineTunings


class FineTuningsWithRawResponse(View):
    """The methods of `FineTunings`, which here return the response."""

    def __init__(self, resource: FineTunings) -> None:
        super().__init__(resource)
        self._create = to_raw_response_wrapper(resource.create)
        self._list = to_raw_response_wrapper(resource.list)
        self._retrieve = to_raw_response_wrapper(resource.retrieve)
        self._delete = to_raw_response_wrapper(resource.delete)

    def create(
        self,
        *,
        base_model: str,
        input_file_id: str,
        name: str,
        type: Literal["lora"] | str,
        **options: Unpack[CallOptions],
    ) -> APIResponse[FineTuningResponse]:
        """See `FineTunings.create`."""
        return self._create(
            base_model=base_model, input_file_id=input_file_id, name=name, type=type, **options
        )

    def list(self, **options: Unpack[CallOptions]) -> APIResponse[FineTuningListResponse]:
        """See `FineTunings.list`."""
        return self._list(**options)

    def retrieve(
        self, fine_tuning_id: str, **options: Unpack[CallOptions]
    ) -> APIResponse[FineTuningResponse]:
        """See `FineTunings.retrieve`."""
        return self._retrieve(fine_tuning_id, **options)

    def delete(
        self, fine_tuning_id: str, **options: Unpack[CallOptions]
    ) -> APIResponse[FineTuningDeleteResponse]:
        """See `FineTunings.delete`."""
        return self._delete(fine_tuning_id, **options)


class FineTuningsWithStreamingResponse(View):
    """The methods of `FineTunings`, which here leave the body unread on the connection."""

    def __init__(self, resource: FineTunings) -> None:
        super().__init__(resource)
        self._create = to_streamed_response_wrapper(resource.create)
        self._list = to_streamed_response_wrapper(resource.list)
        self._retrieve = to_streamed_response_wrapper(resource.retrieve)
        self._delete = to_streamed_response_wrapper(resource.delete)

    def create(
        self,
        *,
        base_model: str,
        input_file_id: str,
        name: str,
        type: Literal["lora"] | str,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[FineTuningResponse]]:
        """See `FineTunings.create`."""
        return self._create(
            base_model=base_model, input_file_id=input_file_id, name=name, type=type, **options
        )

    def list(
        self, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FineTuningListResponse]]:
        """See `FineTunings.list`."""
        return self._list(**options)

    def retrieve(
        self, fine_tuning_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FineTuningResponse]]:
        """See `FineTunings.retrieve`."""
        return self._retrieve(fine_tuning_id, **options)

    def delete(
        self, fine_tuning_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FineTuningDeleteResponse]]:
        """See `FineTunings.delete`."""
        return self._delete(fine_tuning_id, **options)


class FineTunings(SyncResource):
    """Fine-tuned models. The service has them in closed beta."""

    _async: AsyncFineTunings

    with_raw_response: view[FineTuningsWithRawResponse] = view(FineTuningsWithRawResponse)
    with_streaming_response: view[FineTuningsWithStreamingResponse] = view(FineTuningsWithStreamingResponse)

    def create(
        self,
        *,
        base_model: str,
        input_file_id: str,
        name: str,
        type: Literal["lora"] | str,
        **options: Unpack[CallOptions],
    ) -> FineTuningResponse:
        """Register an uploaded file as a fine-tuned model; ``data.fine_tuned_model`` is its id.

        ``input_file_id`` is the id of a file of `files.create`, ``type`` its format, ``base_model`` the model that it was
        made from. Raises `NotFoundError` for an unknown file, `PermissionDeniedError` without access to the beta.
        """
        __tracebackhide__ = True
        return to_sync(
            run(
                self._async.create(
                    base_model=base_model, input_file_id=input_file_id, name=name, type=type, **options
                )
            )
        )

    def list(self, **options: Unpack[CallOptions]) -> FineTuningListResponse:
        """Return the fine-tunings of the organization, in ``data``.

        ``for tuning in client.fine_tunings.list()`` goes through all pages, where a server sends several.
        """
        __tracebackhide__ = True
        return first_page(self._async.list(**options))

    def retrieve(self, fine_tuning_id: str, **options: Unpack[CallOptions]) -> FineTuningResponse:
        """Return a fine-tuning, in ``data``. Raises `NotFoundError` for an unknown id."""
        __tracebackhide__ = True
        return to_sync(run(self._async.retrieve(fine_tuning_id, **options)))

    def delete(self, fine_tuning_id: str, **options: Unpack[CallOptions]) -> FineTuningDeleteResponse:
        """Delete a fine-tuning. Raises `NotFoundError` for an unknown id."""
        __tracebackhide__ = True
        return to_sync(run(self._async.delete(fine_tuning_id, **options)))
