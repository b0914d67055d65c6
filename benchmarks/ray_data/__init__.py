"""``python -m benchmarks ray``: jobs on Ray Data, with kills and without, beside Ray alone and its own HTTP processor."""

from __future__ import annotations

from .run import main as main
