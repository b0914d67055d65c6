"""``python -m benchmarks soak``: long traffic with faults against the embedded server, and an account of every request."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    """Run it; 1 where anything was lost, wrong, or grew."""
    from .run import main as run

    return run(arguments)
