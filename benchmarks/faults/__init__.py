"""``python -m benchmarks faults``: the same misfortunes for aiogroq and the official package, side by side, as measured."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    """Run the scenarios; 1 where ours is not right in all."""
    from .run import main as run

    return run(arguments)
