"""`RedisStore` while the server is down, hangs, refuses, or comes back empty."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Iterator
from typing import Any

import msgspec
import pytest
import redis.asyncio
from loop_clock import LoopClock, sent
from redis_server import PATIENCE_S, RedisServer, require_redis_server

from aiogroq import PacingError
from aiogroq.limits import Ask, Granted, Never, RedisStore, Seen, Wait
from aiogroq.limits.redis import session, values
from aiogroq.limits.redis.connection import OPENING, client_of
from aiogroq.limits.redis.outage import Outage

SCOPE = "account:https://api.groq.com/openai/v1:model"
TIMEOUT_S = PATIENCE_S + 1
"""After so long the timeout of a store has come."""


@pytest.fixture(autouse=True)
def without_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timeouts here are longer than the time between two heartbeats, which are in `test_heartbeat.py`."""
    monkeypatch.setattr(session, "HEARTBEAT_S", 10 * OPENING * TIMEOUT_S)


class Clock:
    """A clock that stands until it is moved: the times of an outage. The server has its own."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def ask(id: str, *, certain: float = 0.0, **needs: float) -> Ask:
    return Ask(id, needs or {"RPD": 1.0}, 1.0, dict.fromkeys(needs, certain) if certain else {})


def given(limit: float) -> Seen:
    return Seen(limit, source="given")


def opened(server: RedisServer, clock: Clock | None = None) -> RedisStore:
    """A store on a clock of its own."""
    return RedisStore(server.url, clock=clock or Clock())


async def grants(store: RedisStore, most: int, prefix: str = "") -> int:
    """How many of ``most`` requests are granted now. All are used."""
    found = await store.reserve(SCOPE, [ask(f"{prefix}-{number}") for number in range(most)])
    count = found.count if isinstance(found, Granted) else 0
    settled = [store.settle(SCOPE, f"{prefix}-{number}", {"RPD": 1.0}) for number in range(count)]
    await asyncio.gather(*settled)
    return count


def in_background() -> set[asyncio.Task[Any]]:
    """The tasks of stores."""
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def rejoin(store: RedisStore, clock: Clock) -> None:
    """Let the time to try again come, and the store find that the server is back."""
    clock.now_s += 0.5
    await store.reserve(SCOPE, [])
    await asyncio.wait(in_background())
    assert not store.is_off
    await store.observe(SCOPE, {})


def of(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == "aiogroq" and each.levelno == level]


async def test_a_server_that_is_down_at_the_start_fails_the_first_call(own_redis_server: RedisServer) -> None:
    clock = Clock()
    store = opened(own_redis_server, clock)
    own_redis_server.kill()
    with pytest.raises(
        PacingError, match=rf"127\.0\.0\.1:{own_redis_server.port}.*Start it, or correct the URL"
    ):
        await store.observe(SCOPE, {"RPD": given(100)})
    own_redis_server.restart()
    with pytest.raises(PacingError, match="Start it"):  # it is not tried again for each call
        await store.reserve(SCOPE, [ask("a")])
    clock.now_s += 0.5
    assert await store.reserve(SCOPE, [ask("a")]) == Granted(1)


async def test_a_process_goes_on_with_its_share_and_says_so_once(
    own_redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    store = opened(own_redis_server, clock)
    others = [opened(own_redis_server) for _ in range(3)]
    for each in [*others, store]:
        await each.observe(SCOPE, {"RPD": given(1_000)})
    own_redis_server.kill()
    assert 223 <= await grants(store, 300) <= 225  # 0.9 of a quarter, less the margin
    assert [text.partition("Connect")[0] for text in of(caplog, logging.WARNING)] == [
        f"The store of the rate limits, {own_redis_server.url}, does not respond: "
    ]
    assert "keeps to 22% of the limits: it is one of 4" in of(caplog, logging.WARNING)[0]


async def test_a_server_that_comes_back_empty_knows_what_was_used(
    own_redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    stores = [opened(own_redis_server, clock) for _ in range(4)]
    for each in stores:
        await each.observe(SCOPE, {"RPD": given(1_000)})
    used = sum([await grants(each, 100) for each in stores])
    assert used == 400
    own_redis_server.kill()
    used += sum([await grants(each, 50, "alone") for each in stores])
    assert 596 <= used <= 604
    own_redis_server.restart()
    for each in stores:
        await rejoin(each, clock)
    used += sum([await grants(each, 400, "back") for each in stores])
    assert 900 <= used <= 1_000
    assert of(caplog, logging.INFO).count(
        f"The store of the rate limits, {own_redis_server.url}, responds again. The limits are shared."
    ) == len(stores)


async def test_a_server_that_was_restarted_has_not_seen_all_who_share(
    own_redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    stores = [opened(own_redis_server, clock) for _ in range(4)]
    for each in [*stores, stores[0]]:
        await each.observe(SCOPE, {"RPD": given(1_000)})
    own_redis_server.kill()
    await stores[0].reserve(SCOPE, [])
    own_redis_server.restart()
    await rejoin(stores[0], clock)
    assert stores[0].workers(SCOPE) == 1
    own_redis_server.kill()
    await stores[0].reserve(SCOPE, [])
    assert ["one of 4" in text for text in of(caplog, logging.WARNING)] == [True, True]
    own_redis_server.restart()
    clock.now_s += 31.0
    await rejoin(stores[0], clock)
    own_redis_server.kill()
    await stores[0].reserve(SCOPE, [])
    assert "one of 1" in of(caplog, logging.WARNING)[2]


async def test_a_state_that_is_lost_while_nobody_notices_is_not_full_again(
    own_redis_server: RedisServer,
) -> None:
    clock = Clock()
    store, other = (opened(own_redis_server, clock) for _ in range(2))
    await store.observe(SCOPE, {"RPD": given(100)})
    used = await grants(store, 60)
    used += await grants(other, 20)
    own_redis_server.execute("FLUSHALL")
    used += await grants(other, 100, "after")
    used += await grants(store, 100, "after")
    assert 97 <= used <= 100


async def test_only_a_store_that_nobody_knew_starts_full(own_redis_server: RedisServer) -> None:
    store = opened(own_redis_server)
    await store.observe(SCOPE, {"RPD": given(100)})
    assert 98 <= await grants(store, 200) <= 100


def step(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that does not suspend."""
    with pytest.raises(StopIteration) as done:
        work.send(None)
    return done.value.value


async def test_a_server_that_hangs_costs_one_timeout(
    own_redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    clock, loop_clock = Clock(), LoopClock()
    store = opened(own_redis_server, clock)
    await store.observe(SCOPE, {"RPD": given(1_000)})
    own_redis_server.pause()
    calls = [store.reserve(SCOPE, [ask(str(number))]) for number in range(50)]
    assert await loop_clock.after(TIMEOUT_S, *calls) == [Granted(1)] * 50
    assert step(store.reserve(SCOPE, [ask("next")])) == Granted(1)
    assert f"no response within {PATIENCE_S:g} s" in of(caplog, logging.WARNING)[0]
    clock.now_s += 0.5
    assert step(store.reserve(SCOPE, [ask("tries again in the background")])) == Granted(1)
    await sent()
    loop_clock.move(OPENING * TIMEOUT_S)
    await asyncio.wait(in_background())
    assert store.is_off
    own_redis_server.resume()


async def test_what_a_server_that_hung_granted_to_nobody_is_not_held(own_redis_server: RedisServer) -> None:
    clock, loop_clock = Clock(), LoopClock()
    store = opened(own_redis_server, clock)
    await store.observe(SCOPE, {"RPD": given(1_000)})
    own_redis_server.pause()
    clock.now_s -= TIMEOUT_S  # as if it was sent so long before the server reads it
    assert await loop_clock.after(TIMEOUT_S, store.reserve(SCOPE, [ask("a")])) == [Granted(1)]
    clock.now_s += TIMEOUT_S
    await store.settle(SCOPE, "a", {"RPD": 1.0})
    own_redis_server.resume()  # it reads what was sent to it before
    await rejoin(store, clock)
    (found,) = await store.levels(SCOPE)
    assert (found.held, round(found.level, -1)) == (0.0, 900)


async def test_the_end_of_a_request_during_an_outage_is_told_later(own_redis_server: RedisServer) -> None:
    clock, loop_clock = Clock(), LoopClock()
    store, other = opened(own_redis_server, clock), opened(own_redis_server)
    await store.observe(SCOPE, {"TPM": given(60_000)})
    for id in ("unused", "used", "open"):
        await store.reserve(SCOPE, [ask(id, TPM=1_000.0)])
    own_redis_server.pause()
    await loop_clock.after(TIMEOUT_S, store.settle(SCOPE, "unused", {}))
    await store.settle(SCOPE, "used", {"TPM": 500.0})
    await store.reserve(SCOPE, [ask("alone", TPM=100.0)])
    own_redis_server.resume()
    await rejoin(store, clock)
    (found,) = await other.levels(SCOPE)
    assert found.held == 1_100.0
    await store.settle(SCOPE, "open", {"TPM": 0.0})
    await store.settle(SCOPE, "alone", {"TPM": 0.0})
    await other.observe(SCOPE, {})
    (found,) = await other.levels(SCOPE)
    assert found.held == 0.0


async def test_headers_and_429s_still_lower_the_share(own_redis_server: RedisServer) -> None:
    store = opened(own_redis_server)
    await store.observe(SCOPE, {"TPM": Seen(6_000, 6_000)})
    own_redis_server.kill()
    await store.observe(SCOPE, {"RPD": given(100)})
    await store.observe(SCOPE, {"TPM": Seen(6_000, 0, is_exact=True)})
    assert isinstance(await store.reserve(SCOPE, [ask("a", TPM=100.0)]), Wait)
    await store.block(SCOPE, 60.0)
    found = await store.reserve(SCOPE, [ask("b")])
    assert isinstance(found, Wait)
    assert found.kind == "retry-after"
    assert found.wait_s <= 0.5  # Redis may be back


async def test_a_request_that_is_larger_than_the_share_waits_and_is_granted(
    own_redis_server: RedisServer,
) -> None:
    clock = Clock()
    stores = [opened(own_redis_server, clock) for _ in range(4)]
    for each in stores:
        await each.observe(SCOPE, {"TPM": given(6_000)})
    own_redis_server.kill()
    large = ask("large", TPM=2_500.0, certain=2_000.0)
    assert await stores[3].reserve(SCOPE, [large]) == Granted(1)  # all of the share is free
    assert isinstance(await stores[3].reserve(SCOPE, [ask("small", TPM=100.0)]), Wait)
    clock.now_s += 60.0
    assert isinstance(await stores[3].reserve(SCOPE, [ask("small", TPM=100.0)]), Wait)
    never = await stores[3].reserve(SCOPE, [ask("never", TPM=7_000.0, certain=7_000.0)])
    assert never == Never("TPM", 6_000.0, 7_000.0)


async def test_with_stop_calls_fail_until_the_server_is_back(
    own_redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    store = RedisStore(own_redis_server.url, on_store_error="stop", clock=clock)
    await store.observe(SCOPE, {"RPD": given(100)})
    await store.reserve(SCOPE, [ask("open")])
    own_redis_server.kill()
    await store.settle(SCOPE, "open", {"RPD": 1.0})
    for _ in range(2):
        with pytest.raises(PacingError, match="does not respond"):
            await store.reserve(SCOPE, [ask("a")])
    assert "Calls fail until it does" in of(caplog, logging.WARNING)[0]
    own_redis_server.restart()
    clock.now_s += 0.5
    assert await store.reserve(SCOPE, [ask("a")]) == Granted(1)


class Hangs:
    """A client whose server stops to respond."""

    def __init__(self, server: RedisServer) -> None:
        self.client: Any = client_of(server.url)
        self.responds = asyncio.Event()
        self.responds.set()
        self.runs = 0

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        self.runs += 1
        await self.responds.wait()
        return await self.client.evalsha(sha, numkeys, *keys_and_args)

    async def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any:
        return await self.client.eval(script, numkeys, *keys_and_args)


async def test_with_stop_a_server_that_hangs_is_tried_in_the_background(redis_server: RedisServer) -> None:
    clock, loop_clock, client = Clock(), LoopClock(), Hangs(redis_server)
    store = RedisStore(client=client, timeout_s=PATIENCE_S, on_store_error="stop", clock=clock)
    await store.observe(SCOPE, {"RPD": given(100)})
    client.responds.clear()
    runs = client.runs
    calls = [store.reserve(f"{SCOPE}{number}", [ask("a")]) for number in range(3)]
    errors = await loop_clock.after(TIMEOUT_S, *calls)
    assert [type(error) for error in errors] == [PacingError] * 3
    assert client.runs == runs + 1  # the others do not wait for a server that is known to hang
    clock.now_s += 0.5
    (error,) = await loop_clock.after(TIMEOUT_S, store.reserve(SCOPE, [ask("a")]))
    assert isinstance(error, PacingError)
    assert "does not respond" in str(error)
    tries = in_background()
    assert len(tries) == 1  # it has more time than the call
    client.responds.set()
    await asyncio.wait(tries)
    assert await store.reserve(SCOPE, [ask("a")]) == Granted(1)
    await client.client.aclose()


@pytest.mark.parametrize(
    ("commands", "text"),
    [
        ([("REPLICAOF", "127.0.0.1", "1")], "It is a replica: name the primary"),
        ([("CONFIG", "SET", "maxmemory", "1")], "Raise its maxmemory"),
        ([("ACL", "SETUSER", "default", "-eval", "-evalsha")], "Give the user the right"),
        ([("CONFIG", "SET", "requirepass", "tok-canary-other")], "Correct the user and the password"),
    ],
)
async def test_a_server_that_refuses_is_an_outage_with_a_fix(
    own_redis_server: RedisServer, commands: list[tuple[str, ...]], text: str
) -> None:
    running, stopped = opened(own_redis_server), opened(own_redis_server)
    await running.observe(SCOPE, {"RPD": given(100)})
    for command in commands:
        own_redis_server.execute(*command)
    await running.close()
    assert await running.reserve(SCOPE, [ask("a")]) == Granted(1)
    assert running.is_alone
    with pytest.raises(PacingError, match=text):
        await stopped.observe(SCOPE, {"RPD": given(100)})


class LosesReplies:
    """A client whose server has done what it was told, and whose connection breaks before it says so."""

    def __init__(self, server: RedisServer) -> None:
        self.client: Any = client_of(server.url)
        self.loses = False

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        reply = await self.client.evalsha(sha, numkeys, *keys_and_args)
        if self.loses:
            self.loses = False
            raise redis.exceptions.ConnectionError("Connection closed by server.")
        return reply

    async def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any:
        return await self.client.eval(script, numkeys, *keys_and_args)


async def test_what_was_granted_in_a_reply_that_was_lost_is_given_back(redis_server: RedisServer) -> None:
    clock, client = Clock(), LosesReplies(redis_server)
    store = RedisStore(client=client, timeout_s=PATIENCE_S, on_store_error="stop", clock=clock)
    await store.observe(SCOPE, {"RPD": given(100)})
    client.loses = True
    with pytest.raises(PacingError, match="Connection closed by server"):
        await store.reserve(SCOPE, [ask("lost")])
    clock.now_s += 0.5
    await store.observe(SCOPE, {})
    assert [each.held for each in await store.levels(SCOPE)] == [0.0]
    await client.client.aclose()


class Held(LosesReplies):
    """A client whose replies come when they are let go."""

    def __init__(self, server: RedisServer) -> None:
        super().__init__(server)
        self.may_go = asyncio.Event()
        self.may_go.set()

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        reply = await super().evalsha(sha, numkeys, *keys_and_args)
        await self.may_go.wait()
        return reply


async def test_what_is_granted_while_the_store_rejoins_is_held_too(redis_server: RedisServer) -> None:
    clock, client = Clock(), Held(redis_server)
    store = RedisStore(client=client, timeout_s=PATIENCE_S, clock=clock)
    await store.observe(SCOPE, {"RPD": given(100)})
    client.loses = True
    assert await store.reserve(SCOPE, [ask("alone")]) == Granted(1)
    clock.now_s += 0.5
    client.may_go.clear()
    assert await store.reserve(SCOPE, [ask("tries again in the background")]) == Granted(1)
    await asyncio.sleep(0)
    assert await store.reserve(SCOPE, [ask("in the meantime")]) == Granted(1)
    client.may_go.set()
    await asyncio.wait(in_background())
    assert not store.is_off
    await store.observe(SCOPE, {})
    assert [each.held for each in await store.levels(SCOPE)] == [3.0]
    await client.client.aclose()


def test_nothing_is_done_for_a_caller_that_waits_no_more(redis_server: RedisServer) -> None:
    keys = values.keys_of("aiogroq", SCOPE)
    run = [values.script(), len(keys), *keys]
    operations = [values.Reserve([ask("a")])]
    now_s = values.decode(redis_server.execute("EVAL", *run, values.encode("w", "", operations))).now_s
    redis_server.execute("FLUSHALL")
    late = values.encode("w", "", operations, not_after_s=now_s)
    assert values.decode(redis_server.execute("EVAL", *run, late)).is_late
    assert redis_server.contents() == {}
    in_time = values.encode("w", "", operations, not_after_s=now_s + 60)
    assert values.decode(redis_server.execute("EVAL", *run, in_time)).results == [Granted(1)]


class OtherClock(LosesReplies):
    """A client of a server whose clock is set back and forth."""

    by_s = 0.0

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        request = msgspec.msgpack.decode(keys_and_args[-1])
        if request[4] is not None:
            request[4] -= self.by_s
        reply = await super().evalsha(sha, numkeys, *keys_and_args[:-1], msgspec.msgpack.encode(request))
        found = msgspec.msgpack.decode(reply)
        found[5] += self.by_s
        return msgspec.msgpack.encode(found)


async def test_a_clock_of_the_server_that_jumps_is_no_outage(redis_server: RedisServer) -> None:
    client = OtherClock(redis_server)
    store = RedisStore(client=client, timeout_s=PATIENCE_S)
    for client.by_s in (0.0, 3_600.0, -3_600.0):
        await store.observe(SCOPE, {"RPD": given(100)})
        assert not store.is_off
    await client.client.aclose()


class Loading:
    """A client of a server that loads its data."""

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        raise redis.exceptions.BusyLoadingError("Redis is loading the dataset in memory")

    eval = evalsha


async def test_a_server_that_loads_its_data_is_an_outage() -> None:
    with pytest.raises(PacingError, match=r"its client, does not respond.*It loads its data"):
        await RedisStore(client=Loading(), timeout_s=PATIENCE_S).reserve(SCOPE, [ask("a")])


async def test_a_number_of_a_database_that_the_server_lacks_is_named(redis_server: RedisServer) -> None:
    store = RedisStore(redis_server.url.replace("/0?", "/99?"))
    with pytest.raises(
        PacingError, match=r"has no database of this number: .*databases 0 to 15: correct"
    ) as raised:
        await store.reserve(SCOPE, [ask("a")])
    assert "does not respond" not in str(raised.value)


@pytest.fixture
def server_with_password() -> Iterator[RedisServer]:
    require_redis_server()
    with contextlib.closing(RedisServer("hunter2-secret")) as server:
        server.start()
        yield server


async def test_no_password_is_in_a_message_or_a_log(
    server_with_password: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    url, clock = server_with_password.url, Clock()
    store = RedisStore(url, clock=clock)
    await store.observe(SCOPE, {"RPD": given(100)})
    server_with_password.kill()
    await store.reserve(SCOPE, [ask("a")])
    server_with_password.restart()
    await rejoin(store, clock)
    with pytest.raises(PacingError) as caught:
        await RedisStore(url.replace("hunter2-secret", "hunter2-wrong")).reserve(SCOPE, [ask("a")])
    for text in (repr(store), str(caught.value), caplog.text):
        assert "hunter2" not in text
        assert f"127.0.0.1:{server_with_password.port}" in text


@pytest.mark.parametrize(("scheme", "is_hinted"), [("redis", False), ("rediss", True)])
def test_a_server_that_does_not_respond_to_tls_may_have_none(scheme: str, is_hinted: bool) -> None:
    outage = Outage(f"{scheme}://limits:6379/0", f"{scheme}://limits:6379/0")
    outage.begin(TimeoutError("no response within 1 s"), 0.0, None)
    assert "redis-cli ping" in str(outage.error())
    assert ("It may have no TLS: then write redis://" in str(outage.error())) == is_hinted


def test_a_password_in_the_error_of_another_package_is_redacted() -> None:
    outage = Outage("redis://:hunter2%21@localhost", "redis://localhost")
    outage.begin(ValueError("cannot log in with 'hunter2!'"), 0.0, None)
    assert "cannot log in with '[redacted]'" in str(outage.error())


async def test_keys_that_were_evicted_are_not_full_again(own_redis_server: RedisServer) -> None:
    own_redis_server.execute("CONFIG", "SET", "maxmemory", "3mb")
    own_redis_server.execute("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    store = opened(own_redis_server)
    await store.observe(SCOPE, {"RPD": given(100)})
    used = await grants(store, 60)
    for number in range(4_000):
        if not own_redis_server.execute("EXISTS", *store.shared(SCOPE).keys):
            break
        own_redis_server.execute("SET", f"other-{number}", "x" * 100_000)
    assert not own_redis_server.execute("EXISTS", *store.shared(SCOPE).keys)
    used += await grants(store, 100, "after")
    assert 97 <= used <= 100
