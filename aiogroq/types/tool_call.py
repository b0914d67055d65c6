"""`ToolCall`: a call of a tool that runs here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class ToolCall(msgspec.Struct, frozen=True):
    """A call that the model makes. A tool whose first parameter has this type gets it; so does ``approve``."""

    id: str
    """The id of the call, as in the messages."""
    name: str
    """The name of the tool."""
    arguments: Mapping[str, Any]
    """The decoded arguments by name. Arguments that the model left out are missing."""
    messages: tuple[Mapping[str, Any], ...] = ()
    """The conversation up to this call, without the message that makes it."""

    def __repr__(self) -> str:
        return f"ToolCall(id={self.id!r}, name={self.name!r}, arguments={self.arguments!r})"
