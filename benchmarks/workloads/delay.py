"""The delay until user code gets an event, and the lag of the event loop, while streams run at a given rate.

The server puts the time into every event (all processes share the clock), so the delay is from its write to user
code. The lag is measured by a task that sleeps 5 ms at a time.
"""

from __future__ import annotations

import asyncio
import time

from ..clients import build_async
from ..spec import Result, Spec
from .clock import Stopwatch, check, percentile

_SLEEP_S = 0.005


async def measure(spec: Spec) -> Result:
    """Read ``streams`` concurrent streams, each with ``events`` at ``hertz``."""
    streams, events, hertz = (int(spec.params[name]) for name in ("streams", "events", "hertz"))
    client = build_async(spec.client, spec.url, streams)
    await client.watch("paced-1000-5", lambda _: None)
    firsts: list[float] = []
    tokens: list[float] = []
    lags: list[float] = []

    async def one(number: int) -> None:
        # Started one after another within a period, so that their events do not coincide.
        await asyncio.sleep(number / streams / hertz)
        seen = 0

        def note(id: str) -> None:
            nonlocal seen
            seen += 1
            if (written := int(id)) > 0:
                (firsts if seen == 1 else tokens).append((time.monotonic_ns() - written) / 1e3)

        await client.watch(f"paced-{hertz}-{events}", note)
        check(seen, events + 1)

    async def lag() -> None:
        while True:
            due = time.perf_counter() + _SLEEP_S
            await asyncio.sleep(_SLEEP_S)
            lags.append((time.perf_counter() - due) * 1e6)

    meter = asyncio.create_task(lag())
    with Stopwatch() as watch:
        await asyncio.gather(*(one(number) for number in range(streams)))
    meter.cancel()
    await client.close()
    return watch.result(
        streams * events,
        requests=1 + streams,
        first_p50_us=percentile(firsts, 0.5),
        first_p99_us=percentile(firsts, 0.99),
        token_p50_us=percentile(tokens, 0.5),
        token_p99_us=percentile(tokens, 0.99),
        lag_p99_us=percentile(lags, 0.99),
    )
