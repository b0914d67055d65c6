"""`FileCreateResponse`, at its official address."""

from .files import FileCreateResponse as FileCreateResponse

__all__ = ["FileCreateResponse"]
