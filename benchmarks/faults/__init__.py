"""``python -m benchmarks faults``: the same failures with aiogroq and the official package, side by side."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    """Run the scenarios. Return 1 unless aiogroq is right in all of them."""
    from .run import main as run

    return run(arguments)
