"""`FileListResponse`, at its official address."""

from .files import FileListResponse as FileListResponse
from .files import FileObject as Data

__all__ = ["Data", "FileListResponse"]
