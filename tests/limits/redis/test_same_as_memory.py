"""`limits.lua` decides as `MemoryStore` does, which it is a port of: the same steps have the same results and levels."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lua_runtime import Clock, LuaScopes, LuaStore
from redis_server import RedisServer

from aiogroq.limits import KINDS, Ask, Granted, Level, MemoryStore, Never, Seen, Wait
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
kinds = st.sampled_from(sorted(KINDS) + ["RPM", "TPM", "OTPM"] * 3)
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
        st.tuples(st.just("respond"), st.integers(0, 3), st.floats(0, 1), st.floats(0, 1.1), st.booleans()),
        st.tuples(st.just("settle"), st.integers(0, 8), used, st.none() | all_seen),
        st.tuples(st.just("fail"), st.integers(0, 8)),
        st.tuples(st.just("observe"), all_seen),
        st.tuples(st.just("block"), st.sampled_from([0.5, 3, 30])),
    ),
    max_size=60,
)


class Pair:
    """The two stores. Every step is taken in both, and compared."""

    def __init__(self, other: LuaStore, clock: Clock) -> None:
        self.memory = MemoryStore(clock)
        self.other = other
        self.clock = clock
        self.open: list[Ask] = []
        self.count = 0

    def both(self, call: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        """Take a step in both."""
        expected, found = run(call(self.memory)), run(call(self.other))
        assert_same(expected, found)
        assert_same(run(self.memory.levels(SCOPE)), run(self.other.levels(SCOPE)))
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
        self.open += asks[: found.count] if isinstance(found, Granted) else []

    def respond(self, index: int, part: float, reported: float, is_kept: bool) -> None:
        """Let a completion end as the service reports it, which keeps what it reserves, or not."""
        if index >= len(self.open):
            return
        ask = self.open.pop(index)
        maximum = ask.certain.get("OTPM", 0.0)
        output = maximum * part
        prompt = ask.needs.get("ITPM", 0.0)
        tokens = prompt + output
        used = {"RPM": 1.0, "TPM": tokens, "TPD": tokens, "ITPM": prompt, "OTPM": output}
        level = 6_000 * reported - (maximum - output if is_kept else 0.0)
        seen = {"TPM": Seen(6_000, level, unused=maximum - output)}
        self.both(lambda store: store.settle(SCOPE, ask.id, used, seen))

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


def compare(pair: Pair, steps: Sequence[tuple[Any, ...]]) -> None:
    for name, *arguments in steps:
        getattr(pair, name)(*arguments)


def lua_pair() -> Pair:
    clock = Clock()
    return Pair(LuaStore(LuaScopes(clock), "w"), clock)


@given(steps)
@settings(max_examples=40, deadline=None)
def test_the_same_steps_have_the_same_results_and_levels(steps: Sequence[tuple[Any, ...]]) -> None:
    compare(lua_pair(), steps)


@pytest.mark.slow
@given(steps)
@settings(max_examples=1_000, deadline=None)
def test_very_many_steps_have_the_same_results_and_levels(steps: Sequence[tuple[Any, ...]]) -> None:
    compare(lua_pair(), steps)


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
