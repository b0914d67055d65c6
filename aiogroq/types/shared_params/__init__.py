"""Parameter types that several resources use, at the addresses of the official package."""

from .function_definition import FunctionDefinition
from .function_parameters import FunctionParameters

__all__ = ["FunctionDefinition", "FunctionParameters"]
