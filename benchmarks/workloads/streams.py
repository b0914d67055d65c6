"""Streams of 1,001 events at a fixed concurrency, at maximum speed. The unit is an event."""

from __future__ import annotations

from ..clients import build_async
from ..load.responses import EVENTS, TOKEN
from ..spec import Result, Spec
from .chat import spread
from .clock import Stopwatch, check

CHARACTERS = (EVENTS - 1) * len(TOKEN)


async def measure(spec: Spec) -> Result:
    """Read ``count`` streams, ``concurrent`` at a time."""
    concurrent, count = int(spec.params["concurrent"]), int(spec.params["count"])
    client = build_async(spec.client, spec.url, concurrent)

    async def one() -> None:
        check(await client.stream("stream"), (EVENTS, CHARACTERS))

    await one()
    with Stopwatch() as watch:
        await spread(one, concurrent, count)
    await client.close()
    return watch.result(count * EVENTS, requests=1 + count)
