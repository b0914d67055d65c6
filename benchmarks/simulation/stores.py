"""The stores of the simulated processes: `RedisStore` as it is, over a client that runs its script in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from lupa import luajit21

from aiogroq.limits import LimitStore, RedisStore

from .from_tests import LuaScopes
from .server import SimulatedServer
from .spec import Costs


def redis_stores(server: SimulatedServer, processes: int, costs: Costs) -> Sequence[LimitStore]:
    """Return the stores of *processes*, each with a connection of its own to *server*."""
    scopes = LuaScopes(server.loop.time, luajit21)
    return [
        RedisStore(client=SimulatedClient(server, scopes, costs), clock=server.loop.time)
        for _ in range(processes)
    ]


class SimulatedClient:
    """What `RedisStore` uses of ``redis.asyncio.Redis``."""

    def __init__(self, server: SimulatedServer, scopes: LuaScopes, costs: Costs) -> None:
        self._server = server
        self._scopes = scopes
        self._costs = costs

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> bytes:
        """Run the script with keys and one argument. The server knows it."""
        *keys, request = keys_and_args
        operations = [each[0] for each in msgspec.msgpack.decode(request)[3]]
        return await self._server.call(
            lambda: self._scopes.evaluate(keys, request), self._costs.of(operations), len(operations)
        )

    async def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> bytes:
        """As `evalsha`."""
        return await self.evalsha("", numkeys, *keys_and_args)

    async def aclose(self) -> None:
        """Close nothing."""
