"""`Pacer`: who is granted when, in virtual time. What a whole job does is in `test_scenarios`."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from simulated_service import error_of
from virtual_time import in_virtual_time

from aiogroq.errors import APIConnectionError, APITimeoutError, PacingError
from aiogroq.limits import (
    Ask,
    Grant,
    Granted,
    Level,
    Limits,
    MemoryStore,
    Need,
    Never,
    Pacer,
    Pacing,
    Seen,
    Wait,
    pacer_for,
)
from aiogroq.limits.bucket import MARGIN_S

Priority = Literal["interactive", "batch"]
CALL = Need(100, 0)
"""Needs 100 tokens."""


def now_s() -> float:
    return asyncio.get_running_loop().time()


class Account:
    """The pacers of one account, with a store of their own."""

    def __init__(self, store: Any = None) -> None:
        self.store = store or MemoryStore(asyncio.get_running_loop().time)

    def pacer(
        self, limits: Limits | str | None = None, priority: Priority = "batch", **options: Any
    ) -> Pacer:
        """A pacer with these options."""
        options.setdefault("max_wait_s", None)
        pacing = Pacing(limits=limits, store=self.store, priority=priority, **options)
        return pacer_for(pacing, api_key="gsk_secret", base_url="https://x", model="m")


async def used_up(pacer: Pacer, tokens: float) -> None:
    """Use up ``tokens`` of the limit."""
    grant = await pacer.acquire(Need(tokens, 0))
    usage = SimpleNamespace(prompt_tokens=tokens, completion_tokens=0)
    grant.succeeded({}, usage)


def level(pacer: Pacer, kind: str) -> Level:
    return next(each for each in pacer.state().levels if each.kind == kind)


async def order_of(pacers: Sequence[tuple[str, Pacer, Need]]) -> list[tuple[str, float]]:
    """Ask for all at once, in this order. Return the names as they are granted, with the seconds that they waited."""
    order: list[tuple[str, float]] = []
    start_s = now_s()

    async def one(name: str, pacer: Pacer, need: Need) -> None:
        grant = await pacer.acquire(need)
        order.append((name, round(now_s() - start_s, 1)))
        await asyncio.sleep(0.001)
        grant.succeeded({}, SimpleNamespace(prompt_tokens=need.prompt_tokens, completion_tokens=0))

    await asyncio.gather(*(one(*each) for each in pacers))
    return order


@in_virtual_time
async def test_a_request_is_granted_without_a_turn_of_the_loop_where_there_is_room() -> None:
    acquired = Account().pacer(Limits(tpm=6_000)).acquire(CALL)
    with pytest.raises(StopIteration):
        acquired.send(None)


@in_virtual_time
async def test_a_request_waits_exactly_until_the_limit_has_room() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    await used_up(pacer, 6_000)
    start_s = now_s()
    await pacer.acquire(Need(1_000, 500))
    assert now_s() - start_s == pytest.approx(15 + MARGIN_S, abs=0.002)


@in_virtual_time
async def test_requests_of_batches_are_granted_in_their_order() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    await used_up(pacer, 6_000)
    order = await order_of([("large", pacer, Need(2_000, 0)), ("small", pacer, CALL), ("last", pacer, CALL)])
    assert [name for name, _ in order] == ["large", "small", "last"]


@in_virtual_time
async def test_small_interactive_requests_pass_a_large_one_by_no_more_than_its_own_size() -> None:
    pacer = Account().pacer(Limits(tpm=6_000), "interactive")
    await used_up(pacer, 6_000)
    small = [(f"small {number}", pacer, Need(600, 0)) for number in range(6)]
    order = await order_of([("large", pacer, Need(2_000, 0)), *small])
    names = [name for name, _ in order]
    assert names.index("large") == 3
    assert dict(order)["large"] == pytest.approx((3 * 600 + 2_000) / 100 + MARGIN_S, abs=0.2)


@in_virtual_time
async def test_interactive_requests_go_before_those_of_batches() -> None:
    account = Account()
    batch, interactive = account.pacer(Limits(tpm=6_000)), account.pacer(priority="interactive")
    await used_up(batch, 6_000)
    order = await order_of([("batch", batch, CALL), ("interactive", interactive, CALL)])
    assert [name for name, _ in order] == ["interactive", "batch"]


@in_virtual_time
async def test_a_batch_leaves_its_share_to_interactive_requests() -> None:
    account = Account()
    batch, interactive = account.pacer(Limits(tpm=6_000), share=0.5), account.pacer(priority="interactive")
    await used_up(batch, 2_900)
    order = await order_of([("batch", batch, Need(600, 0)), ("interactive", interactive, Need(2_000, 0))])
    assert order[0] == ("interactive", 0.0)
    assert order[1][1] > 20


@in_virtual_time
async def test_a_request_that_is_put_back_at_the_front_is_the_next() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    await used_up(pacer, 6_000)
    order: list[str] = []

    async def one(name: str, front: bool) -> None:
        await pacer.acquire(CALL, front=front)
        order.append(name)

    await asyncio.gather(one("first", False), one("second", False), one("rejected", True))
    assert order == ["rejected", "first", "second"]


@in_virtual_time
async def test_a_429_lets_the_next_request_wait_for_its_own_need_and_not_for_the_header() -> None:
    pacer = Account().pacer()
    grant = await pacer.acquire(CALL)
    text = "Rate limit reached on tokens per minute (TPM): Limit 6000, Used 5950, Requested 100. Please try again in 500ms."
    grant.failed(error_of(429, text, {"type": "tokens"}, {"retry-after": "1"}))
    start_s = now_s()
    await pacer.acquire(CALL, front=True)
    assert now_s() - start_s == pytest.approx(0.5 + MARGIN_S, abs=0.002)


@pytest.mark.parametrize(("headers", "wait_s"), [({"retry-after": "7"}, 7.0), ({}, 1.0)])
@in_virtual_time
async def test_a_429_without_numbers_holds_all_requests_back(
    headers: Mapping[str, str], wait_s: float
) -> None:
    pacer = Account().pacer()
    (await pacer.acquire(CALL)).failed(error_of(429, "slow down", {}, headers))
    start_s = now_s()
    assert (pacer.state().in_flight, pacer.state().waiting) == (0, 0)
    await pacer.acquire(CALL)
    assert now_s() - start_s == pytest.approx(wait_s, abs=0.002)


@in_virtual_time
async def test_a_request_that_is_too_large_holds_nobody_back() -> None:
    pacer = Account().pacer()
    text = "Request too large on output tokens per minute (OTPM): Limit 1000, Requested 1329, please reduce max_tokens"
    (await pacer.acquire(Need(10, 1_329))).failed(error_of(429, text, {"type": "tokens"}, {}))
    start_s = now_s()
    await pacer.acquire(Need(10, 900))
    assert now_s() == start_s


@in_virtual_time
async def test_503s_lower_the_number_in_flight_and_a_success_ends_the_pause() -> None:
    pacer = Account().pacer()
    for _ in range(4):
        for grant in [await pacer.acquire(CALL) for _ in range(pacer.state().max_in_flight)]:
            grant.succeeded({})
    grants = [await pacer.acquire(CALL) for _ in range(pacer.state().max_in_flight)]
    before = len(grants)
    assert before > 5
    for grant in grants:
        grant.failed(error_of(503, "over capacity", {}, {}))
    assert pacer.state().max_in_flight == 1
    start_s = now_s()
    probe = await pacer.acquire(CALL)
    assert now_s() - start_s == pytest.approx(1.0, abs=0.002)
    waiting = asyncio.ensure_future(pacer.acquire(CALL))
    await asyncio.sleep(5)
    assert not waiting.done()
    probe.succeeded({})
    await waiting
    assert pacer.state().max_in_flight == int(before * 0.7)


@in_virtual_time
async def test_a_429_does_not_lower_the_number_in_flight() -> None:
    pacer = Account().pacer()
    before = pacer.state().max_in_flight
    (await pacer.acquire(CALL)).failed(error_of(429, "slow down", {}, {}))
    assert pacer.state().max_in_flight == before


@in_virtual_time
async def test_no_more_are_in_flight_than_the_options_allow() -> None:
    account = Account()
    bounded, other = account.pacer(max_in_flight=1), account.pacer()
    grant = await bounded.acquire(CALL)
    waiting = [asyncio.ensure_future(bounded.acquire(CALL)) for _ in range(3)]
    await asyncio.sleep(1)
    assert not any(each.done() for each in waiting)
    (await other.acquire(CALL)).release()
    grant.release()
    (await waiting[0]).release()
    (await waiting[1]).release()
    await waiting[2]


# --------------------------------------------------------------------------------------------------- too long


@in_virtual_time
async def test_a_wait_that_does_not_fit_the_deadline_fails_at_once_and_names_the_limit() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    await used_up(pacer, 6_000)
    start_s = now_s()
    with pytest.raises(PacingError, match=r"would wait 30\.6 s for the rate limit TPM of m") as raised:
        await pacer.acquire(Need(3_000, 0), deadline=start_s + 20)
    assert now_s() == start_s
    assert (raised.value.limit_kind, raised.value.retry_after_s) == ("TPM", pytest.approx(30.6))
    assert pacer.state().waiting == 0


@in_virtual_time
async def test_a_request_behind_one_that_waits_too_long_fails_at_once_too() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    await used_up(pacer, 6_000)
    first = asyncio.ensure_future(pacer.acquire(Need(3_000, 0)))
    await asyncio.sleep(1)
    with pytest.raises(PacingError):
        await pacer.acquire(CALL, deadline=now_s() + 5)
    await first


@in_virtual_time
async def test_a_wait_that_takes_longer_than_it_seemed_ends_at_the_deadline() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    grant = await pacer.acquire(Need(5_900, 0))  # and no response comes
    start_s = now_s()
    with pytest.raises(PacingError):
        await pacer.acquire(Need(3_000, 0), deadline=start_s + 20)
    assert now_s() - start_s == pytest.approx(20)
    grant.release()
    await pacer.acquire(Need(3_000, 0))


@in_virtual_time
async def test_max_wait_bounds_every_wait() -> None:
    pacer = Account().pacer(Limits(tpm=6_000), max_wait_s=10)
    await used_up(pacer, 6_000)
    with pytest.raises(PacingError, match="max_wait_s"):
        await pacer.acquire(Need(3_000, 0))
    await pacer.acquire(Need(500, 0))


@in_virtual_time
async def test_a_request_that_never_fits_a_given_limit_fails_and_the_next_is_granted() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    with pytest.raises(
        PacingError, match=r"it needs 7000 tokens of the limit TPM of m, which was given as 6000"
    ):
        await pacer.acquire(Need(10, 7_000))
    await pacer.acquire(CALL)


@in_virtual_time
async def test_an_error_after_a_wait_names_how_long_it_waited_and_what_to_raise() -> None:
    pacer = Account().pacer(Limits(tpm=6_000), max_wait_s=60)
    grant = await pacer.acquire(Need(5_900, 0))  # and no response comes
    waited = r"waited 60 s \(max_wait_s=60\) for the rate limit TPM of m\. Raise max_wait_s of Pacing"
    with pytest.raises(PacingError, match=waited):
        await pacer.acquire(Need(3_000, 0))
    with pytest.raises(PacingError, match=r"waited 5 s \(total timeout\) for .* Raise the total timeout"):
        await pacer.acquire(Need(3_000, 0), deadline=now_s() + 5)
    grant.release()


@in_virtual_time
async def test_an_error_after_a_part_of_a_wait_names_what_it_waited_and_the_rest() -> None:
    pacer = Account().pacer(Limits(tpm=6_000), max_wait_s=10)
    grant = await pacer.acquire(Need(5_900, 0))  # it may use less
    waiting = asyncio.ensure_future(pacer.acquire(Need(3_000, 0)))
    await asyncio.sleep(4)
    grant.succeeded({}, SimpleNamespace(prompt_tokens=5_900, completion_tokens=0))
    text = r"it waited 4 s for the rate limit TPM of m, would wait 29\.6 s more, and may wait 10 s in all \(max_wait_s=10\)"
    with pytest.raises(PacingError, match=text) as raised:
        await waiting
    assert raised.value.retry_after_s == pytest.approx(29.6, abs=0.1)


@in_virtual_time
async def test_an_error_after_a_wait_for_requests_in_flight_names_them() -> None:
    pacer = Account().pacer(Limits(tpm=6_000), max_wait_s=3, max_in_flight=1)
    grant = await pacer.acquire(CALL)
    own = (
        r"waited 3 s \(max_wait_s=3\) for one of 1 requests in flight of m to end \(max_in_flight=1;.*stream"
    )
    with pytest.raises(PacingError, match=own):
        await pacer.acquire(CALL)
    grant.release()
    impatient = Account().pacer(max_wait_s=0)
    grants = await asyncio.gather(impatient.acquire(CALL), impatient.acquire(CALL))
    with pytest.raises(PacingError, match=r"waited 0 s .* for one of 2 requests in flight of m to end"):
        await impatient.acquire(CALL)
    for grant in grants:
        grant.release()


# ------------------------------------------------------------------------------------------------ nothing leaks


@in_virtual_time
async def test_a_cancelled_waiter_leaves_nothing_and_lets_the_next_one_go() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    await used_up(pacer, 6_000)
    first = asyncio.ensure_future(pacer.acquire(Need(5_000, 0)))
    second = asyncio.ensure_future(pacer.acquire(CALL))
    await asyncio.sleep(5)
    first.cancel()
    start_s = now_s()
    (await second).release()
    assert now_s() == start_s
    assert (pacer.state().in_flight, pacer.state().waiting) == (0, 0)
    assert level(pacer, "TPM").held == 0


@in_virtual_time
async def test_a_waiter_that_is_cancelled_as_it_is_granted_gives_the_grant_back() -> None:
    pacer = Account().pacer(max_in_flight=1)
    grant = await pacer.acquire(CALL)
    waiting = asyncio.ensure_future(pacer.acquire(CALL))
    await asyncio.sleep(0)
    grant.release()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert pacer.state().in_flight == 0
    await pacer.acquire(CALL)


@in_virtual_time
async def test_a_grant_that_is_garbage_collected_is_charged_in_full() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    grant: Grant | None = await pacer.acquire(Need(1_000, 2_000))
    assert grant is not None
    grant = None
    gc.collect()
    await asyncio.sleep(0)
    assert pacer.state().in_flight == 0
    assert level(pacer, "TPM").level == 3_000
    assert level(pacer, "TPM").held == 0


@in_virtual_time
async def test_a_grant_is_ended_once() -> None:
    pacer = Account().pacer(Limits(tpm=6_000))
    grant = await pacer.acquire(CALL)
    grant.release()
    grant.succeeded({}, None)
    grant.failed(APIConnectionError())
    assert pacer.state().in_flight == 0
    assert level(pacer, "TPM").level == 6_000


def in_phase(phase: str) -> APITimeoutError:
    error = APITimeoutError()
    error.phase = phase
    return error


@pytest.mark.parametrize(
    ("error", "tokens", "requests"),
    [
        (APIConnectionError(), 300, 1),
        (in_phase("read"), 300, 1),
        (asyncio.CancelledError(), 300, 1),
        (in_phase("connect"), 0, 0),
        (in_phase("pool"), 0, 0),
        (error_of(400, "wrong", {}, {}), 0, 1),
        (error_of(500, "failed", {}, {}), 0, 1),
        (error_of(413, "too large", {}, {}), 0, 0),
    ],
)
@in_virtual_time
async def test_a_request_that_failed_is_charged_what_the_service_may_have_charged(
    error: BaseException, tokens: float, requests: float
) -> None:
    pacer = Account().pacer(Limits(tpm=6_000, rpm=60))
    (await pacer.acquire(Need(100, 200))).failed(error)
    assert (6_000 - level(pacer, "TPM").level, 60 - level(pacer, "RPM").level) == (tokens, requests)


# --------------------------------------------------------------------------------------------------- sharing


@in_virtual_time
async def test_pacers_of_one_account_and_model_share_the_limits() -> None:
    account = Account()
    one, other = account.pacer(Limits(tpm=6_000)), account.pacer()
    await used_up(one, 6_000)
    assert level(other, "TPM").level == 0
    assert one is not other


@in_virtual_time
async def test_the_same_options_return_the_same_pacer_and_other_keys_and_models_another() -> None:
    pacing = Pacing(store=MemoryStore())
    one = pacer_for(pacing, api_key="k", base_url="u", model="m")
    assert pacer_for(pacing, api_key="k", base_url="u", model="m") is one
    await used_up(one, 10)
    for different in ({"api_key": "j"}, {"base_url": "v"}, {"model": "n"}):
        names = {"api_key": "k", "base_url": "u", "model": "m", **different}
        assert pacer_for(pacing, **names) is not one


def test_event_loops_share_the_store_of_the_process() -> None:
    async def use() -> float:
        pacer = pacer_for(Pacing(Limits(tpm=6_000)), api_key="of this test", base_url="u", model="m")
        before = level_or_none(pacer)
        await used_up(pacer, 3_000)
        return before

    def level_or_none(pacer: Pacer) -> float:
        return next((each.level for each in pacer.state().levels if each.kind == "TPM"), -1.0)

    assert asyncio.run(use()) == -1.0
    assert 2_900 < asyncio.run(use()) < 6_000


@in_virtual_time
async def test_the_store_never_sees_the_key() -> None:
    account = Account()
    await used_up(account.pacer(), 10)
    assert "gsk_secret" not in repr(vars(account.store))


class SlowStore:
    """A `LimitStore` that suspends, as one of another process does."""

    def __init__(self) -> None:
        self.store = MemoryStore(asyncio.get_running_loop().time)

    async def reserve(self, scope: str, asks: Sequence[Ask]) -> Granted | Wait | Never:
        await asyncio.sleep(0.01)
        return await self.store.reserve(scope, asks)

    async def settle(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None = None
    ) -> None:
        await asyncio.sleep(0.01)
        await self.store.settle(scope, id, used, seen)

    async def observe(self, scope: str, seen: Mapping[str, Seen]) -> None:
        await asyncio.sleep(0.01)
        await self.store.observe(scope, seen)

    async def block(self, scope: str, wait_s: float) -> None:
        await asyncio.sleep(0.01)
        await self.store.block(scope, wait_s)

    async def levels(self, scope: str) -> Sequence[Level]:
        await asyncio.sleep(0.01)
        return await self.store.levels(scope)


@in_virtual_time
async def test_a_store_that_suspends_grants_in_order_and_loses_nothing() -> None:
    pacer = Account(SlowStore()).pacer(Limits(tpm=6_000))
    await used_up(pacer, 6_000)
    await asyncio.sleep(0.1)
    order = await order_of([(str(number), pacer, Need(500, 0)) for number in range(5)])
    assert [name for name, _ in order] == ["0", "1", "2", "3", "4"]
    cancelled = asyncio.ensure_future(pacer.acquire(CALL))
    await asyncio.sleep(0.005)
    cancelled.cancel()
    await asyncio.sleep(1)
    pacer.state()
    await asyncio.sleep(1)
    assert (pacer.state().in_flight, pacer.state().waiting) == (0, 0)
    assert level(pacer, "TPM").held == 0


class FailingStore(SlowStore):
    """A store of another process that is not reached by the methods in ``failing``."""

    def __init__(self, *failing: str) -> None:
        super().__init__()
        self.failing = set(failing)

    async def reserve(self, scope: str, asks: Sequence[Ask]) -> Granted | Wait | Never:
        await self._fail("reserve")
        return await super().reserve(scope, asks)

    async def settle(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None = None
    ) -> None:
        await self._fail("settle")
        await super().settle(scope, id, used, seen)

    async def observe(self, scope: str, seen: Mapping[str, Seen]) -> None:
        await self._fail("observe")
        await super().observe(scope, seen)

    async def _fail(self, name: str) -> None:
        await asyncio.sleep(0.01)
        if name in self.failing:
            raise ConnectionError(f"{name}: the store is not reached")


@pytest.mark.parametrize("method", ["reserve", "observe"])
@in_virtual_time
async def test_an_error_of_the_store_is_raised_by_all_who_wait_and_the_next_one_asks_again(
    method: str,
) -> None:
    store = FailingStore(method)
    pacer = Account(store).pacer(Limits(tpm=6_000))
    results = await asyncio.gather(*(pacer.acquire(CALL) for _ in range(3)), return_exceptions=True)
    assert [str(each) for each in results] == [f"{method}: the store is not reached"] * 3
    assert all(isinstance(each, ConnectionError) for each in results)
    assert (pacer.waiting, pacer.state().waiting, pacer.state().in_flight) == (0, 0, 0)
    store.failing.clear()
    (await pacer.acquire(CALL)).release()
    pacer.state()
    await asyncio.sleep(0.1)
    assert level(pacer, "TPM").is_given  # the limit is not lost with the failure


@in_virtual_time
async def test_a_store_that_fails_after_responses_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    store = FailingStore("settle")
    pacer = Account(store).pacer(Limits(tpm=6_000), max_in_flight=1)
    for _ in range(3):
        (await pacer.acquire(CALL)).succeeded({}, None)
        await asyncio.sleep(0.1)
    logged = [(name, text) for name, _, text in caplog.record_tuples if name == "aiogroq"]
    assert len(logged) == 1
    assert "settle: the store is not reached" in logged[0][1]


class CountingStore(SlowStore):
    """A store that counts the steps that it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[str] = []

    async def settle(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None = None
    ) -> None:
        self.steps.append("settle")
        await super().settle(scope, id, used, seen)

    async def observe(self, scope: str, seen: Mapping[str, Seen]) -> None:
        self.steps.append("observe")
        await super().observe(scope, seen)


@in_virtual_time
async def test_the_end_of_a_request_and_what_its_response_says_are_one_step_of_the_store() -> None:
    store = CountingStore()
    pacer = Account(store).pacer()
    headers = {"x-ratelimit-limit-tokens": "6000", "x-ratelimit-remaining-tokens": "5000"}
    (await pacer.acquire(CALL)).succeeded(headers, None)
    pacer.state()
    await asyncio.sleep(0.1)
    assert store.steps == ["settle"]
    assert level(pacer, "TPM").limit == 6_000


class HangingStore(SlowStore):
    """A store whose service accepts connections and never responds."""

    async def reserve(self, scope: str, asks: Sequence[Ask]) -> Granted | Wait | Never:
        await asyncio.Event().wait()
        return await super().reserve(scope, asks)


@in_virtual_time
async def test_a_store_that_hangs_fails_the_calls_that_wait_for_it() -> None:
    pacer = Account(HangingStore()).pacer(Limits(tpm=6_000))
    waiting = [asyncio.ensure_future(pacer.acquire(CALL)) for _ in range(3)]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert asyncio.get_running_loop().time() == pytest.approx(10, abs=0.1)
    assert all(isinstance(each, PacingError) for each in results)
    assert "the store of the rate limits, HangingStore, has not responded for 10 s" in str(results[0])
    assert (pacer.waiting, pacer.state().waiting, pacer.state().in_flight) == (0, 0, 0)
