"""What a message may carry when it is sent, by role.

An answer's message has more keys than a request may have, and the service refuses a request with a key that it does
not know (400), so an answer cannot simply be sent back.
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
"""Role to the keys of a request message. ``name`` is left out: the service documents a 400 for it."""
