"""``python -m benchmarks jobs``: one job under a rate limit with aiogroq.jobs and other libraries, and the CPU of a job."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    """Run the clients. Return 1 if aiogroq misses a bound, or a client failed."""
    # Imported late: the processes of the clients import this package in environments without msgspec.
    from .run import main as run

    return run(arguments)
