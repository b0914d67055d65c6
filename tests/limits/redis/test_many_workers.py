"""Any order of requests of several workers: the line never grants more than one process would be, and serves everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lua_runtime import Clock, LuaScopes
from test_same_as_memory import SCOPE, assert_same, run

from aiogroq.limits import Ask, Granted, MemoryStore, Seen, Wait
from aiogroq.limits.redis.values import Observe, Reserve, Settle

WORKERS = 4
workers = st.integers(0, WORKERS - 1)
asks = st.builds(
    dict,
    needs=st.fixed_dictionaries(
        {"RPM": st.just(1.0), "TPM": st.sampled_from([10.0, 300.0, 1_000.0, 5_900.0])}
    ),
    share=st.sampled_from([1.0, 1.0, 0.5]),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([0.02, 0.5, 3, 12, 40])),
        st.tuples(st.just("reserve"), workers, st.lists(asks, max_size=3), st.booleans(), st.booleans()),
        st.tuples(st.just("settle"), st.integers(0, 9), st.floats(0, 1.2)),
    ),
    max_size=60,
)


class Shared:
    """Workers that share a scope, and a store in memory that takes only the steps that were granted."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.scopes = LuaScopes(self.clock)
        self.memory = MemoryStore(self.clock)
        self.open: list[tuple[int, Ask]] = []
        self.count = 0
        limits = {"TPM": Seen(6_000, source="given"), "RPM": Seen(60, source="given")}
        self.step(0, Observe(limits))
        run(self.memory.observe(SCOPE, limits))

    def step(self, worker: int, operation: Any) -> Any:
        return self.scopes.run(SCOPE, str(worker), "", [operation]).results[0]

    def wait(self, seconds: float) -> None:
        for _ in range(4):
            self.clock.move(seconds / 4)
            for worker in range(WORKERS):  # all are alive
                self.scopes.run(SCOPE, str(worker), "", [])

    def reserve(self, worker: int, asked: Sequence[dict[str, Any]], is_batch: bool, is_passing: bool) -> None:
        asks: list[Ask] = []
        for each in asked:
            self.count += 1
            priority = "batch" if is_batch else "interactive"
            asks.append(Ask(str(self.count), **each, priority=priority, is_passing=is_passing))
        self.granted(worker, asks, self.step(worker, Reserve(asks)))

    def granted(self, worker: int, asks: Sequence[Ask], found: Any) -> bool:
        """Take over a result. Whether all were granted."""
        count = found.count if isinstance(found, Granted) else 0
        if count:
            assert run(self.memory.reserve(SCOPE, asks[:count])) == Granted(count)
            self.open += [(worker, ask) for ask in asks[:count]]
        levels = self.scopes.run(SCOPE, str(worker), "", []).levels
        assert_same(run(self.memory.levels(SCOPE)), levels)
        return count == len(asks)

    def settle(self, index: int, part: float) -> None:
        if index < len(self.open):
            worker, ask = self.open.pop(index)
            used = {"RPM": 1.0, "TPM": ask.needs["TPM"] * part}
            self.step(worker, Settle(ask.id, used))
            run(self.memory.settle(SCOPE, ask.id, used))

    def serve_all(self) -> None:
        """Let one request of each worker wait until it is granted, as its process would."""
        while self.open:
            self.settle(0, 1.0)
        waiting = [
            (n, Ask(f"last {n}", {"RPM": 1.0, "TPM": 2_000.0}, priority="batch")) for n in range(WORKERS)
        ]
        due = {ask.id: self.clock() for _, ask in waiting}
        until_s = self.clock() + 600
        while waiting:
            worker, ask = min(waiting, key=lambda each: due[each[1].id])
            self.clock.move(max(0.002, due[ask.id] + 0.002 - self.clock()))
            found = self.step(worker, Reserve([ask]))
            if self.granted(worker, [ask], found):
                waiting.remove((worker, ask))
                self.settle(0, 1.0)
            else:
                assert isinstance(found, Wait)
                due[ask.id] = self.clock() + min(found.wait_s, 10)
            assert self.clock() < until_s, "a worker is never served"


def check(steps: Sequence[tuple[Any, ...]]) -> None:
    shared = Shared()
    for name, *arguments in steps:
        getattr(shared, name)(*arguments)
    shared.serve_all()


@given(steps)
@settings(max_examples=20, deadline=None)
def test_the_line_grants_no_more_than_one_process_and_serves_all(steps: Sequence[tuple[Any, ...]]) -> None:
    check(steps)


@pytest.mark.slow
@given(steps)
@settings(max_examples=400, deadline=None)
def test_the_line_serves_all_in_very_many_orders(steps: Sequence[tuple[Any, ...]]) -> None:
    check(steps)
