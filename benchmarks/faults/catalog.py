"""All scenarios. Importing a module registers its scenarios; the order of the imports is the order of the table."""

# isort: off
from __future__ import annotations

from . import responses, stream_ends, files, lifecycle, exhaustion, network, requests, streams, tls, uploads
from .scenario import SCENARIOS

__all__ = [
    "SCENARIOS",
    "exhaustion",
    "files",
    "lifecycle",
    "network",
    "requests",
    "responses",
    "stream_ends",
    "streams",
    "tls",
    "uploads",
]
