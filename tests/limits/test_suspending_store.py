"""Pacers over a store that suspends, as one that processes share: what it is asked, when, and what is not lost."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from simulated_service import error_of
from suspending_store import SuspendingStore
from virtual_time import in_virtual_time

from aiogroq import AsyncGroq
from aiogroq.errors import APIConnectionError, PacingError
from aiogroq.limits import Grant, Level, Limits, Need, Pacer, Pacing, pacer_for

CALL = Need(100, 0)
RTT_S = 0.04
"""The longest time of a call to the store, both ways."""


def now_s() -> float:
    return asyncio.get_running_loop().time()


def store_of(keeps_order: bool = True) -> SuspendingStore:
    return SuspendingStore(asyncio.get_running_loop().time, most_s=RTT_S / 2, keeps_order=keeps_order)


def pacer_over(store: SuspendingStore, limits: Any = None, **options: Any) -> Pacer:
    options.setdefault("max_wait_s", None)
    pacing = Pacing(limits=limits, store=store, **options)
    return pacer_for(pacing, api_key="k", base_url="https://x", model="m")


async def levels(pacer: Pacer) -> dict[str, Level]:
    """The levels, after all that is being stored."""
    for _ in range(2):
        await asyncio.sleep(2)
        pacer.state()
    await asyncio.sleep(2)
    return {level.kind: level for level in pacer.state().levels}


async def grown(pacer: Pacer, in_flight: int) -> None:
    """Let responses come until so many requests may be in flight."""
    while pacer.state().max_in_flight < in_flight:
        count = pacer.state().max_in_flight
        for grant in await asyncio.gather(*(pacer.acquire(Need(1, 0)) for _ in range(count))):
            grant.succeeded({}, SimpleNamespace(prompt_tokens=0, completion_tokens=0))
    await asyncio.sleep(1)


def asked(store: SuspendingStore) -> list[int]:
    """For how many requests each call of `reserve` asked."""
    return [len(ids) for name, ids in store.calls if name == "reserve"]


@in_virtual_time
async def test_as_many_requests_as_may_be_in_flight_are_asked_for_in_one_call() -> None:
    store = store_of()
    pacer = pacer_over(store, "rpm=1000000")
    await grown(pacer, 20)
    store.calls.clear()
    most = pacer.state().max_in_flight
    waiting = [asyncio.ensure_future(pacer.acquire(CALL)) for _ in range(50)]
    await asyncio.sleep(1)
    assert asked(store) == [16, most - 16]
    assert [task.done() for task in waiting] == [True] * most + [False] * (50 - most)
    for task in waiting:
        task.cancel()


@in_virtual_time
async def test_one_call_asks_for_one_priority_and_for_no_more_than_max_in_flight_of_a_pacer() -> None:
    store = store_of()
    web, batch = pacer_over(store), pacer_over(store, priority="batch", max_in_flight=3)
    await grown(web, 16)
    store.calls.clear()
    waiting = [asyncio.ensure_future(pacer.acquire(CALL)) for pacer in (batch, web) for _ in range(5)]
    await asyncio.sleep(1)
    assert asked(store) == [5, 3]
    assert [task.done() for task in waiting] == [True] * 3 + [False] * 2 + [True] * 5
    for task in waiting:
        task.cancel()


@in_virtual_time
async def test_what_was_granted_of_several_is_sent_and_the_rest_waits_without_another_call() -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000), priority="batch")
    await grown(pacer, 16)
    await asyncio.sleep(60)
    store.calls.clear()
    waiting = [asyncio.ensure_future(pacer.acquire(Need(2_500, 0))) for _ in range(4)]
    await asyncio.sleep(2)
    assert [task.done() for task in waiting] == [True, True, False, False]
    assert asked(store) == [4]
    assert pacer.state().binding == "TPM"
    for task in waiting:
        task.cancel()


@in_virtual_time
async def test_small_requests_that_pass_a_large_one_are_asked_for_together_and_marked() -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000))
    await grown(pacer, 16)
    await asyncio.sleep(60)
    held = await pacer.acquire(Need(4_000, 0))
    large = asyncio.ensure_future(pacer.acquire(Need(3_000, 0)))
    await asyncio.sleep(0.2)
    store.calls.clear()
    small = [asyncio.ensure_future(pacer.acquire(Need(200, 0))) for _ in range(4)]
    await asyncio.sleep(0.5)
    assert [large.done(), *(task.done() for task in small)] == [False, True, True, True, True]
    assert asked(store).count(4) == 1
    held.release()
    large.cancel()


@pytest.mark.parametrize("keeps_order", [True, False])
@in_virtual_time
async def test_a_rejection_is_stored_before_its_request_asks_again(keeps_order: bool) -> None:
    store = store_of(keeps_order)
    pacer = pacer_over(store)
    grant = await pacer.acquire(Need(1_000, 0))
    text = (
        "Rate limit reached for model `m` on tokens per minute (TPM): Limit 6000, Used 5900, Requested 1000."
    )
    start_s = now_s()
    grant.failed(error_of(429, text, {}, {}))
    again = await pacer.acquire(Need(1_000, 0), front=True)
    assert now_s() - start_s > 5  # (5900 + 1000 - 6000) tokens at 100 a second
    again.release()


@in_virtual_time
async def test_the_next_request_asks_in_the_moment_in_which_one_ends_where_the_store_keeps_the_order() -> (
    None
):
    store = store_of()
    pacer = pacer_over(store, max_in_flight=1)
    grant = await pacer.acquire(CALL)
    waiting = asyncio.ensure_future(pacer.acquire(CALL))
    await asyncio.sleep(1)
    store.calls.clear()
    grant.succeeded({}, None)
    for _ in range(3):
        await asyncio.sleep(0)
    assert [name for name, _ in store.calls] == ["settle", "reserve"]
    (await waiting).release()


@pytest.mark.parametrize("way", ["cancel", "deadline", "too long"])
@in_virtual_time
async def test_a_process_of_which_nothing_waits_any_more_gives_its_place_up(way: str) -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000), max_wait_s=5)
    held = await pacer.acquire(Need(4_000, 0))
    if way == "too long":
        held.failed(APIConnectionError())  # it may have been charged
    store.calls.clear()
    waiting = asyncio.ensure_future(pacer.acquire(Need(5_000, 0)))
    await asyncio.sleep(1)
    assert waiting.done() == (way == "too long")
    if way == "cancel":
        waiting.cancel()
    await asyncio.sleep(6)
    assert waiting.done()
    assert [ids for name, ids in store.calls if name == "reserve"][-1] == []
    assert asked(store).count(0) == 1


@in_virtual_time
async def test_a_process_whose_requests_were_granted_has_no_place_to_give_up() -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000))
    for grant in await asyncio.gather(*(pacer.acquire(Need(1_000, 0)) for _ in range(2))):
        grant.release()
    await asyncio.sleep(1)
    (await pacer.acquire(CALL)).release()
    await asyncio.sleep(1)
    assert 0 not in asked(store)


# -------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize("breaks", ["before", "after"])
@in_virtual_time
async def test_what_a_request_used_is_charged_once_though_the_store_failed(breaks: Any) -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000, rpd=1_000))
    grant = await pacer.acquire(CALL)
    store.breaks.append(breaks)
    grant.succeeded({}, SimpleNamespace(prompt_tokens=80, completion_tokens=0))
    await asyncio.sleep(1)
    found = await levels(pacer)
    assert found["RPD"].held == found["TPM"].held == 0
    assert 998.9 < found["RPD"].level < 999.1
    assert [name for name, _ in store.calls].count("settle") == 2


@in_virtual_time
async def test_what_a_request_used_is_stored_when_the_store_responds_again() -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000, rpd=1_000))
    grants = [await pacer.acquire(CALL) for _ in range(2)]
    store.breaks.extend(("before", "before"))
    for grant in grants:
        grant.succeeded({}, SimpleNamespace(prompt_tokens=80, completion_tokens=0))
    await asyncio.sleep(0.1)
    (await pacer.acquire(CALL)).release()
    await asyncio.sleep(3 * RTT_S)
    assert [name for name, _ in store.calls].count("settle") == 5
    assert 997.9 < (await levels(pacer))["RPD"].level < 998.1


@in_virtual_time
async def test_a_reservation_whose_response_was_lost_is_ended() -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000))
    (await pacer.acquire(CALL)).release()
    await asyncio.sleep(1)
    store.breaks.append("after")
    with pytest.raises(ConnectionError):
        await pacer.acquire(CALL)
    await asyncio.sleep(1)
    assert (await levels(pacer))["TPM"].held == 0


@in_virtual_time
async def test_a_task_that_is_cancelled_while_the_store_is_asked_takes_its_reservation_back() -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000))
    (await pacer.acquire(CALL)).release()
    for wait_s in (0.0, 0.001, 0.01, RTT_S / 2, RTT_S):
        waiting = [asyncio.ensure_future(pacer.acquire(CALL)) for _ in range(2)]
        await asyncio.sleep(wait_s)
        if not waiting[0].cancel():
            waiting[0].result().release()
        (await waiting[1]).release()
        assert (await levels(pacer))["TPM"].held == 0
        assert (pacer.state().in_flight, pacer.state().waiting, pacer.in_flight) == (0, 0, 0)


# ----------------------------------------------------------------------------------------------------- deadlines


async def acquired_or_failed(
    pacer: Pacer, need: Need = CALL, **options: Any
) -> tuple[Grant | PacingError, float]:
    """Return the grant or the error, and the seconds that it took."""
    start_s = now_s()
    try:
        return await pacer.acquire(need, **options), now_s() - start_s
    except PacingError as error:
        return error, now_s() - start_s


@in_virtual_time
async def test_with_no_time_to_wait_requests_that_fit_are_sent_and_others_fail_as_soon_as_the_store_says_it() -> (
    None
):
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000), max_wait_s=0)
    results = [await acquired_or_failed(pacer, Need(4_000, 0)) for _ in range(2)]
    assert isinstance(results[0][0], Grant)
    assert isinstance(results[1][0], PacingError)
    assert results[1][0].limit_kind == "TPM"
    assert all(took_s <= 2 * RTT_S for _, took_s in results)
    several = await asyncio.gather(*(acquired_or_failed(pacer, Need(100, 0)) for _ in range(5)))
    in_flight = pacer.state().max_in_flight - 1
    assert [isinstance(each, Grant) for each, _ in several] == [True] * in_flight + [False] * (5 - in_flight)


@in_virtual_time
async def test_a_request_waits_for_the_store_no_longer_than_its_total_timeout() -> None:
    store = SuspendingStore(asyncio.get_running_loop().time, most_s=0.5)
    pacer = pacer_over(store, "tpm=6000")
    error, took_s = await acquired_or_failed(pacer, deadline=now_s() + 0.05)
    assert isinstance(error, PacingError)
    assert took_s == pytest.approx(0.05)
    assert (
        "waited 0.05 s (total timeout) for the store of the rate limits, SuspendingStore, to respond"
        in str(error)
    )
    await asyncio.sleep(5)
    assert (await levels(pacer))["TPM"].held == 0


@in_virtual_time
async def test_max_wait_s_ends_the_wait_for_a_limit_at_its_time() -> None:
    store = store_of()
    pacer = pacer_over(store, Limits(tpm=6_000), max_wait_s=5)
    await pacer.acquire(Need(4_000, 0))
    start_s = now_s()
    error, took_s = await acquired_or_failed(
        pacer, Need(2_500, 0)
    )  # what is held may be given back at any time
    assert isinstance(error, PacingError)
    assert (took_s, now_s() - start_s) == (pytest.approx(5), pytest.approx(5))
    assert error.limit_kind == "TPM"


@in_virtual_time
async def test_a_store_that_does_not_respond_adds_a_second_at_most_to_max_wait_s() -> None:
    store = SuspendingStore(asyncio.get_running_loop().time, most_s=8)
    error, took_s = await acquired_or_failed(pacer_over(store, "tpm=6000", max_wait_s=0.1))
    assert isinstance(error, PacingError)
    assert took_s <= 1.1 + 1e-6


# ------------------------------------------------------------------------------------------------------- clients


async def test_a_client_is_closed_when_what_its_calls_used_is_stored(client: AsyncGroq) -> None:
    store = SuspendingStore(asyncio.get_running_loop().time, keeps_order=True)
    async with client.with_options(pacing=Pacing("rpd=1000", store=store)) as paced:
        await paced.embeddings.create(model="nomic-embed-text-v1_5", input="a cat")
        assert [name for name, _ in store.calls] == ["observe", "reserve"]
    assert [name for name, _ in store.calls][2:] == ["settle"]
    assert store.active == 0
