"""`ErrorObject`, at its official address."""

from . import Debug as Debug
from . import ErrorObject as ErrorObject

__all__ = ["Debug", "ErrorObject"]
