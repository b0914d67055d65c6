"""How many inputs the fuzzers try: few and always the same ones, unless somebody asks for more.

``AIOGROQ_FUZZ_SEEDS=1000 pytest tests/protocol tests/client/test_boundaries.py`` tries that many new ones, drawn anew in every run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

SEEDS = int(os.environ.get("AIOGROQ_FUZZ_SEEDS", "0"))


def fuzzed(usual: int) -> Callable[[Any], Any]:
    """Decorates a property: ``usual`` examples, or as many as were asked for."""
    asked_for = {"max_examples": SEEDS or usual, "derandomize": not SEEDS}
    return settings(deadline=None, suppress_health_check=list(HealthCheck), **asked_for)


def seeds(usual: int) -> range:
    """Seeds of a fuzzer of our own: the first ``usual`` ones, or as many beyond them as were asked for."""
    return range(usual, usual + SEEDS) if SEEDS else range(usual)
