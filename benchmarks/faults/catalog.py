"""All scenarios: importing this module registers them."""

from __future__ import annotations

from . import answers, life, network, streams
from .scenario import SCENARIOS

__all__ = ["SCENARIOS", "answers", "life", "network", "streams"]
