"""``/files``."""

from __future__ import annotations

from typing import Literal

from ..protocol.request import BYTES, build, build_form
from ..protocol.urls import path
from ..response import AsyncBinaryAPIResponse
from ..types._omit import is_omitted
from ..types._params import CallOptions, FileTypes
from ..types._typing import Unpack
from ..types.files import (
    FileCreateResponse,
    FileDeleteResponse,
    FileInfoResponse,
    FileListResponse,
    FileObject,
)
from ._base import AsyncResource, view
from ._pages import AsyncPaginator, paginator
from ._views.files import (
    AsyncFilesWithRawResponse,
    AsyncFilesWithStreamingResponse,
)


class AsyncFiles(AsyncResource):
    """Files: the input of batches and their results."""

    with_raw_response: view[AsyncFilesWithRawResponse] = view(AsyncFilesWithRawResponse)
    with_streaming_response: view[AsyncFilesWithStreamingResponse] = view(AsyncFilesWithStreamingResponse)

    async def create(
        self, *, file: FileTypes, purpose: Literal["batch"], **options: Unpack[CallOptions]
    ) -> FileCreateResponse:
        """Upload a file: JSON lines, one request a line, for ``purpose="batch"``.

        ``file`` is bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple
        ``(name, content[, type[, headers]])``. It is never read into memory as a whole.
        Raises `TypeError` for anything else, `OSError` for a path that cannot be read, `RequestTooLargeError`.
        """
        if file is None or is_omitted(file):  # pyright: ignore[reportUnnecessaryComparison]
            raise TypeError("file is missing: pass bytes, a path, an open file, or (name, content)")
        params = {"file": file, "purpose": purpose}
        return await self._transport.send(build_form("POST", "/files", FileCreateResponse, params, options))

    def list(self, **options: Unpack[CallOptions]) -> AsyncPaginator[FileObject, FileListResponse]:
        """Return the files of the organization, in ``data``.

        ``async for file in client.files.list()`` goes through all pages, where a server sends several. Groq sends one.
        """
        return paginator(self._transport, "/files", FileListResponse, options, {})

    async def delete(self, file_id: str, **options: Unpack[CallOptions]) -> FileDeleteResponse:
        """Delete a file. Raises `NotFoundError` for an unknown id."""
        url = path("/files/{file_id}", file_id=file_id)
        return await self._transport.send(build("DELETE", url, FileDeleteResponse, None, options))

    async def content(self, file_id: str, **options: Unpack[CallOptions]) -> AsyncBinaryAPIResponse:
        """Return the content of a file, read completely; `with_streaming_response` leaves it on the connection.

        Raises `NotFoundError` for an unknown id, `APIConnectionError` for a truncated response.
        """
        accept = {"Accept": "application/octet-stream"}
        url = path("/files/{file_id}/content", file_id=file_id)
        request = build("GET", url, AsyncBinaryAPIResponse, None, options, mode=BYTES, default_headers=accept)
        return await self._transport.send(request)

    async def info(self, file_id: str, **options: Unpack[CallOptions]) -> FileInfoResponse:
        """Return the metadata of a file: its name, its size in bytes, the time of its creation."""
        url = path("/files/{file_id}", file_id=file_id)
        return await self._transport.send(build("GET", url, FileInfoResponse, None, options))
