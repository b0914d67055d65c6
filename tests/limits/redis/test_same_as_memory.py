"""`limits.lua` decides as `MemoryStore` does, which it is a port of: the same steps have the same results and levels."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lua_runtime import Clock, LuaScopes, LuaStore
from redis_server import RedisServer

from aiogroq.limits import Ask, Granted, Level, MemoryStore, Never, Seen, Wait
from aiogroq.limits.redis import values

T = TypeVar("T")
SCOPE = "an account"


def run(step: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends."""
    with pytest.raises(StopIteration) as done:
        step.send(None)
    result: T = done.value.value
    return result


numbers = st.one_of(st.integers(0, 20), st.integers(0, 2_000), st.floats(0, 500))
limits = st.sampled_from([5, 60, 100.0, 1_000, 6_000])
kinds = st.sampled_from(["RPM", "TPM", "OTPM", "RPD", "ASPH"])
"""Of each unit, in headers and not. `test_script.py` compares what is said of each of the others."""
seen = st.builds(
    Seen,
    st.none() | limits,
    st.none() | st.integers(-50, 6_000) | st.floats(0, 900),
    is_exact=st.booleans(),
    stale=st.integers(0, 100),
    unused=st.integers(0, 400),
    source=st.sampled_from(["response", "response", "given", "guess"]),
)
all_seen = st.dictionaries(kinds, seen, max_size=3)
used = st.dictionaries(kinds, numbers, max_size=4)
"""What a response says of its use."""
shares = st.sampled_from([1.0, 1.0, 0.5, 0.05])
needs = st.dictionaries(kinds, numbers, max_size=4)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("time"), st.sampled_from([0.002, 0.02, 0.25, 1, 7.5, 60, 4_000, 90_000, -3, -100])),
        st.tuples(st.just("reserve"), st.lists(st.tuples(needs, needs, shares), min_size=1, max_size=3)),
        st.tuples(st.just("completion"), st.integers(1, 300), st.integers(1, 900)),
        st.tuples(st.just("respond"), st.integers(0, 3), st.floats(0, 1)),
        st.tuples(st.just("settle"), st.integers(0, 8), used, st.none() | all_seen),
        st.tuples(st.just("fail"), st.integers(0, 8)),
        st.tuples(st.just("observe"), all_seen),
        st.tuples(st.just("block"), st.sampled_from([0.5, 3, 30])),
    ),
    max_size=60,
)
completions = st.lists(
    st.one_of(
        st.tuples(st.just("time"), st.sampled_from([0.1, 0.3, 2, 10, 60])),
        st.tuples(st.just("others"), st.sampled_from([200, 1_500])),
        st.tuples(st.just("completion"), st.integers(20, 200), st.integers(100, 1_000)),
        st.tuples(st.just("respond"), st.integers(0, 3), st.sampled_from([0.05, 0.3, 1.0])),
        st.tuples(st.just("fail"), st.just(0)),
    ),
    min_size=20,
    max_size=80,
)
"""Requests and responses of one model, from which the store learns how the service counts."""
modes = st.sampled_from(["charged after the response", "reserved and given back", "reserved and kept"])


class Service:
    """A limit of 6,000 tokens a minute, as the service counts it in one of its ways."""

    def __init__(self, clock: Clock, mode: str) -> None:
        self._clock = clock
        self._mode = mode
        self._level = 6_000.0
        self._at_s = clock()

    def _refill(self) -> None:
        self._level = min(6_000.0, self._level + max(0.0, self._clock() - self._at_s) * 100)
        self._at_s = self._clock()

    def send(self, ask: Ask) -> None:
        self._refill()
        if self._mode != "charged after the response":
            self._level -= ask.needs.get("ITPM", 0.0) + ask.certain.get("OTPM", 0.0)

    def charge(self, tokens: float) -> None:
        """Let others use the limit."""
        self._refill()
        self._level -= tokens

    def respond(self, ask: Ask, tokens: float, unused: float) -> Seen:
        """Return what the headers of a response say."""
        self._refill()
        if self._mode == "charged after the response":
            self._level -= tokens
        elif self._mode == "reserved and given back":
            self._level += unused
        return Seen(6_000, self._level, unused=unused)


class Pair:
    """The two stores. Every step is taken in both, and compared."""

    def __init__(self, other: LuaStore, clock: Clock, mode: str = "reserved and given back") -> None:
        self.memory = MemoryStore(clock)
        self.other = other
        self.clock = clock
        self.service = Service(clock, mode)
        self.sees_state = type(other.scopes) is LuaScopes
        self.open: list[Ask] = []
        self.count = 0

    def both(self, call: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        """Take a step in both."""
        expected, found = run(call(self.memory)), run(call(self.other))
        assert_same(expected, found)
        assert_same(run(self.memory.levels(SCOPE)), run(self.other.levels(SCOPE)))
        if self.sees_state:
            assert_same_state(vars(self.memory)["_scopes"][SCOPE], self.other.scopes.stored(SCOPE))
        return expected

    def time(self, elapsed_s: float) -> None:
        if elapsed_s < 0:  # the script knows only the time of what was written last
            self.block(0)
        self.clock.move(elapsed_s)

    def reserve(self, asked: Sequence[tuple[dict[str, float], dict[str, float], float]]) -> None:
        self.ask([Ask(self.id(), needs, share, certain) for needs, certain, share in asked])

    def completion(self, prompt: float, maximum: float) -> None:
        tokens = prompt + maximum
        needs = {"RPM": 1.0, "TPM": tokens, "TPD": tokens, "ITPM": prompt, "OTPM": maximum}
        self.ask([Ask(self.id(), needs, 1.0, dict.fromkeys(("TPM", "TPD", "OTPM"), maximum))])

    def id(self) -> str:
        self.count += 1
        return str(self.count)

    def ask(self, asks: list[Ask]) -> None:
        found = self.both(lambda store: store.reserve(SCOPE, asks))
        for ask in asks[: found.count] if isinstance(found, Granted) else []:
            self.open.append(ask)
            self.service.send(ask)

    def respond(self, index: int, part: float) -> None:
        """Let a completion end that used a part of what it might."""
        if index >= len(self.open):
            return
        ask = self.open.pop(index)
        maximum, prompt = ask.certain.get("OTPM", 0.0), ask.needs.get("ITPM", 0.0)
        output = maximum * part
        tokens = prompt + output
        used = {"RPM": 1.0, "TPM": tokens, "TPD": tokens, "ITPM": prompt, "OTPM": output}
        seen = {"TPM": self.service.respond(ask, tokens, maximum - output)}
        self.both(lambda store: store.settle(SCOPE, ask.id, used, seen))

    def others(self, tokens: float) -> None:
        self.service.charge(tokens)

    def settle(self, index: int, used: dict[str, float], seen: dict[str, Seen] | None) -> None:
        id = self.open.pop(index).id if index < len(self.open) else "unknown"
        self.both(lambda store: store.settle(SCOPE, id, used, seen))

    def fail(self, index: int) -> None:
        if index < len(self.open):
            ask = self.open.pop(index)
            self.both(lambda store: store.settle(SCOPE, ask.id, ask.needs))

    def observe(self, seen: dict[str, Seen]) -> None:
        self.both(lambda store: store.observe(SCOPE, seen))

    def block(self, wait_s: float) -> None:
        self.both(lambda store: store.block(SCOPE, wait_s))


def assert_same(expected: Any, found: Any) -> None:
    """Compare results, whose numbers are rounded differently."""
    if isinstance(expected, (Granted, Wait, Never, Level)):
        assert type(expected) is type(found)
        for name in expected.__struct_fields__:
            assert_same(getattr(expected, name), getattr(found, name))
    elif isinstance(expected, list):
        assert len(expected) == len(found)
        for one, other in zip(expected, found, strict=True):
            assert_same(one, other)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-5)
    else:
        assert expected == found


def assert_same_state(scope: Any, stored: list[Any]) -> None:
    """Compare all fields but those that a refill changes, which is not written."""
    fields = dict(zip(_names("SCOPE"), stored, strict=True))
    assert_same_fields(scope, fields, ("held_last", "held_last_s", "settled_last"))
    learned = dict(zip(_names("RESERVATIONS"), fields["reservations"], strict=True))
    assert_same_fields(scope._reservations, learned, learned)
    for bucket, values_ in zip(scope._buckets.values(), fields["buckets"], strict=True):
        known = dict(zip(_names("BUCKET"), values_, strict=True))
        assert known.pop("kind") == bucket.kind.name
        assert_same_fields(bucket, known, known.keys() - {"level", "at_s", "used_part"})


def assert_same_fields(expected: Any, found: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        value = getattr(expected, name, None) if hasattr(expected, name) else getattr(expected, f"_{name}")
        assert_same(found[name] if value is None and found[name] is False else value, found[name])


@cache
def _names(table: str) -> list[str]:
    """The names of the fields that the script stores."""
    (text,) = re.findall(rf"^local {table} = \{{(.*?)^\}}", values.script(), re.M | re.S)
    return re.findall(r"'(\w+)'", text)


def compare(pair: Pair, steps: Sequence[tuple[Any, ...]]) -> None:
    for name, *arguments in steps:
        getattr(pair, name)(*arguments)


def lua_pair(mode: str = "reserved and given back") -> Pair:
    clock = Clock()
    return Pair(LuaStore(LuaScopes(clock), "w"), clock, mode)


def learn(steps: Sequence[tuple[Any, ...]], mode: str) -> None:
    """Take steps with limits that are learned, in part from guesses."""
    pair = lua_pair(mode)
    pair.observe({"OTPM": Seen(2_000, source="guess"), "TPM": Seen(6_000, 6_000), "TPD": Seen(100_000)})
    compare(pair, steps)


@given(steps)
@settings(max_examples=40, deadline=None)
def test_the_same_steps_have_the_same_results_and_levels(steps: Sequence[tuple[Any, ...]]) -> None:
    compare(lua_pair(), steps)


@given(completions, modes)
@settings(max_examples=25, deadline=None)
def test_the_same_is_learned_of_how_the_service_counts(steps: Sequence[tuple[Any, ...]], mode: str) -> None:
    learn(steps, mode)


@pytest.mark.slow
@given(steps)
@settings(max_examples=400, deadline=None)
def test_very_many_steps_have_the_same_results_and_levels(steps: Sequence[tuple[Any, ...]]) -> None:
    compare(lua_pair(), steps)


@pytest.mark.slow
@given(completions, modes)
@settings(max_examples=400, deadline=None)
def test_the_same_is_learned_in_very_many_steps(steps: Sequence[tuple[Any, ...]], mode: str) -> None:
    learn(steps, mode)


@pytest.mark.parametrize(
    ("mode", "is_kept"),
    [("charged after the response", False), ("reserved and given back", False), ("reserved and kept", True)],
)
def test_each_way_of_counting_is_learned(mode: str, is_kept: bool) -> None:
    pair = lua_pair(mode)
    pair.observe({"OTPM": Seen(2_000, source="guess"), "TPM": Seen(6_000, 6_000), "TPD": Seen(100_000)})
    for _ in range(8):
        compare(
            pair,
            [("completion", 100, 700)] * 2 + [("time", 0.5)] + [("respond", 0, 0.05)] * 2 + [("time", 7)],
        )
    assert {each.is_kept for each in run(pair.other.levels(SCOPE))} == {is_kept}


class RedisScopes(LuaScopes):
    """The script in a real server, on the clock of the test."""

    def __init__(self, clock: Clock, connection: redis.Redis) -> None:
        source = values.script()
        assert source.count("redis.call('TIME')") == 1
        self._script = connection.register_script(
            source.replace("redis.call('TIME')", "{ ARGV[2], ARGV[3] }")
        )
        self._clock = clock

    def run(
        self,
        scope: str,
        worker: str,
        epoch: str,
        operations: Sequence[values.Operation],
        seed: values.Seed | None = None,
    ) -> values.Reply:
        request = values.encode(worker, epoch, operations, seed)
        time = divmod(self._clock.now_us, 1_000_000)
        return values.decode(self._script(values.keys_of("aiogroq", scope), [request, *time]))


@pytest.fixture
def connection(redis_server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url) as connection:
        yield connection


@given(steps=steps)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_real_server_has_the_same_results_and_levels(
    connection: redis.Redis, steps: Sequence[tuple[Any, ...]]
) -> None:
    connection.flushall()
    clock = Clock()
    compare(Pair(LuaStore(RedisScopes(clock, connection), "w"), clock), steps)
