"""`FileCreateParams`, at its official address."""

from .create_params import FileCreateParams as FileCreateParams

__all__ = ["FileCreateParams"]
