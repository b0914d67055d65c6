"""Clients whose pacing is the URL of a store: what they share, and what they leave behind, with a real redis-server."""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
import redis.asyncio
from redis_server import RedisServer

from aiogroq import AsyncGroq, DefaultAioHttpClient, Groq
from aiogroq.limits import Level, Pacing, RedisStore
from aiogroq.limits.registry import scope_of
from aiogroq.local import LocalGroq

MODEL = "openai/gpt-oss-20b"
ARGUMENTS: Any = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "max_completion_tokens": 5}


def options(server: LocalGroq) -> dict[str, Any]:
    """The options of a client of a server, without the proxies of the environment."""
    return {
        "base_url": server.base_url,
        "api_key": "k",
        "http_client": DefaultAioHttpClient(trust_env=False),
    }


def levels_in(redis: RedisServer, pacing: Pacing, base_url: str) -> dict[str, Level]:
    """The levels of the limits of the model, from a store of its own."""

    async def read() -> dict[str, Level]:
        store = RedisStore(redis.url)
        scope = scope_of(pacing, api_key="k", base_url=base_url, model=MODEL)
        levels = {level.kind: level for level in await store.levels(scope)}
        await store.close()
        return levels

    return asyncio.run(read())


@pytest.mark.parametrize("is_unix", [False, True])
def test_what_calls_used_is_stored_when_their_client_is_closed(
    redis_server: RedisServer, server: LocalGroq, is_unix: bool
) -> None:
    url = redis_server.unix_url if is_unix else redis_server.url
    pacing = Pacing("rpd=1000", store=url)

    async def main() -> str:
        async with AsyncGroq(**options(server), pacing=pacing) as client:
            for _ in range(3):
                await client.chat.completions.create(**ARGUMENTS)
            return str(client.base_url)

    base_url = asyncio.run(main())
    with Groq(**options(server), pacing=pacing) as blocking:
        blocking.chat.completions.create(**ARGUMENTS)
    level = levels_in(redis_server, pacing, base_url)["RPD"]
    assert (level.limit, level.held) == (1_000, 0)
    assert 995.9 < level.level < 996.5


def test_clients_and_event_loops_of_one_url_have_one_store(
    redis_server: RedisServer, server: LocalGroq
) -> None:
    async def main() -> None:
        async with AsyncGroq(**options(server), pacing=redis_server.url) as client:
            other = client.with_options(pacing=Pacing(store=redis_server.url, priority="batch"))
            copied = client.with_options(pacing=pickle.loads(pickle.dumps(other.pacing)))
            for each in (client, other, copied):
                await each.chat.completions.create(**ARGUMENTS)
            connected = [
                line
                for line in redis_server.execute("CLIENT", "LIST").splitlines()
                if b"cmd=client" not in line
            ]
            assert len(connected) == before + 1

    before = len(redis_server.execute("CLIENT", "LIST").splitlines()) - 1
    asyncio.run(main())


def test_a_store_is_pickled_as_its_options_and_one_with_a_client_is_not() -> None:
    store = RedisStore("redis://:word@limits:6379/3", on_store_error="stop", prefix="ours")
    other = pickle.loads(pickle.dumps(Pacing(store=store))).store
    assert isinstance(other, RedisStore)
    assert other.worker != store.worker
    assert other.__reduce__() == store.__reduce__()
    with pytest.raises(TypeError, match="give it a URL"):
        pickle.dumps(RedisStore(client=redis.asyncio.Redis()))


def call_in_child(base_url: str, pacing: Pacing) -> int:
    """Send three calls."""

    async def main() -> int:
        pool = DefaultAioHttpClient(trust_env=False)
        async with AsyncGroq(base_url=base_url, api_key="k", pacing=pacing, http_client=pool) as client:
            for _ in range(3):
                await client.chat.completions.create(**ARGUMENTS)
        return 3

    return asyncio.run(main())


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_options_with_a_url_go_to_other_processes_which_share_the_limits(
    redis_server: RedisServer, server: LocalGroq, method: str
) -> None:
    pacing = Pacing("rpd=500", store=redis_server.url, organization="ours")
    call_in_child(server.base_url, pacing)  # so that a fork inherits what is open
    with ProcessPoolExecutor(2, multiprocessing.get_context(method)) as pool:
        sent = sum(
            each.result(60)
            for each in [pool.submit(call_in_child, server.base_url, pacing) for _ in range(2)]
        )
    assert sent == 6

    async def base_url() -> str:
        async with AsyncGroq(**options(server)) as client:
            return str(client.base_url)

    level = levels_in(redis_server, pacing, asyncio.run(base_url()))["RPD"]
    assert level.held == 0
    assert 490.9 < level.level < 491.5
