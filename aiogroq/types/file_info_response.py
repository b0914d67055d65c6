"""`FileInfoResponse`, at its official address."""

from .files import FileInfoResponse as FileInfoResponse

__all__ = ["FileInfoResponse"]
