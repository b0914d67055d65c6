"""`BatchCreateParams`, at its official address."""

from .create_params import BatchCreateParams as BatchCreateParams

__all__ = ["BatchCreateParams"]
