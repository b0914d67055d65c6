"""`RedisStore` with a real redis-server: what is granted, collected, cancelled and written."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from redis_server import RedisServer

from aiogroq.limits import Ask, Granted, Never, RedisStore, Seen, Wait

SCOPE = "account:https://api.groq.com/openai/v1:model"


def ask(id: str, *, certain: float = 0.0, **needs: float) -> Ask:
    return Ask(id, needs or {"RPM": 1.0}, 1.0, dict.fromkeys(needs, certain) if certain else {})


def given(limit: float) -> Seen:
    return Seen(limit, source="given")


async def level(store: RedisStore, kind: str = "RPM") -> tuple[float, float]:
    """The level of a kind as it is now, and what is held of it."""
    await store.observe(SCOPE, {})
    found = next(each for each in await store.levels(SCOPE) if each.kind == kind)
    return round(found.level, 1), found.held


async def test_stores_of_two_processes_share_what_is_granted(redis_server: RedisServer) -> None:
    one, two = RedisStore(redis_server.url), RedisStore(redis_server.unix_url)
    await one.observe(SCOPE, {"RPD": given(3.5)})
    asks = [ask(str(number), RPD=1.0) for number in range(3)]
    assert await one.reserve(SCOPE, asks[:2]) == Granted(2)
    assert await two.reserve(SCOPE, asks[2:]) == Granted(1)
    found = await one.reserve(SCOPE, [ask("3", RPD=1.0)])
    assert isinstance(found, Wait)
    assert found.kind == "RPD"
    await two.settle(SCOPE, "2", {})
    assert await level(one, "RPD") == (3.5, 2.0)
    assert (one.workers(SCOPE), two.workers(SCOPE)) == (2, 2)


async def test_what_can_never_fit_is_told_at_once(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    await store.observe(SCOPE, {"TPM": given(1_000)})
    found = await store.reserve(SCOPE, [ask("a", TPM=3_000.0, certain=2_000.0)])
    assert found == Never("TPM", 1_000.0, 2_000.0)


async def test_calls_that_come_while_one_is_in_flight_go_in_one_run(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    await store.observe(SCOPE, {"RPD": given(1_000)})
    before = runs(redis_server)
    found = await asyncio.gather(*(store.reserve(SCOPE, [ask(str(number), RPD=1.0)]) for number in range(50)))
    assert found == [Granted(1)] * 50
    assert runs(redis_server) - before == 1


def runs(server: RedisServer) -> int:
    """How many times the script was run."""
    stats = server.execute("INFO", "commandstats")
    return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("evalsha", "eval"))


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancelled_caller_leaves_no_hold(redis_server: RedisServer, turns: int) -> None:
    store = RedisStore(redis_server.url)
    await store.observe(SCOPE, {"RPM": given(60)})
    calls = [asyncio.ensure_future(store.reserve(SCOPE, [ask(str(number))])) for number in range(3)]
    for _ in range(turns):
        await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    done = await asyncio.gather(*calls, return_exceptions=True)
    for number, each in enumerate(done):
        if isinstance(each, Granted):
            await store.settle(SCOPE, str(number), {})
    await store.observe(SCOPE, {})
    assert (await level(store))[1] == 0.0


async def test_a_script_that_the_server_forgot_is_sent_again(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    await store.observe(SCOPE, {"RPM": given(60)})
    redis_server.execute("SCRIPT", "FLUSH")
    assert await store.reserve(SCOPE, [ask("a")]) == Granted(1)


async def test_nothing_is_left_of_an_idle_store_but_its_connection(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    await store.observe(SCOPE, {"RPM": given(60)})
    await store.reserve(SCOPE, [ask("a")])
    await store.settle(SCOPE, "a", {"RPM": 1.0})
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    scheduled = getattr(asyncio.get_running_loop(), "_scheduled", [])
    assert [timer for timer in scheduled if not timer.cancelled()] == []
    assert clients(redis_server) == 1
    await store.close()
    assert clients(redis_server) == 0


async def test_a_store_with_requests_in_flight_is_not_closed(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    await store.reserve(SCOPE, [ask("a")])
    await store.close()
    assert clients(redis_server) == 1
    await store.settle(SCOPE, "a", {"RPM": 1.0})
    await store.close()
    assert clients(redis_server) == 0
    assert await store.reserve(SCOPE, [ask("b")]) == Granted(1)


def clients(server: RedisServer) -> int:
    """How many connections the server has from others than the test."""
    return int(server.execute("INFO", "clients")["connected_clients"]) - 1


def test_the_package_of_redis_is_loaded_only_where_it_is_used() -> None:
    code = (
        "import sys, aiogroq.limits as limits; limits.pacer_for; loaded = 'redis' in sys.modules; "
        "limits.RedisStore('redis://localhost'); print(loaded, 'redis' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False True", done.stderr


@pytest.mark.slow
async def test_scopes_that_are_not_used_are_forgotten(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url)
    await store.observe(SCOPE, {"RPM": given(60)})
    await store.reserve(SCOPE, [ask("in flight")])
    names = [f"account:model-{number}" for number in range(1_100)]
    await asyncio.gather(*(store.observe(name, {}) for name in names))
    assert len(store._scopes) <= 1_024
    await store.settle(SCOPE, "in flight", {"RPM": 1.0})
    assert (await level(store))[1] == 0.0
