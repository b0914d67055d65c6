"""`ModelListResponse`, at its official address."""

from .models import ModelListResponse as ModelListResponse

__all__ = ["ModelListResponse"]
