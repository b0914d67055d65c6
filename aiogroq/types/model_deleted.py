"""`ModelDeleted`, at its official address."""

from .models import ModelDeleted as ModelDeleted

__all__ = ["ModelDeleted"]
