"""A process with long requests in flight is seen by the others; an idle one sends nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from lua_runtime import LuaScopes
from virtual_time import in_virtual_time

from aiogroq.limits import Ask, RedisStore, Seen

SCOPE = "account:model"


class LuaClient:
    """A client of a server that runs the script in this process, on the clock of the event loop."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.scopes = LuaScopes(lambda: 1_000_000.0 + loop.time())
        self.runs = 0

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> bytes:
        self.runs += 1
        return self.scopes.evaluate(list(keys_and_args[:numkeys]), keys_and_args[numkeys])

    async def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> bytes:
        return await self.evalsha("", numkeys, *keys_and_args)


def store_of(client: LuaClient) -> RedisStore:
    return RedisStore(client=client, clock=asyncio.get_running_loop().time)


async def state(store: RedisStore) -> tuple[float, float, int]:
    """The level, what is held, and the number of workers."""
    await store.observe(SCOPE, {})
    (found,) = await store.levels(SCOPE)
    return found.level, found.held, store.workers(SCOPE)


@in_virtual_time
async def test_a_request_that_takes_minutes_stays_held() -> None:
    client = LuaClient()
    store, other = store_of(client), store_of(client)
    await store.observe(SCOPE, {"TPD": Seen(1_000_000, source="given")})
    await store.reserve(SCOPE, [Ask("long", {"TPD": 5_000.0})])
    await asyncio.sleep(300)
    assert await state(other) == (1_000_000, 5_000, 2)
    await store.settle(SCOPE, "long", {"TPD": 0.0})
    assert await state(other) == (1_000_000, 0, 2)


@in_virtual_time
async def test_an_idle_process_sends_nothing_and_counts_no_more() -> None:
    client = LuaClient()
    store, other = store_of(client), store_of(client)
    await store.observe(SCOPE, {"TPD": Seen(1_000_000, source="given")})
    await store.reserve(SCOPE, [Ask("short", {"TPD": 5_000.0})])
    await store.settle(SCOPE, "short", {"TPD": 0.0})
    before = client.runs
    await asyncio.sleep(300)
    assert client.runs == before
    assert await state(other) == (1_000_000, 0, 1)


@in_virtual_time
async def test_a_process_that_sends_enough_has_no_heartbeat_besides() -> None:
    client = LuaClient()
    store = store_of(client)
    await store.observe(SCOPE, {"TPD": Seen(1_000_000, source="given")})
    await store.reserve(SCOPE, [Ask("long", {"TPD": 5_000.0})])
    before = client.runs
    for _ in range(100):
        await asyncio.sleep(1.0)
        await store.observe(SCOPE, {})
    assert client.runs - before == 100
