"""The CPU of calls in one process: ``python -m benchmarks.shared_limits.cost_child URL STORE COUNT CONCURRENT CORE``.

STORE is ``none`` for no pacing, ``memory``, or the URL of Redis. Prints the CPU and the time of COUNT requests, in seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

import aiohttp  # noqa: F401 -- the first client imports it

from aiogroq import AsyncGroq

from .. import machine
from .spec import KEY
from .worker import pacing_of

_RPM = 100_000_000
"""A limit that nothing reaches: the requests wait for nothing."""
_WARM_UP = 300


async def _run(url: str, store: str, count: int, concurrent: int) -> tuple[float, float]:
    pacing = None if store == "none" else pacing_of("" if store == "memory" else store, _RPM)
    async with AsyncGroq(api_key=KEY, base_url=url, pacing=pacing) as client:

        async def send(left: range) -> None:
            for _ in left:
                await client.chat.completions.create(
                    model="unlimited", messages=[{"role": "user", "content": "Good or bad?"}]
                )

        async def send_all(number: int) -> None:
            await asyncio.gather(*(send(range(number // concurrent)) for _ in range(concurrent)))

        await send_all(max(_WARM_UP, concurrent))
        cpu_s, started_at = time.process_time(), time.perf_counter()
        await send_all(count)
        return time.process_time() - cpu_s, time.perf_counter() - started_at


def main(url: str, store: str, count: str, concurrent: str, core: str) -> None:
    """Print the result as JSON."""
    machine.bind(int(core) if core else None)
    found = asyncio.run(_run(url, store, int(count), int(concurrent)))
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:6])
    os._exit(0)
