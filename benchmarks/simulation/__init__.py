"""``python -m benchmarks simulation``: 1 to 1,000 processes over one store of the rate limits, on a driven clock."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    """Run the simulations and write the table and the chart."""
    from .run import main as run

    return run(arguments)
