"""aiogroq without a job: `asyncio.gather` and a semaphore. The CPU of a job is compared with it."""

from __future__ import annotations

from collections.abc import Callable

from ..spec import JobSpec, Tally
from .gathered import gathered

PACKAGES = ("aiogroq",)


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job. Options are those of the client."""
    import aiohttp  # noqa: F401 -- the first client imports it

    import aiogroq

    return gathered(aiogroq, spec, tally)
