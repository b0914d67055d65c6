"""Whether the cost of a request and the memory of the process grow over many requests."""

from __future__ import annotations

import gc

from .. import machine
from ..clients import build_async
from ..load.responses import TEXT
from ..spec import Result, Spec
from .chat import spread
from .clock import Stopwatch, check

_CONCURRENT = 50


async def measure(spec: Spec) -> Result:
    """Send ``count`` requests in ten equal parts, after a warm-up of one hundred."""
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
    # Compare the halves by their median part, so that one disturbed part has no effect.
    first, second = sorted(parts[:5])[2], sorted(parts[5:])[2]
    values["second_half_to_first"] = second / first
    return Result(units=count, cpu_s=cpu_s, wall_s=wall_s, values=values, requests=count + 100)
