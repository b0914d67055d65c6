"""The memory of a client, of a request in flight and of an open stream."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any

from .. import machine
from ..clients import build_async
from ..load.process import ask
from ..spec import Result, Spec


async def measure(spec: Spec) -> Result:
    """Hold ``count`` of ``kind`` (``client``, ``request`` or ``stream``) at once."""
    count, kind = int(spec.params["count"]), str(spec.params["kind"])
    first = build_async(spec.client, spec.url, 1 if kind == "client" else count)
    await first.chat("chat", "warm")
    clients: list[Any] = []
    tasks: list[asyncio.Task[Any]] = []
    if kind != "client":
        # The memory of the first ones (imports, caches) is not counted.
        tasks = [_held(first, kind) for _ in range(10)]
        await _until_held(spec.control_url, 10)
        await asyncio.to_thread(ask, spec.control_url, "/release")
        await asyncio.gather(*tasks)
    gc.collect()
    before = machine.rss_bytes()
    started_at = time.perf_counter()
    if kind == "client":
        clients = [build_async(spec.client, spec.url) for _ in range(count)]
    else:
        tasks = [_held(first, kind) for _ in range(count)]
        await _until_held(spec.control_url, count)
    took_s = time.perf_counter() - started_at
    gc.collect()
    grown = machine.rss_bytes() - before
    if kind != "client":
        await asyncio.to_thread(ask, spec.control_url, "/release")
        await asyncio.gather(*tasks)
    for client in [*clients, first]:
        await client.close()
    return Result(units=count, wall_s=took_s, values={"kib_each": grown / count / 1024})


def _held(client: Any, kind: str) -> asyncio.Task[Any]:
    if kind == "stream":
        return asyncio.create_task(client.stream("hold-stream"))
    return asyncio.create_task(client.chat("hold", "wait"))


async def _until_held(url: str, count: int) -> None:
    # Called in a thread: the event loop runs the requests.
    while True:
        counts = await asyncio.to_thread(ask, url, "/counts")
        if counts["held"] >= count:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)
