"""An embedded Groq-compatible server for tests, demos and work without a key or a network."""

from __future__ import annotations

from .faults import Fault
from .multipart import Part
from .rate_limits import RateLimit
from .request_log import ReceivedRequest
from .serve import serve
from .server import LocalGroq

__all__ = ["Fault", "LocalGroq", "Part", "RateLimit", "ReceivedRequest", "serve"]
