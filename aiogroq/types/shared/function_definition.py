"""The definition of a function, as a Struct."""

from __future__ import annotations

from typing import Any

from .._model import BaseModel


class FunctionDefinition(BaseModel):
    """A function that the model may call, as a Struct. `shared_params` has it as a TypedDict."""

    name: str = ""
    """The function's name: letters, digits, underscores and dashes, at most 64 characters."""
    description: str | None = None
    """What the function does; the model uses it to decide when to call the function."""
    parameters: dict[str, Any] | None = None
    """The arguments as a JSON Schema object."""
    strict: bool | None = None
    """Whether the arguments must match the schema exactly."""
