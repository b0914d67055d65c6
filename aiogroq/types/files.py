"""What the service says about uploaded files. Their content is bytes and has no type here."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ._model import BaseModel, ListModel
from ._typing import TypeAlias


class FileObject(BaseModel):
    """A file in Groq's storage."""

    id: str = ""
    """What other requests name it by (``file_...``)."""
    object: str = ""
    """``file``."""
    bytes: int = 0
    """Its size in bytes."""
    created_at: int = 0
    """When it was uploaded or made, Unix seconds."""
    filename: str = ""
    """The name that the upload gave it."""
    purpose: str = ""
    """``batch`` for input, ``batch_output`` for what a batch wrote."""
    status: str | None = None
    """The state of processing, such as ``processed``, from servers that have one. Groq sends none."""


FileCreateResponse: TypeAlias = FileObject
"""What an upload answers."""
FileInfoResponse: TypeAlias = FileObject
"""What asking for one file answers."""


class FileListResponse(ListModel):
    """All files of the organization."""

    object: str = ""
    """``list``."""
    data: list[FileObject] = msgspec.field(default_factory=list[FileObject])
    """The files."""

    def __iter__(self) -> Iterator[FileObject]:
        return iter(self.data)


class FileDeleteResponse(BaseModel):
    """That a file was deleted."""

    id: str = ""
    """The file's id."""
    object: str = ""
    """``file``."""
    deleted: bool = False
    """Whether it is gone."""
