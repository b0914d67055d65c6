"""One API request as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..limiter import Charge


@dataclass(slots=True)
class ApiRequest:
    """One request, and what the endpoint reports about it."""

    method: str
    path: str
    """As sent, without the query."""
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    request_id: str = ""
    request_headers: Mapping[str, str] | None = None
    """`None` for a line of a batch: the key was checked when the batch was created."""
    is_replaced: bool = False
    """Whether a fault replaces the response: the request then takes no reply."""
    target: str = ""
    """The id in the path, decoded. Set by the router."""
    model: str = ""
    """Set by endpoints that count against the rate limits of a model."""
    charge: Charge | None = None
    """What was counted against the rate limits, to be settled at the end of the response."""
    limit_kind: str = ""
    """The kind of rate limit that rejected the request, such as `TPM`."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    """The usage that the response reports."""

    @property
    def is_batch_line(self) -> bool:
        """Whether this request is a line of a batch."""
        return self.request_headers is None
