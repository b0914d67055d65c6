"""``python -m benchmarks shared``: one rate limit shared by many processes through Redis, beside processes that do not share."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    """Run the scenarios and write the tables. Return 1 if a bound is missed, or a process failed."""
    from .run import main as run

    return run(arguments)
