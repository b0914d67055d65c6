"""All scenarios: importing this module registers them."""

from __future__ import annotations

from . import answers, ends, files, life, limits, network, requests, streams, tls, uploads
from .scenario import SCENARIOS

__all__ = [
    "SCENARIOS",
    "answers",
    "ends",
    "files",
    "life",
    "limits",
    "network",
    "requests",
    "streams",
    "tls",
    "uploads",
]
