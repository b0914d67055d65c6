"""Chat requests at a fixed concurrency; also large prompts and error responses (413)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ..clients import build_async
from ..load.responses import TEXT
from ..spec import Result, Spec
from .clock import Stopwatch, check


async def measure(spec: Spec) -> Result:
    """Send ``count`` requests from ``concurrent`` workers. ``rejected`` requests a 413; ``prompt_bytes`` is the size of the prompt."""
    concurrent, count = int(spec.params["concurrent"]), int(spec.params["count"])
    client = build_async(spec.client, spec.url, concurrent)
    prompt = "x" * int(spec.params.get("prompt_bytes", 60))
    rejected = bool(spec.params.get("rejected"))

    async def one() -> None:
        if rejected:
            check(await client.error_status("too-large", prompt), 413)
        else:
            check(await client.chat("chat", prompt), TEXT)

    # Warm up: open all connections and run every code path once.
    warm = max(concurrent, int(spec.params.get("warm", 50)))
    await spread(one, concurrent, warm)
    with Stopwatch() as watch:
        await spread(one, concurrent, count)
    await client.close()
    return watch.result(count, requests=warm + count)


async def spread(one: Callable[[], Awaitable[object]], concurrent: int, count: int) -> None:
    """Call *one* *count* times, *concurrent* at a time."""
    left = count

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await one()

    await asyncio.gather(*(worker() for _ in range(min(concurrent, count))))
