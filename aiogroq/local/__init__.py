"""An embedded Groq-compatible server for tests, demos and development without a key or a network.

`http/` talks to sockets, `api/` has the endpoints as functions of values, `model/` is the fake model. The modules here
are the public types and what the three packages share. Imports go from `http` to `api` to `model`, never back."""

from __future__ import annotations

from .faults import Fault
from .multipart import Part
from .rate_limits import Admission, RateLimit
from .request_log import ReceivedRequest
from .serve import serve
from .server import LocalGroq

__all__ = ["Admission", "Fault", "LocalGroq", "Part", "RateLimit", "ReceivedRequest", "serve"]
