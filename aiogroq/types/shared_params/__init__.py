"""Parameter types that several resources use."""

from typing import Optional

from .._typing import Required, TypeAlias, TypedDict

FunctionParameters: TypeAlias = dict[str, object]
"""A JSON Schema object that describes the arguments of a function."""


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
