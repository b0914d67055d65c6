"""Types that several resources use, at the addresses of the official package."""

from .error_object import Debug, ErrorObject
from .function_definition import FunctionDefinition
from .function_parameters import FunctionParameters

__all__ = ["Debug", "ErrorObject", "FunctionDefinition", "FunctionParameters"]
