"""`FunctionDefinition`, at its official address."""

from . import FunctionDefinition as FunctionDefinition

__all__ = ["FunctionDefinition"]
