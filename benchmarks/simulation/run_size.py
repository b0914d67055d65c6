"""One simulation: processes with a store and a queue each, one server of the store, one service, on one driven clock."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence

from aiogroq.limits import Limits, LimitStore, Pacer, Pacing, Seen
from aiogroq.limits.registry import pacer_for

from .from_tests import simulated_service, virtual_time
from .server import SimulatedServer
from .spec import LATENCY_S, Costs, Outcome, Size

_RESPONSE_S = 0.1
"""How long a request is in flight at the service."""
_SPARE = 2
"""Requests of a process that wait besides those that are in flight."""

MakeStores = Callable[[SimulatedServer, int, Costs], Sequence[LimitStore]]


def simulate(size: Size, processes: int, make_stores: MakeStores, costs: Costs | None = None) -> Outcome:
    """Run *processes* over one store, with more requests than the limit allows, and return what was measured."""
    return virtual_time.run(_simulate(size, processes, make_stores, costs or Costs()), has_sockets=False)


async def _simulate(size: Size, processes: int, make_stores: MakeStores, costs: Costs) -> Outcome:
    service = simulated_service.Service({"RPM": size.rpm}, has_headers=False)
    service.buckets["RPM"].level = 0.0  # as in the middle of a long run
    server = SimulatedServer(asyncio.get_running_loop(), LATENCY_S)
    outcome = Outcome(processes, size.rpm, size.measured_s)
    counts = [0] * processes
    in_flight = size.rpm / 60 * _RESPONSE_S / processes
    stores = make_stores(server, processes, costs)
    pacers = [_pacer(store, size, math.ceil(2 * in_flight)) for store in stores]
    await _empty(stores[0], pacers[0], size.rpm)
    tasks = [
        asyncio.ensure_future(_work(pacer, service, counts, number, size.warm_up_s / 2 * number / processes))
        for number, pacer in enumerate(pacers)
        for _ in range(math.ceil(2 * in_flight) + _SPARE)
    ]
    await asyncio.sleep(size.warm_up_s)
    before, calls, operations, busy_s = counts.copy(), server.calls, server.operations, server.busy_s
    await asyncio.sleep(size.measured_s)
    outcome.counts = [after - earlier for earlier, after in zip(before, counts, strict=True)]
    outcome.calls, outcome.operations = server.calls - calls, server.operations - operations
    outcome.busy_s = server.busy_s - busy_s
    outcome.rejected = service.rejected.total()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return outcome


def _pacer(store: LimitStore, size: Size, in_flight: int) -> Pacer:
    """Return the pacer of a process that has worked for long: the guard against overload allows what it needs."""
    pacing = Pacing(Limits(rpm=size.rpm), store=store, max_wait_s=None)
    pacer = pacer_for(pacing, api_key="gsk_simulated", base_url="https://x", model="m")
    cap = pacer._queue.cap  # pyright: ignore[reportPrivateUsage]
    while cap.limit < in_flight + _SPARE:
        cap.succeeded(cap.limit)
    return pacer


async def _empty(store: LimitStore, pacer: Pacer, rpm: float) -> None:
    """Let the store know that the bucket is empty, as it is in the middle of a long run."""
    scope = pacer._queue._scope  # pyright: ignore[reportPrivateUsage]
    await store.observe(scope, {"RPM": Seen(rpm, source="given")})
    await store.observe(scope, {"RPM": Seen(rpm, level=0.0, is_exact=True)})


async def _work(
    pacer: Pacer, service: simulated_service.Service, counts: list[int], number: int, begins_in_s: float
) -> None:
    """Send requests without end."""
    await asyncio.sleep(begins_in_s)
    item = simulated_service.Item(20, 20, 20, _RESPONSE_S)
    need = pacer.need_of("/chat/completions", item.body)
    while True:
        grant = await pacer.acquire(need)
        try:
            headers, usage = await service.respond(item)
        except asyncio.CancelledError:
            grant.release()
            raise
        except simulated_service.APIStatusError as error:
            grant.failed(error)
        else:
            counts[number] += 1
            grant.succeeded(headers, usage)
