"""The definition of a function, as a TypedDict."""

from typing import Optional

from .._typing import Required, TypedDict
from .function_parameters import FunctionParameters


class FunctionDefinition(TypedDict, total=False):
    """A function that the model may call."""

    name: Required[str]
    """The function's name: letters, digits, underscores and dashes, at most 64 characters."""
    description: str
    """What the function does; the model uses it to decide when to call the function."""
    parameters: FunctionParameters
    """The arguments as a JSON Schema object. Without it the function takes no arguments."""
    strict: Optional[bool]
    """Whether the arguments must match the schema exactly; default False."""
