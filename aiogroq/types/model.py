"""`Model`, at its official address."""

from .models import Model as Model

__all__ = ["Model"]
