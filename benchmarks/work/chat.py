"""Chat requests at a fixed concurrency; also large prompts and refusals (413)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ..clients import build_async
from ..load.answers import TEXT
from ..spec import Found, Spec
from .clock import Stopwatch, check


async def measure(spec: Spec) -> Found:
    """``concurrent`` workers do ``count`` requests. ``refused`` asks for the 413; ``prompt_bytes`` is the prompt's size."""
    concurrent, count = int(spec.params["concurrent"]), int(spec.params["count"])
    client = build_async(spec.client, spec.url, concurrent)
    prompt = "x" * int(spec.params.get("prompt_bytes", 60))
    refused = bool(spec.params.get("refused"))

    async def one() -> None:
        if refused:
            check(await client.refused("too-large", prompt), 413)
        else:
            check(await client.chat("chat", prompt), TEXT)

    # Warm: every connection that will be needed is there, and every path was taken.
    warm = max(concurrent, int(spec.params.get("warm", 50)))
    await spread(one, concurrent, warm)
    with Stopwatch() as watch:
        await spread(one, concurrent, count)
    await client.close()
    return watch.found(count, requests=warm + count)


async def spread(one: Callable[[], Awaitable[object]], concurrent: int, count: int) -> None:
    """Do *one* so many times, so many at a time."""
    left = count

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await one()

    await asyncio.gather(*(worker() for _ in range(min(concurrent, count))))
