"""Shapes that several resources use: the error object, debug data, function definitions."""

from __future__ import annotations

from typing import Any

from .._model import BaseModel
from .._typing import TypeAlias

FunctionParameters: TypeAlias = dict[str, object]
"""A JSON Schema object that describes the arguments of a function."""


class Debug(BaseModel):
    """The tokens as the model saw and wrote them. Only sent when the request had ``debug=True``."""

    input_token_ids: list[int] | None = None
    """Ids of the prompt's tokens."""
    input_tokens: list[str] | None = None
    """Texts of the prompt's tokens."""
    output_token_ids: list[int] | None = None
    """Ids of the answer's tokens."""
    output_tokens: list[str] | None = None
    """Texts of the answer's tokens."""


class ErrorObject(BaseModel):
    """The ``error`` of an error answer, or of an ``error`` event inside a stream."""

    message: str = ""
    """What went wrong, for people."""
    type: str = ""
    """The kind of error, such as ``invalid_request_error``; for rate limits ``tokens`` or ``requests``."""
    param: str | None = None
    """The request parameter at fault."""
    code: str | None = None
    """The machine-readable reason, such as ``tool_use_failed``. Often absent."""
    failed_generation: str | dict[str, Any] | None = None
    """What the model wrote when that was no valid tool call or no valid JSON."""
    schema_path: str | None = None
    """Where in the JSON schema the check failed."""
    schema_path_segments: list[str] | None = None
    """``schema_path`` cut into its keys."""
    schema_kind: str | None = None
    """Which schema failed, by kind."""
    schema_code: str | None = None
    """The reason that the schema failed, machine-readable."""
    status_code: int | None = None
    """In a stream, whose HTTP status was 200 already: the status that the error would have had."""
    debug: Debug | None = None
    """Tokens of the failed answer, when asked for."""


class FunctionDefinition(BaseModel):
    """A function that the model may call, as an object. `shared_params` has it as a TypedDict."""

    name: str = ""
    """Its name: letters, digits, underscores and dashes, at most 64."""
    description: str | None = None
    """What it does, for the model to decide when to call it."""
    parameters: dict[str, Any] | None = None
    """Its arguments, as a JSON Schema object."""
    strict: bool | None = None
    """Whether arguments must follow the schema exactly."""
