"""`FunctionParameters`, at its official address."""

from . import FunctionParameters as FunctionParameters

__all__ = ["FunctionParameters"]
