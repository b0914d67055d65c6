"""The CPU of the store for one request: of the client, beside calls without pacing in the same round, and of Redis."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from .. import machine
from ..load.process import LoadServer
from .processes import Child
from .redis_process import RedisProcess

STORES = ("none", "memory", "redis")


@dataclass(frozen=True)
class Round:
    """One round of the requests with one store, one round after the other."""

    store: str
    concurrent: int
    number: int
    count: int
    cpu_us: float
    """CPU of the client for one request, microseconds."""
    per_s: float
    """Requests in a second."""
    calls: float = 0.0
    """Calls of the script for one request."""
    redis_us: float = 0.0
    """CPU of Redis for one request, microseconds."""


@dataclass(frozen=True)
class Cost:
    """The medians of the rounds of one store."""

    store: str
    concurrent: int
    cpu_us: float
    added_us: float
    """More than without pacing, in the same round."""
    ratio: float
    """The CPU divided by that without pacing, in the same round."""
    per_s: float
    calls: float
    redis_us: float


def run(number: int, count: int, concurrent: int) -> list[Round]:
    """Run one round of all stores, in an order that changes from round to round."""
    found: list[Round] = []
    server_core, client_core = machine.cores()
    order = STORES[number % len(STORES) :] + STORES[: number % len(STORES)]
    for store in order:
        with LoadServer(server_core) as server, RedisProcess() as redis:
            url = redis.url if store == "redis" else store
            core = "" if client_core is None else str(client_core)
            with Child("cost_child", server.url, url, str(count), str(concurrent), core) as child:
                cpu_s, seconds = child.read()
            use = redis.script_use()
        # The calls of the warm-up are in it: they are as many for each request.
        sent = count // concurrent * concurrent + max(300, concurrent) // concurrent * concurrent
        calls = use.calls / sent
        found.append(
            Round(
                store,
                concurrent,
                number,
                count,
                cpu_s / count * 1e6,
                count / seconds,
                calls,
                calls * use.cpu_us,
            )
        )
    return found


def costs(rounds: list[Round]) -> list[Cost]:
    """Return the medians for each store and number of concurrent requests."""
    found: list[Cost] = []
    for concurrent, store in dict.fromkeys((each.concurrent, each.store) for each in rounds):
        mine = [each for each in rounds if (each.concurrent, each.store) == (concurrent, store)]
        plain = {
            each.number: each.cpu_us
            for each in rounds
            if (each.concurrent, each.store) == (concurrent, "none")
        }
        found.append(
            Cost(
                store,
                concurrent,
                statistics.median(each.cpu_us for each in mine),
                statistics.median(each.cpu_us - plain[each.number] for each in mine),
                statistics.median(each.cpu_us / plain[each.number] for each in mine),
                statistics.median(each.per_s for each in mine),
                statistics.median(each.calls for each in mine),
                statistics.median(each.redis_us for each in mine),
            )
        )
    return sorted(found, key=lambda each: (each.concurrent, STORES.index(each.store)))
