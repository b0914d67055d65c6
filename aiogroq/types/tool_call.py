"""`ToolCall`: a call of a tool that runs here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ToolCall:
    """A call that the model makes. A tool whose first parameter has this type gets it; so does ``approve``."""

    id: str
    """The id of the call, as in the messages."""
    name: str
    """The name of the tool."""
    arguments: Mapping[str, Any]
    """The decoded arguments by name. Arguments that the model left out are missing."""
    messages: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    """The conversation up to this call, without the message that makes it."""
