# Written by python tools/sync_facade.py from aiogroq/resources/fine_tunings.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/fine_tunings.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...response import (
    AsyncAPIResponse,
    AsyncResponseContextManager,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ...types._params import CallOptions
from ...types._typing import Unpack
from ...types.fine_tunings import FineTuningDeleteResponse, FineTuningListResponse, FineTuningResponse
from .._base import View

if TYPE_CHECKING:
    from ..fine_tunings import AsyncFineTunings


class AsyncFineTuningsWithRawResponse(View):
    """The methods of `AsyncFineTunings`, which here return the response."""

    def __init__(self, resource: AsyncFineTunings) -> None:
        super().__init__(resource)
        self._create = async_to_raw_response_wrapper(resource.create)
        self._list = async_to_raw_response_wrapper(resource.list)
        self._retrieve = async_to_raw_response_wrapper(resource.retrieve)
        self._delete = async_to_raw_response_wrapper(resource.delete)

    async def create(
        self,
        *,
        base_model: str,
        input_file_id: str,
        name: str,
        type: Literal["lora"] | str,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[FineTuningResponse]:
        """See `AsyncFineTunings.create`."""
        return await self._create(
            base_model=base_model, input_file_id=input_file_id, name=name, type=type, **options
        )

    async def list(self, **options: Unpack[CallOptions]) -> AsyncAPIResponse[FineTuningListResponse]:
        """See `AsyncFineTunings.list`."""
        return await self._list(**options)

    async def retrieve(
        self, fine_tuning_id: str, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[FineTuningResponse]:
        """See `AsyncFineTunings.retrieve`."""
        return await self._retrieve(fine_tuning_id, **options)

    async def delete(
        self, fine_tuning_id: str, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[FineTuningDeleteResponse]:
        """See `AsyncFineTunings.delete`."""
        return await self._delete(fine_tuning_id, **options)


class AsyncFineTuningsWithStreamingResponse(View):
    """The methods of `AsyncFineTunings`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncFineTunings) -> None:
        super().__init__(resource)
        self._create = async_to_streamed_response_wrapper(resource.create)
        self._list = async_to_streamed_response_wrapper(resource.list)
        self._retrieve = async_to_streamed_response_wrapper(resource.retrieve)
        self._delete = async_to_streamed_response_wrapper(resource.delete)

    def create(
        self,
        *,
        base_model: str,
        input_file_id: str,
        name: str,
        type: Literal["lora"] | str,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FineTuningResponse]]:
        """See `AsyncFineTunings.create`."""
        return self._create(
            base_model=base_model, input_file_id=input_file_id, name=name, type=type, **options
        )

    def list(
        self, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FineTuningListResponse]]:
        """See `AsyncFineTunings.list`."""
        return self._list(**options)

    def retrieve(
        self, fine_tuning_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FineTuningResponse]]:
        """See `AsyncFineTunings.retrieve`."""
        return self._retrieve(fine_tuning_id, **options)

    def delete(
        self, fine_tuning_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FineTuningDeleteResponse]]:
        """See `AsyncFineTunings.delete`."""
        return self._delete(fine_tuning_id, **options)
