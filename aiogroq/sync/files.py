# Written by python tools/sync_facade.py from aiogroq/resources/files.py. Do not edit.
"""Sync versions of ``aiogroq/resources/files.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..resources._base import View, view
from ..types._params import CallOptions, FileTypes
from ..types._typing import Unpack
from ..types.files import FileCreateResponse, FileDeleteResponse, FileInfoResponse, FileListResponse
from ._base import SyncResource, run, to_sync
from .pages import first_page
from .response import (
    APIResponse,
    BinaryAPIResponse,
    ResponseContextManager,
    StreamedBinaryAPIResponse,
    to_custom_raw_response_wrapper,
    to_custom_streamed_response_wrapper,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)

if TYPE_CHECKING:
    from ..resources.files import AsyncFiles


class FilesWithRawResponse(View):
    """The methods of `Files`, which here return the response."""

    def __init__(self, resource: Files) -> None:
        super().__init__(resource)
        self._create = to_raw_response_wrapper(resource.create)
        self._list = to_raw_response_wrapper(resource.list)
        self._delete = to_raw_response_wrapper(resource.delete)
        self._content = to_custom_raw_response_wrapper(resource.content, BinaryAPIResponse)
        self._info = to_raw_response_wrapper(resource.info)

    def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> APIResponse[FileCreateResponse]:
        """See `Files.create`."""
        return self._create(file=file, purpose=purpose, **options)

    def list(self, **options: Unpack[CallOptions]) -> APIResponse[FileListResponse]:
        """See `Files.list`."""
        return self._list(**options)

    def delete(self, file_id: str, **options: Unpack[CallOptions]) -> APIResponse[FileDeleteResponse]:
        """See `Files.delete`."""
        return self._delete(file_id, **options)

    def content(self, file_id: str, **options: Unpack[CallOptions]) -> BinaryAPIResponse:
        """See `Files.content`."""
        return self._content(file_id, **options)

    def info(self, file_id: str, **options: Unpack[CallOptions]) -> APIResponse[FileInfoResponse]:
        """See `Files.info`."""
        return self._info(file_id, **options)


class FilesWithStreamingResponse(View):
    """The methods of `Files`, which here leave the body unread on the connection."""

    def __init__(self, resource: Files) -> None:
        super().__init__(resource)
        self._create = to_streamed_response_wrapper(resource.create)
        self._list = to_streamed_response_wrapper(resource.list)
        self._delete = to_streamed_response_wrapper(resource.delete)
        self._content = to_custom_streamed_response_wrapper(resource.content, StreamedBinaryAPIResponse)
        self._info = to_streamed_response_wrapper(resource.info)

    def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FileCreateResponse]]:
        """See `Files.create`."""
        return self._create(file=file, purpose=purpose, **options)

    def list(self, **options: Unpack[CallOptions]) -> ResponseContextManager[APIResponse[FileListResponse]]:
        """See `Files.list`."""
        return self._list(**options)

    def delete(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FileDeleteResponse]]:
        """See `Files.delete`."""
        return self._delete(file_id, **options)

    def content(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[StreamedBinaryAPIResponse]:
        """See `Files.content`."""
        return self._content(file_id, **options)

    def info(
        self, file_id: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[FileInfoResponse]]:
        """See `Files.info`."""
        return self._info(file_id, **options)


class Files(SyncResource):
    """Files: the input of batches and their results."""

    _async: AsyncFiles

    with_raw_response: view[FilesWithRawResponse] = view(FilesWithRawResponse)
    with_streaming_response: view[FilesWithStreamingResponse] = view(FilesWithStreamingResponse)

    def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> FileCreateResponse:
        """Upload a file: JSON lines, one request a line, for ``purpose="batch"``.

        ``file`` is bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple
        ``(name, content[, type[, headers]])``. It is never read into memory as a whole.
        Raises `TypeError` for anything else, `OSError` for a path that cannot be read, `RequestTooLargeError`.
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.create(file=file, purpose=purpose, **options)))

    def list(self, **options: Unpack[CallOptions]) -> FileListResponse:
        """Return the files of the organization, in ``data``.

        ``for file in client.files.list()`` goes through all pages, where a server sends several. Groq sends one.
        """
        __tracebackhide__ = True
        return first_page(self._async.list(**options))

    def delete(self, file_id: str, **options: Unpack[CallOptions]) -> FileDeleteResponse:
        """Delete a file. Raises `NotFoundError` for an unknown id."""
        __tracebackhide__ = True
        return to_sync(run(self._async.delete(file_id, **options)))

    def content(self, file_id: str, **options: Unpack[CallOptions]) -> BinaryAPIResponse:
        """Return the content of a file, read completely; `with_streaming_response` leaves it on the connection.

        Raises `NotFoundError` for an unknown id, `APIConnectionError` for a truncated response.
        """
        __tracebackhide__ = True
        return to_sync(run(self._async.content(file_id, **options)))

    def info(self, file_id: str, **options: Unpack[CallOptions]) -> FileInfoResponse:
        """Return the metadata of a file: its name, its size in bytes, the time of its creation."""
        __tracebackhide__ = True
        return to_sync(run(self._async.info(file_id, **options)))
