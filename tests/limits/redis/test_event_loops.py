"""`RedisStore` in many event loops, threads and processes: what is opened, and what is left of it."""

from __future__ import annotations

import asyncio
import gc
import math
import multiprocessing
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import redis.asyncio
from redis_server import PATIENCE_S, RedisServer

from aiogroq import AsyncGroq, Groq
from aiogroq.limits import Ask, Granted, Pacing, RedisStore, Seen
from aiogroq.local import LocalGroq

SCOPE = "account:https://api.groq.com/openai/v1:model"
MODEL = "openai/gpt-oss-20b"
KEY = "gsk_notInRedis"
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture(autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    """Turn what is left open into an error of its test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
        gc.collect()


def clients(server: RedisServer) -> int:
    """How many connections the server has from others than the test."""
    return int(server.execute("INFO", "clients")["connected_clients"]) - 1


def held(server: RedisServer) -> int:
    """How many requests are held in all scopes."""
    return sum(server.execute("HLEN", key) for key in server.execute("KEYS", "*:holds"))


async def use(store: RedisStore, prefix: str, count: int = 3) -> None:
    for number in range(count):
        assert await store.reserve(SCOPE, [Ask(f"{prefix}-{number}", {"RPD": 1.0})]) == Granted(1)
        await store.settle(SCOPE, f"{prefix}-{number}", {"RPD": 1.0})


async def used(store: RedisStore) -> float:
    await store.observe(SCOPE, {})
    (found,) = await store.levels(SCOPE)
    return math.ceil(found.limit - found.level - 0.01)  # less than one flows in within a minute


def test_an_event_loop_that_ends_leaves_no_connection_and_no_worker(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    for number in range(3):
        asyncio.run(use(store, str(number)))
        assert clients(redis_server) == 0
        assert redis_server.execute("KEYS", "*:workers") == []


def test_what_an_event_loop_leaves_in_flight_is_charged_at_its_end(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)

    async def leave() -> None:
        await store.observe(SCOPE, {"RPD": Seen(1_000, source="given")})
        await store.reserve(SCOPE, [Ask("left", {"RPD": 5.0})])

    asyncio.run(leave())
    assert held(redis_server) == 0
    assert asyncio.run(used(store)) == 5


def test_what_a_closed_event_loop_left_in_flight_is_charged_by_the_next(redis_server: RedisServer) -> None:
    client = redis.asyncio.Redis.from_url(redis_server.url)
    store = RedisStore(client=client, timeout_s=PATIENCE_S)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(store.observe(SCOPE, {"RPD": Seen(1_000, source="given")}))
    loop.run_until_complete(store.reserve(SCOPE, [Ask("left", {"RPD": 5.0})]))
    loop.run_until_complete(client.aclose())
    loop.close()  # without the end of its asynchronous generators
    assert held(redis_server) == 1

    async def next_one() -> float:
        try:
            return await used(store)
        finally:
            await client.aclose()

    assert asyncio.run(next_one()) == 5
    assert held(redis_server) == 0


def test_threads_with_event_loops_of_their_own_share_one_store(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    asyncio.run(store.observe(SCOPE, {"RPD": Seen(1_000, source="given")}))
    threads = [
        threading.Thread(target=lambda name=name: asyncio.run(use(store, name, 20))) for name in "abcdef"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held(redis_server) == 0
    assert asyncio.run(used(store)) == 120
    assert clients(redis_server) == 0


def child_uses(store: RedisStore, workers: multiprocessing.SimpleQueue[str]) -> None:
    """What a forked process does with the store of its parent."""
    workers.put(store.worker)
    asyncio.run(use(store, f"child-{os.getpid()}"))


async def test_a_forked_process_is_a_worker_with_a_connection_of_its_own(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    await store.observe(SCOPE, {"RPD": Seen(1_000, source="given")})
    await store.reserve(SCOPE, [Ask("of the parent", {"RPD": 1.0})])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork in a process with threads
        fork = multiprocessing.get_context("fork")
        workers = fork.SimpleQueue()
        children = [fork.Process(target=child_uses, args=(store, workers)) for _ in range(2)]
        for child in children:
            child.start()
    for child in children:
        await asyncio.to_thread(child.join)
    assert [child.exitcode for child in children] == [0, 0]
    assert len({store.worker, workers.get(), workers.get()}) == 3
    workers.close()
    assert held(redis_server) == 1  # that of the parent
    await use(store, "parent")
    await store.settle(SCOPE, "of the parent", {"RPD": 1.0})
    assert await used(store) == 10


FORK = """
import asyncio, os, sys
from aiogroq.limits import Ask, Granted, RedisStore
store = RedisStore(sys.argv[1])
loop = asyncio.new_event_loop()
print(loop.run_until_complete(store.reserve("a:b", [Ask("1", {"RPD": 1.0})])), flush=True)
child = os.fork()
if not child:
    print(asyncio.run(store.reserve("a:b", [Ask("2", {"RPD": 1.0})])))
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
print(loop.run_until_complete(store.reserve("a:b", [Ask("3", {"RPD": 1.0})])))
loop.run_until_complete(loop.shutdown_asyncgens())
loop.close()
"""


def test_a_process_that_forks_and_exits_prints_no_warning(redis_server: RedisServer) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", FORK, redis_server.url],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout.count("Granted(count=1"), done.stderr, done.returncode) == (3, "", 0)


async def test_a_client_closes_the_connection_that_nobody_uses(
    redis_server: RedisServer, server: LocalGroq
) -> None:
    pacing = Pacing(store=redis_server.url)
    first = AsyncGroq(api_key=KEY, base_url=server.base_url, pacing=pacing)
    async with AsyncGroq(api_key=KEY, base_url=server.base_url, pacing=pacing) as second:
        stream = await first.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        await second.chat.completions.create(model=MODEL, messages=HELLO)
    assert clients(redis_server) == 1  # the stream is not at its end
    async for _ in stream:
        pass
    await first.close()
    assert clients(redis_server) == 0
    assert held(redis_server) == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_sync_clients_of_many_threads_share_one_connection(
    redis_server: RedisServer, server: LocalGroq
) -> None:
    with Groq(api_key=KEY, base_url=server.base_url, pacing=redis_server.url) as client:

        def call() -> None:
            client.chat.completions.create(model=MODEL, messages=HELLO)

        threads = [threading.Thread(target=call) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert clients(redis_server) == 1
    assert clients(redis_server) == 0
    assert held(redis_server) == 0


async def test_no_key_of_the_api_is_in_redis(redis_server: RedisServer, server: LocalGroq) -> None:
    async with AsyncGroq(api_key=KEY, base_url=server.base_url, pacing=redis_server.url) as client:
        await client.chat.completions.create(model=MODEL, messages=HELLO)
        stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        contents = redis_server.contents()
        expiries = {key: redis_server.execute("TTL", key) for key in contents}
        await stream.close()
    assert len(contents) >= 3  # the state, what is held, the workers
    for key, value in contents.items():
        for secret in (KEY.encode(), KEY[4:].encode(), KEY.encode().hex().encode()):
            assert secret not in key
            assert secret not in value
        assert expiries[key] >= 2 * 86_400
