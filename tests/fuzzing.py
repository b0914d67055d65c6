"""How many inputs the fuzz tests use: a few fixed ones by default. All tests with hypothesis have fixed ones by default.

``AIOGROQ_FUZZ_SEEDS=1000 pytest tests/protocol tests/client/test_boundaries.py`` uses that many new random inputs in each run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

SEEDS = int(os.environ.get("AIOGROQ_FUZZ_SEEDS", "0"))

# A test of a change fails because of the change, and not because of an input that was never tried before.
settings.register_profile("fixed", derandomize=True)
if not SEEDS:
    settings.load_profile("fixed")


def fuzzed(usual: int) -> Callable[[Any], Any]:
    """Return a decorator for a property: ``usual`` fixed examples, or AIOGROQ_FUZZ_SEEDS random ones."""
    return settings(max_examples=SEEDS or usual, deadline=None, suppress_health_check=list(HealthCheck))


def seeds(usual: int) -> range:
    """Return the seeds of a fuzzer that does not use hypothesis: the first ``usual`` ones, or AIOGROQ_FUZZ_SEEDS others."""
    return range(usual, usual + SEEDS) if SEEDS else range(usual)
