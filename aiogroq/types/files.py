"""Response types of the files endpoints. The content of a file is bytes and has no type here."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ._model import BaseModel
from ._pages import PageModel
from ._typing import TypeAlias


class FileObject(BaseModel):
    """A file in Groq's storage."""

    id: str = ""
    """The id of the file (``file_...``)."""
    object: str = ""
    """Always ``file``."""
    bytes: int = 0
    """The size in bytes."""
    created_at: int = 0
    """Creation time, Unix seconds."""
    filename: str = ""
    """The file name given in the upload."""
    purpose: str = ""
    """``batch`` for input, ``batch_output`` for the output of a batch."""
    status: str | None = None
    """The processing state, such as ``processed``, from servers that send one. Groq does not."""


FileCreateResponse: TypeAlias = FileObject
"""The response to uploading a file."""
FileInfoResponse: TypeAlias = FileObject
"""The response to retrieving a file."""


class FileListResponse(PageModel):
    """One page of the organization's files. Groq sends all of them in one."""

    object: str = ""
    """Always ``list``."""
    data: list[FileObject] = msgspec.field(default_factory=list[FileObject])
    """The files."""

    def __iter__(self) -> Iterator[FileObject]:
        return self._items()


class FileDeleteResponse(BaseModel):
    """The response to deleting a file."""

    id: str = ""
    """The id of the file."""
    object: str = ""
    """Always ``file``."""
    deleted: bool = False
    """Whether the file was deleted."""
