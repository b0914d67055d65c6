"""The error object of error responses and of ``error`` events in streams."""

from __future__ import annotations

from typing import Any

from .._model import BaseModel


class Debug(BaseModel):
    """The input and output tokens of the model. Sent only if the request had ``debug=True``."""

    input_token_ids: list[int] | None = None
    """The ids of the prompt tokens."""
    input_tokens: list[str] | None = None
    """The texts of the prompt tokens."""
    output_token_ids: list[int] | None = None
    """The ids of the generated tokens."""
    output_tokens: list[str] | None = None
    """The texts of the generated tokens."""


class ErrorObject(BaseModel):
    """The ``error`` of an error response, or of an ``error`` event in a stream."""

    message: str = ""
    """A description of the error."""
    type: str = ""
    """The kind of error, such as ``invalid_request_error``; for rate limits ``tokens`` or ``requests``."""
    param: str | None = None
    """The request parameter that caused the error."""
    code: str | None = None
    """A machine-readable error code, such as ``tool_use_failed``. Often missing."""
    failed_generation: str | dict[str, Any] | None = None
    """The text that the model generated, if it was no valid tool call or no valid JSON."""
    schema_path: str | None = None
    """The path in the JSON schema at which validation failed."""
    schema_path_segments: list[str] | None = None
    """``schema_path`` split into its keys."""
    schema_kind: str | None = None
    """The kind of the schema that failed."""
    schema_code: str | None = None
    """A machine-readable code of the schema failure."""
    status_code: int | None = None
    """In a stream, whose HTTP status was already 200: the status code of the error."""
    debug: Debug | None = None
    """The tokens of the failed generation, if the request had ``debug=True``."""
