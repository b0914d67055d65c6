"""A tool call of the model, which the caller must execute."""

from __future__ import annotations

import msgspec

from .._model import BaseModel


class Function(BaseModel):
    """The function to call, with its arguments."""

    name: str = ""
    """The function's name, as in the request's ``tools``."""
    arguments: str = ""
    """The arguments as JSON text, not parsed: the model may write invalid JSON or arguments that do not
    exist."""


class ChatCompletionMessageToolCall(BaseModel):
    """A tool call. Send its result in a message of role ``tool`` with its ``id``."""

    id: str = ""
    """The id to send back as ``tool_call_id``. Its form depends on the model."""
    type: str = ""
    """Always ``function``."""
    function: Function = msgspec.field(default_factory=Function)
    """The function and its arguments."""
