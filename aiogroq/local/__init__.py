"""An embedded Groq-compatible server for tests, demos and work without a key or a network."""

from __future__ import annotations

from .faults import Fault
from .journal import ReceivedRequest
from .limits import RateLimit
from .multipart import Part
from .serve import serve
from .server import LocalGroq

__all__ = ["Fault", "LocalGroq", "Part", "RateLimit", "ReceivedRequest", "serve"]
