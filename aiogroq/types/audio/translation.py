"""`Translation`, at its official address."""

from . import Translation as Translation

__all__ = ["Translation"]
