"""`limits.lua` in a real server: what it writes, for how long, and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec
import pytest
import redis
from redis_server import RedisServer

from aiogroq.limits import KINDS, Ask, Granted, Never, Seen, Wait, bucket, memory, reservations
from aiogroq.limits.kinds import IN_HEADERS
from aiogroq.limits.redis import values
from aiogroq.limits.redis.values import Block, Leave, Observe, Operation, Reply, Reserve, Settle

SCOPE = "a digest:https://api.groq.com:a model"
KEYS = values.keys_of("aiogroq", SCOPE)
STATE, HOLDS, WORKERS, LINE, PLACES = KEYS
TWO_DAYS_S = 2 * 86_400
Run = Callable[..., Reply]


@pytest.fixture
def connection(redis_server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url) as connection:
        yield connection


@pytest.fixture
def run(connection: redis.Redis) -> Run:
    sha = connection.script_load(values.script())

    def step(*operations: Operation, worker: str = "a") -> Reply:
        request = values.encode(worker, "", operations)
        return values.decode(connection.evalsha(sha, len(KEYS), *KEYS, request))

    return step


def given(limit: float) -> Seen:
    return Seen(limit, source="given")


def test_every_value_goes_in_and_comes_out(run: Run) -> None:
    asks = [Ask("1", {"TPM": 600.5, "RPM": 1}), Ask("2", {"TPM": 5_500.0})]
    reply = run(
        Observe({"TPM": given(6_000), "RPD": Seen(14_400, 14_370.25)}),
        Reserve(asks),
        Reserve(asks[1:]),
        Reserve([Ask("3", {"TPM": 7_000}, certain={"TPM": 7_000})]),
        Reserve([]),
        Settle("1", {"TPM": 100.25}, {"RPM": Seen(30, 29, is_exact=True, source="response")}),
        Settle("unknown", None),
        Block(2.5),
        Leave(),
    )
    granted, wait, never, *others = reply.results[1:]
    assert isinstance(granted, Granted)
    assert isinstance(wait, Wait)
    assert (granted.count, granted.obstacle) == (1, wait)
    assert (wait.kind, wait.wait_s, wait.least_s) == ("TPM", pytest.approx(1.605), 0)
    assert never == Never("TPM", 6_000, 7_000)
    assert others == [Granted(0), None, None, None, None]
    assert [(each.kind, each.level, each.is_given) for each in reply.levels] == [
        ("TPM", 5_899.75, True),
        ("RPD", 14_370.25, False),
        ("RPM", 29, False),
    ]


def test_all_keys_expire_after_two_days_or_more(run: Run, connection: redis.Redis) -> None:
    run(Observe({"TPM": given(6_000)}), Reserve([Ask("1", {"TPM": 5_000})]))
    run(Reserve([Ask("2", {"TPM": 5_000})]), worker="b")
    assert sorted(connection.keys()) == sorted(key.encode() for key in KEYS)
    assert all(TWO_DAYS_S <= connection.ttl(key) <= values.EXPIRY_S for key in KEYS)


def test_writing_renews_the_expiry_of_keys_that_are_not_written(run: Run, connection: redis.Redis) -> None:
    run(Observe({"TPM": given(6_000)}), Reserve([Ask("1", {"TPM": 100})]))
    source = values.script()
    later = source.replace("tonumber(time[1]) +", "tonumber(time[1]) + 4000 +")
    assert later != source
    for key in KEYS[1:]:
        connection.expire(key, 100)
    request = values.encode("a", "", [Block(0)])
    values.decode(connection.eval(later, len(KEYS), *KEYS, request))
    assert {connection.ttl(key) > TWO_DAYS_S for key in (HOLDS, WORKERS)} == {True}


def test_a_wait_writes_nothing_but_the_place_in_the_line(run: Run, connection: redis.Redis) -> None:
    run(Observe({"TPM": given(6_000)}), Reserve([Ask("1", {"TPM": 5_000})]))
    before = {key: connection.dump(key) for key in KEYS}
    assert before[LINE] is None
    assert isinstance(run(Reserve([Ask("2", {"TPM": 5_000})])).results[0], Wait)
    after = {key: connection.dump(key) for key in KEYS}
    assert {key for key in KEYS if after[key] != before[key]} == {LINE, PLACES}
    run(Reserve([]))
    assert connection.exists(LINE, PLACES) == 0


def test_the_keys_of_a_scope_are_in_one_slot_and_do_not_show_its_name(connection: redis.Redis) -> None:
    slots = {redis.crc.key_slot(key.encode()) for key in KEYS}
    assert len(slots) == 1
    assert all(key.startswith("{aiogroq:") and "digest" not in key for key in KEYS)
    assert not set(KEYS) & set(values.keys_of("aiogroq", "another"))
    assert not set(KEYS) & set(values.keys_of("another", SCOPE))


def test_the_state_of_a_lost_server_is_another_epoch(run: Run, connection: redis.Redis) -> None:
    epoch = run().epoch
    assert epoch == run().epoch
    connection.flushall()
    assert run().epoch != epoch


def test_a_reply_of_another_program_is_rejected() -> None:
    with pytest.raises(msgspec.DecodeError):
        values.decode(b"PONG")


def test_the_constants_are_those_of_the_modules_that_it_is_a_port_of() -> None:
    constants = _constants()
    for module in (bucket, reservations, memory):
        for name, value in vars(module).items():
            if isinstance(value, float):
                assert constants[name.lstrip("_")] == value, f"{module.__name__}: {name}"
    assert (constants["VOTES"], constants["MAX_VOTES"]) == (reservations._VOTES, reservations._MAX_VOTES)
    assert constants["WORKER_TIMEOUT_S"] == values.WORKER_TIMEOUT_S
    assert constants["EXPIRY_S"] == values.EXPIRY_S
    assert _table("WINDOW_S") == {name: f"{kind.window_s:g}" for name, kind in KINDS.items()}
    assert _table("UNIT") == {name: kind.unit for name, kind in KINDS.items()}
    assert _table("IN_HEADERS") == dict.fromkeys(IN_HEADERS, "true")


def _constants() -> dict[str, float]:
    """The numbers that the script names: ``local A, B = 1, 2``."""
    found: dict[str, float] = {}
    for names, numbers in re.findall(r"^local ([A-Z_, ]+) = ([\d., e-]+?)(?: --.*)?$", values.script(), re.M):
        found |= dict(zip(names.split(", "), map(float, numbers.split(", ")), strict=True))
    return found


def _table(name: str) -> dict[str, str]:
    """A table of the script: ``local NAME = { key = value }``."""
    (text,) = re.findall(rf"^local {name} = \{{(.*?)\}}", values.script(), re.M | re.S)
    return dict(re.findall(r"(\w+) = '?(\w+)'?", text))
