"""Any order of arrivals, responses, rejections, charges by others, cancellations and clock jumps, against pacer and store: one
in memory, and one that suspends, whose calls may fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from fuzzing import fuzzed
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from simulated_service import ADMISSIONS, Item, Service, error_of
from suspending_store import Break, SuspendingStore
from virtual_time import VirtualTimeLoop

from aiogroq.errors import APIConnectionError, APIStatusError
from aiogroq.limits import Grant, MemoryStore, Need, Pacer, Pacing, pacer_for
from aiogroq.limits.bucket import MARGIN_S

T = TypeVar("T")

LIMITS = {"RPM": 20, "RPD": 2_000, "TPM": 6_000, "TPD": 400_000}


class Sent:
    """A request that was granted and admitted by the service."""

    def __init__(self, grant: Grant, item: Item) -> None:
        self.grant = grant
        self.item = item


class PacerMachine(RuleBasedStateMachine):
    """Drives two pacers of one account, an interactive one and one of batches."""

    store: Any
    takes_headers_in_order = True

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualTimeLoop(has_sockets=False)
        self.jumped_s = 0.0
        self.store_is_behind = False
        self.waiting: list[asyncio.Task[None]] = []
        self.sent: list[Sent] = []
        self.service: Service
        self.pacers: dict[str, Pacer] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one step on the loop."""
        return self.loop.run_until_complete(work)

    def make_store(self, clock: Callable[[], float]) -> Any:
        """Make the store."""
        return MemoryStore(clock)

    async def stored(self) -> bool:
        """Wait until the store knows what happened. Returns False while that cannot be."""
        return True

    @initialize(admission=st.sampled_from(ADMISSIONS), has_headers=st.booleans())
    def start(self, admission: Any, has_headers: bool) -> None:
        """Start a service, with headers or without."""

        async def begin() -> None:
            self.store = self.make_store(lambda: self.loop.time() + self.jumped_s)
            self.service = Service(LIMITS, admission, has_headers=has_headers)
            for priority in ("interactive", "batch"):
                pacing = Pacing(store=self.store, priority=priority, max_wait_s=None, max_in_flight=8)
                self.pacers[priority] = pacer_for(pacing, api_key="k", base_url="u", model="m")

        self.run(begin())

    async def ask(self, priority: str, item: Item, *, is_front: bool) -> None:
        """Wait for a grant, and send the request. A rejected one waits again, at the front."""
        pacer = self.pacers[priority]
        need = Need(item.prompt_tokens * 1.2, item.max_completion_tokens)
        rejected_at: list[float] = []
        while True:
            try:
                grant = await pacer.acquire(need, front=is_front)
            except ConnectionError:  # of the store
                continue
            try:
                self.service.admit(item)
            except APIStatusError as error:
                grant.failed(error)
                if error.status_code == 413:
                    return  # larger than the limit
                is_front = True
                rejected_at.append(self.loop.time())
                # Each kind may be found out, and each jump of the clock; but not one rejection after the other.
                if len(rejected_at) >= 10 and rejected_at[-10] == rejected_at[-1]:
                    raise
                continue
            self.sent.append(Sent(grant, item))
            return

    @rule(
        priority=st.sampled_from(["interactive", "batch"]),
        prompt=st.integers(20, 1_500),
        completion=st.integers(0, 1_000),
        spare=st.integers(0, 1_000),
        is_front=st.booleans(),
    )
    def arrive(self, priority: str, prompt: int, completion: int, spare: int, is_front: bool) -> None:
        """A request arrives."""
        item = Item(prompt, completion, completion + spare)
        self.waiting.append(self.loop.create_task(self.ask(priority, item, is_front=is_front)))
        self.run(asyncio.sleep(0))

    def take(self, choice: int) -> Sent:
        """Take one of the requests in flight."""
        return self.sent.pop(choice % len(self.sent))

    @precondition(lambda self: self.sent)
    @rule(choice=st.integers(0, 100), has_usage=st.booleans(), cancels=st.booleans())
    def respond(self, choice: int, has_usage: bool, cancels: bool) -> None:
        """A good response comes. After it the book is not above the level at the service.

        It may grant others, one of which may be cancelled in that moment.
        """

        async def step() -> None:
            sent = self.take(choice)
            self.service.charge(sent.item)
            usage = SimpleNamespace(
                prompt_tokens=sent.item.prompt_tokens, completion_tokens=sent.item.completion_tokens
            )
            sent.grant.succeeded(self.service.headers(), usage if has_usage else None)
            in_flight = len(self.sent)
            if await self.stored() and len(self.sent) == in_flight:
                self.check_book()
            if cancels and self.waiting:
                self.waiting.pop(choice % len(self.waiting)).cancel()

        self.run(step())

    def check_book(self) -> None:
        """Compare the book with the levels at the service, of the kinds that headers name."""
        if not self.service.has_headers or not self.takes_headers_in_order:
            return
        self.service.refill()
        for level in self.pacers["batch"].state().levels:
            if level.kind in ("RPD", "TPM"):
                bucket = self.service.buckets[level.kind]
                assert level.level <= max(0.0, bucket.level) + MARGIN_S * bucket.limit / bucket.window_s

    @precondition(lambda self: self.sent)
    @rule(choice=st.integers(0, 100), status=st.sampled_from([400, 498, 500, 503, None]))
    def fail(self, choice: int, status: int | None) -> None:
        """A request fails, and the service charges it in full or not."""

        async def step() -> None:
            sent = self.take(choice)
            self.service.charge(sent.item)
            error = APIConnectionError() if status is None else error_of(status, "failed", {}, {})
            sent.grant.failed(error)

        self.run(step())

    @precondition(lambda self: self.sent)
    @rule(choice=st.integers(0, 100), wait_s=st.sampled_from([None, "2"]))
    def reject_without_numbers(self, choice: int, wait_s: str | None) -> None:
        """A 429 comes that names no limit."""

        async def step() -> None:
            sent = self.take(choice)
            self.service.charge(sent.item)
            headers = {} if wait_s is None else {"retry-after": wait_s}
            sent.grant.failed(error_of(429, "slow down", {}, headers))

        self.run(step())

    @precondition(lambda self: self.sent)
    @rule(choice=st.integers(0, 100))
    def end_twice(self, choice: int) -> None:
        """A grant is ended more than once."""

        async def step() -> None:
            sent = self.take(choice)
            self.service.charge(sent.item)
            sent.grant.release()
            sent.grant.succeeded({}, None)
            sent.grant.failed(APIConnectionError())

        self.run(step())

    @precondition(lambda self: self.sent)
    @rule(choice=st.integers(0, 100))
    def forget(self, choice: int) -> None:
        """A grant is garbage-collected."""

        async def step() -> None:
            self.service.charge(self.take(choice).item)
            await asyncio.sleep(0)

        self.run(step())

    @precondition(lambda self: self.waiting)
    @rule(choice=st.integers(0, 100), is_at_once=st.booleans())
    def cancel(self, choice: int, is_at_once: bool) -> None:
        """A task is cancelled while it waits, or in the moment in which it is granted."""
        self.waiting.pop(choice % len(self.waiting)).cancel()
        if not is_at_once:
            self.run(asyncio.sleep(0))

    @rule(tokens=st.integers(1, 3_000))
    def others_use(self, tokens: int) -> None:
        """Another client of the account uses tokens."""

        async def step() -> None:
            self.service.refill()
            self.service.buckets["TPM"].level -= tokens

        self.run(step())

    @rule(factor=st.sampled_from([0.5, 2.0]))
    def change_limit(self, factor: float) -> None:
        """The limit of tokens changes."""

        async def step() -> None:
            limit = self.service.buckets["TPM"].limit * factor
            self.service.change(TPM=min(max(limit, 3_000.0), 50_000.0))

        self.run(step())

    @rule(seconds=st.floats(0.001, 90))
    def let_time_pass(self, seconds: float) -> None:
        """Time passes."""
        self.run(asyncio.sleep(seconds))

    @rule(seconds=st.floats(-4_000, 4_000))
    def jump(self, seconds: float) -> None:
        """The clock of the store jumps."""
        self.jumped_s += seconds

    @invariant()
    def the_numbers_agree(self) -> None:
        """What is held belongs to requests in flight, and nothing is negative."""
        if not self.pacers:
            return
        state = self.run(self.state())
        assert state.in_flight >= len(self.sent)
        if self.store_is_behind:
            return
        assert all(level.held >= -1e-6 for level in state.levels)
        assert all(level.held == state.in_flight for level in state.levels if level.kind in ("RPM", "RPD"))

    async def state(self) -> Any:
        """The state of the queue, after callbacks that are due."""
        for _ in range(3):
            await asyncio.sleep(0)
        self.store_is_behind = not await self.stored()
        return self.pacers["batch"].state()

    def teardown(self) -> None:
        """Nobody waits for ever: every request that is not cancelled is granted and responded to."""
        try:
            if self.pacers:
                self.run(self.finish())
        finally:
            self.loop.close()

    async def finish(self) -> None:
        """Respond to all requests, and look at what is left."""
        for _ in range(2_000):
            if not self.sent and all(task.done() for task in self.waiting):
                break
            while self.sent:
                sent = self.sent.pop()
                self.service.charge(sent.item)
                sent.grant.succeeded(self.service.headers(), None)
                del sent
            await asyncio.sleep(5)
        for task in self.waiting:
            assert task.done(), "a request waits for ever"
            if not task.cancelled():
                task.result()
        state = await self.state()
        assert (state.in_flight, state.waiting) == (0, 0)
        assert all(level.held == 0 for level in state.levels)
        assert [pacer.in_flight for pacer in self.pacers.values()] == [0, 0]
        assert [pacer.waiting for pacer in self.pacers.values()] == [0, 0]


class SuspendingMachine(PacerMachine):
    """The same with a store that suspends, whose calls may fail before or after they took effect."""

    keeps_order = takes_headers_in_order = False

    def __init__(self) -> None:
        super().__init__()
        self.failures = 0
        self.has_failed = False

    def check_book(self) -> None:
        """Compare them, unless a header may have come too late to be taken over."""
        if not self.has_failed:
            super().check_book()

    def make_store(self, clock: Callable[[], float]) -> Any:
        return SuspendingStore(clock, keeps_order=self.keeps_order)

    async def stored(self) -> bool:
        """Wait until the store knows what happened, also what has to be stored again, and the pacers know what it has."""
        if self.store.breaks:
            return False
        self.has_failed = False
        for _ in range(1_000):
            await asyncio.sleep(0)
            while self.store.active:  # noqa: ASYNC110 - its clock is driven
                await asyncio.sleep(0.05)
            if self.store.failures > self.failures:
                self.failures = self.store.failures
                self.has_failed = True
                await asyncio.sleep(25)
                continue
            calls = len(self.store.calls)
            self.pacers["batch"].state()  # reads the levels
            await asyncio.sleep(0.1)
            # A request that was granted after the levels were read would be in flight, and not held by them.
            if not self.store.active and len(self.store.calls) == calls:
                return True
        raise AssertionError("the store is never at rest")

    @rule(breaks=st.lists(st.sampled_from(["before", "after"]), min_size=1, max_size=3))
    def break_calls(self, breaks: list[Break]) -> None:
        """The next calls of the store fail."""
        self.store.breaks += breaks

    def teardown(self) -> None:
        if self.pacers:
            self.store.breaks.clear()
        super().teardown()


class OrderedMachine(SuspendingMachine):
    """The same with a store that keeps the order of calls, as that in Redis does."""

    keeps_order = takes_headers_in_order = True


TestPacer: Any = PacerMachine.TestCase
TestPacer.settings = fuzzed(60)
TestPacerOverAStoreThatSuspends: Any = SuspendingMachine.TestCase
TestPacerOverAStoreThatSuspends.settings = fuzzed(10)
TestPacerOverAStoreThatKeepsOrder: Any = OrderedMachine.TestCase
TestPacerOverAStoreThatKeepsOrder.settings = fuzzed(10)


@pytest.mark.slow
@pytest.mark.parametrize("machine", [SuspendingMachine, OrderedMachine])
def test_many_more_orders_over_a_store_that_suspends(machine: type[SuspendingMachine]) -> None:
    many: Any = fuzzed(150)
    run_state_machine_as_test(machine, settings=many)
