"""Parameter shapes that several resources use."""

from typing import Optional

from .._typing import Required, TypeAlias, TypedDict

FunctionParameters: TypeAlias = dict[str, object]
"""A JSON Schema object that describes the arguments of a function."""


class FunctionDefinition(TypedDict, total=False):
    """A function that the model may call."""

    name: Required[str]
    """Its name: letters, digits, underscores and dashes, at most 64."""
    description: str
    """What it does, for the model to decide when to call it."""
    parameters: FunctionParameters
    """Its arguments, as a JSON Schema object. Left out, it takes none."""
    strict: Optional[bool]
    """Whether arguments must follow the schema exactly."""
