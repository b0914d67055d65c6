"""Whether a request costs the same from the hundredth to the last, and whether anything grows."""

from __future__ import annotations

import gc

from .. import machine
from ..clients import build_async
from ..load.answers import TEXT
from ..spec import Found, Spec
from .chat import spread
from .clock import Stopwatch, check

_CONCURRENT = 50


async def measure(spec: Spec) -> Found:
    """``count`` requests, looked at in ten parts of the same size after the first hundred."""
    count = int(spec.params["count"])
    client = build_async(spec.client, spec.url, _CONCURRENT)

    async def one() -> None:
        check(await client.chat("chat", "x" * 60), TEXT)

    await spread(one, _CONCURRENT, 100)
    parts: list[float] = []
    values: dict[str, float] = {}
    cpu_s = wall_s = 0.0
    for part in range(10):
        with Stopwatch() as watch:
            await spread(one, _CONCURRENT, count // 10)
        parts.append(watch.cpu_s / (count // 10) * 1e6)
        values[f"part_{part}_us"] = parts[-1]
        cpu_s, wall_s = cpu_s + watch.cpu_s, wall_s + watch.wall_s
        if part == 0:
            gc.collect()
            values["rss_first_mib"] = machine.rss_bytes() / 2**20
            values["objects_first"] = len(gc.get_objects())
    gc.collect()
    values["rss_last_mib"] = machine.rss_bytes() / 2**20
    values["objects_last"] = len(gc.get_objects())
    await client.close()
    # The second half beside the first, each by its median part: one disturbed part decides nothing.
    first, second = sorted(parts[:5])[2], sorted(parts[5:])[2]
    values["second_half_to_first"] = second / first
    return Found(units=count, cpu_s=cpu_s, wall_s=wall_s, values=values, requests=count + 100)
