"""A tool call that the model asks its caller to carry out."""

from __future__ import annotations

import msgspec

from aiogroq.types._model import BaseModel


class Function(BaseModel):
    """Which function to call, and with what."""

    name: str = ""
    """The function's name, as the request's ``tools`` gave it."""
    arguments: str = ""
    """The arguments as JSON text, unparsed: the model may write invalid JSON or arguments that do not exist."""


class ChatCompletionMessageToolCall(BaseModel):
    """One call. Answer it with a message of role ``tool`` that carries its ``id``."""

    id: str = ""
    """What the answering message names as ``tool_call_id``. Its form differs by model."""
    type: str = ""
    """``function``."""
    function: Function = msgspec.field(default_factory=Function)
    """The function and its arguments."""
