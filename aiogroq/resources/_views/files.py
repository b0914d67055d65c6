# Written by python tools/sync_facade.py from aiogroq/resources/files.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/files.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...response import (
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncResponseContextManager,
    AsyncStreamedBinaryAPIResponse,
    async_to_custom_raw_response_wrapper,
    async_to_custom_streamed_response_wrapper,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ...types._params import CallOptions, FileTypes
from ...types._typing import Unpack
from ...types.files import FileCreateResponse, FileDeleteResponse, FileInfoResponse, FileListResponse
from .._base import View

if TYPE_CHECKING:
    from ..files import AsyncFiles


class AsyncFilesWithRawResponse(View):
    """The methods of `AsyncFiles`, which here return the response."""

    def __init__(self, resource: AsyncFiles) -> None:
        super().__init__(resource)
        self._create = async_to_raw_response_wrapper(resource.create)
        self._list = async_to_raw_response_wrapper(resource.list)
        self._delete = async_to_raw_response_wrapper(resource.delete)
        self._content = async_to_custom_raw_response_wrapper(resource.content, AsyncBinaryAPIResponse)
        self._info = async_to_raw_response_wrapper(resource.info)

    async def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[FileCreateResponse]:
        """See `AsyncFiles.create`."""
        return await self._create(file=file, purpose=purpose, **options)

    async def list(self, **options: Unpack[CallOptions]) -> AsyncAPIResponse[FileListResponse]:
        """See `AsyncFiles.list`."""
        return await self._list(**options)

    async def delete(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> AsyncAPIResponse[FileDeleteResponse]:
        """See `AsyncFiles.delete`."""
        return await self._delete(file_id, **options)

    async def content(self, file_id: str, **options: Unpack[CallOptions]) -> AsyncBinaryAPIResponse:
        """See `AsyncFiles.content`."""
        return await self._content(file_id, **options)

    async def info(self, file_id: str, **options: Unpack[CallOptions]) -> AsyncAPIResponse[FileInfoResponse]:
        """See `AsyncFiles.info`."""
        return await self._info(file_id, **options)


class AsyncFilesWithStreamingResponse(View):
    """The methods of `AsyncFiles`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncFiles) -> None:
        super().__init__(resource)
        self._create = async_to_streamed_response_wrapper(resource.create)
        self._list = async_to_streamed_response_wrapper(resource.list)
        self._delete = async_to_streamed_response_wrapper(resource.delete)
        self._content = async_to_custom_streamed_response_wrapper(
            resource.content, AsyncStreamedBinaryAPIResponse
        )
        self._info = async_to_streamed_response_wrapper(resource.info)

    def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FileCreateResponse]]:
        """See `AsyncFiles.create`."""
        return self._create(file=file, purpose=purpose, **options)

    def list(
        self, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FileListResponse]]:
        """See `AsyncFiles.list`."""
        return self._list(**options)

    def delete(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FileDeleteResponse]]:
        """See `AsyncFiles.delete`."""
        return self._delete(file_id, **options)

    def content(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncStreamedBinaryAPIResponse]:
        """See `AsyncFiles.content`."""
        return self._content(file_id, **options)

    def info(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> AsyncResponseContextManager[AsyncAPIResponse[FileInfoResponse]]:
        """See `AsyncFiles.info`."""
        return self._info(file_id, **options)
