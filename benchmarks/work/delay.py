"""How late user code gets what has arrived, and how late the loop is, while streams run at a given rate.

The server writes the time into every event (one clock for all processes of the machine), so the delay is from its
write to the user's code. The loop's lag is that of a task that sleeps 5 ms at a time.
"""

from __future__ import annotations

import asyncio
import time

from ..clients import build_async
from ..spec import Found, Spec
from .clock import Stopwatch, check, percentile

_NAP_S = 0.005


async def measure(spec: Spec) -> Found:
    """``streams`` at once, each of ``events`` at ``hertz``."""
    streams, events, hertz = (int(spec.params[name]) for name in ("streams", "events", "hertz"))
    client = build_async(spec.client, spec.url, streams)
    await client.watch("paced-1000-5", lambda _: None)
    firsts: list[float] = []
    tokens: list[float] = []
    lags: list[float] = []

    async def one(number: int) -> None:
        # Begun one after another within a period, so that they do not all speak at the same time.
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
            due = time.perf_counter() + _NAP_S
            await asyncio.sleep(_NAP_S)
            lags.append((time.perf_counter() - due) * 1e6)

    meter = asyncio.create_task(lag())
    with Stopwatch() as watch:
        await asyncio.gather(*(one(number) for number in range(streams)))
    meter.cancel()
    await client.close()
    return watch.found(
        streams * events,
        requests=1 + streams,
        first_p50_us=percentile(firsts, 0.5),
        first_p99_us=percentile(firsts, 0.99),
        token_p50_us=percentile(tokens, 0.5),
        token_p99_us=percentile(tokens, 0.99),
        lag_p99_us=percentile(lags, 0.99),
    )
