"""``python -m benchmarks soak``: long traffic with faults against the embedded server. Every request is accounted for."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    """Run the soak. Return 1 if it found a problem."""
    from .run import main as run

    return run(arguments)
