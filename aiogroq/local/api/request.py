"""One API request as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Call:
    """One request as the operations see it."""

    method: str
    path: str
    """As sent, without the query."""
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    request_id: str = ""
    request_headers: Mapping[str, str] | None = None
    """`None` for the lines of a batch, whose key was checked when the batch was made."""
    target: str = ""
    """The id in the path, decoded."""
    model: str = ""
    """Set by operations that count against a model's rate limits."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    """What the response says of its usage."""
