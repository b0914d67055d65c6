"""The parameters of a function."""

from .._typing import TypeAlias

FunctionParameters: TypeAlias = dict[str, object]
"""A JSON Schema object that describes the arguments of a function."""
