"""Streams of 1,001 events at a fixed concurrency, as fast as client and server go. The unit is an event."""

from __future__ import annotations

from ..clients import build_async
from ..load.answers import EVENTS, TOKEN
from ..spec import Found, Spec
from .chat import spread
from .clock import Stopwatch, check

LETTERS = (EVENTS - 1) * len(TOKEN)


async def measure(spec: Spec) -> Found:
    """``concurrent`` at a time, ``count`` in all."""
    concurrent, count = int(spec.params["concurrent"]), int(spec.params["count"])
    client = build_async(spec.client, spec.url, concurrent)

    async def one() -> None:
        check(await client.stream("stream"), (EVENTS, LETTERS))

    await one()
    with Stopwatch() as watch:
        await spread(one, concurrent, count)
    await client.close()
    return watch.found(count * EVENTS, requests=1 + count)
