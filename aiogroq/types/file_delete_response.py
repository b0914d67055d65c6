"""`FileDeleteResponse`, at its official address."""

from .files import FileDeleteResponse as FileDeleteResponse

__all__ = ["FileDeleteResponse"]
