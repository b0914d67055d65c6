"""The official package with `asyncio.gather` and a semaphore: what most programs do. Its own retries handle the 429s."""

from __future__ import annotations

from collections.abc import Callable

from ..spec import JobSpec, Tally
from .gathered import gathered

PACKAGES = ("groq",)


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job. Options are those of the client, such as ``max_retries``."""
    import groq

    return gathered(groq, spec, tally)
