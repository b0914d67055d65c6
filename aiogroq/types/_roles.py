"""The fields that a request message may have, by role.

The message of a response has more fields than a request may have, and the service rejects a request with an
unknown field (400). So a response message cannot be sent back unchanged.
"""

from __future__ import annotations

from typing import Final

REQUEST_FIELDS: Final[dict[str, frozenset[str]]] = {
    "system": frozenset({"role", "content"}),
    "developer": frozenset({"role", "content"}),
    "user": frozenset({"role", "content"}),
    "assistant": frozenset({"role", "content", "reasoning", "tool_calls", "function_call"}),
    "tool": frozenset({"role", "content", "tool_call_id"}),
    "function": frozenset({"role", "content", "name"}),
}
"""The role of a message to the fields that it may have in a request. ``name`` is not among them: the service
documents a 400 for it."""
