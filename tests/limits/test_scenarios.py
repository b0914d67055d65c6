"""Whole jobs in virtual time against a simulated service, in all three ways in which it counts requests in flight.

The limits are learned unless the name says that they are given. All times are simulated, so the figures are exact.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from simulated_service import (
    ADMISSIONS,
    Admission,
    Item,
    Service,
    items,
    neighbour,
    run_job,
    send,
    shortest_s,
)
from virtual_time import in_virtual_time

from aiogroq.limits import Limits, MemoryStore, Pacer, Pacing, pacer_for

# Each simulates minutes or hours of an account, about a second of CPU time.
pytestmark = pytest.mark.slow
EVERY_ADMISSION = pytest.mark.parametrize("admission", ADMISSIONS)
FREE = {"RPM": 30, "RPD": 1_000, "TPM": 8_000}
DEVELOPER = {"RPM": 1_000, "RPD": 500_000, "TPM": 250_000}
OF_NO_TIER = {"RPM": 1_000, "RPD": 400_000, "TPM": 250_000}


def a_pacer(limits: Limits | str | None = None, *, share: float = 1.0) -> Pacer:
    """A pacer of a job with a store of its own, on the clock of the loop."""
    store = MemoryStore(asyncio.get_running_loop().time)
    pacing = Pacing(limits=limits, store=store, priority="batch", max_wait_s=None, share=share)
    return pacer_for(pacing, api_key="k", base_url="u", model="openai/gpt-oss-20b")


def small_items(count: int) -> list[Item]:
    """Requests of few tokens: the limit of requests per minute binds."""
    return items(count, prompt=40, completion=20, maximum=40)


async def efficiency(
    service: Service, work: list[Item], limits: Mapping[str, float], given: Limits | str | None = None
) -> float:
    """Run a job, and return the shortest possible time as a part of the time that it took."""
    took_s = await run_job(a_pacer(given), service, work)
    assert service.served == len(work)
    return shortest_s(work, limits, service.admission) / took_s


@EVERY_ADMISSION
@in_virtual_time
async def test_s1_a_free_account_is_used_to_99_percent_without_a_429(admission: Admission) -> None:
    service = Service(FREE, admission)
    assert await efficiency(service, items(300), FREE) >= 0.99
    assert not service.rejected
    assert service.attempts == 300


@EVERY_ADMISSION
@in_virtual_time
async def test_s2_a_developer_account_is_used_to_99_percent_without_a_429(admission: Admission) -> None:
    service = Service(DEVELOPER, admission)
    assert await efficiency(service, items(10_000), DEVELOPER) >= 0.99
    assert not service.rejected
    assert service.attempts == 10_000


@EVERY_ADMISSION
@in_virtual_time
async def test_s3_an_unknown_limit_of_requests_is_found_by_what_is_in_flight(admission: Admission) -> None:
    service = Service(OF_NO_TIER, admission)
    work = small_items(10_000)
    assert await efficiency(service, work, OF_NO_TIER) >= 0.99
    assert service.rejected.keys() == {"RPM"}
    assert service.rejected["RPM"] <= 50


@in_virtual_time
async def test_s3_once_the_limit_of_requests_is_found_there_is_no_429() -> None:
    service = Service(OF_NO_TIER)
    pacer = a_pacer()
    await run_job(pacer, service, small_items(1_500))
    found = service.rejected["RPM"]
    assert found > 0
    await run_job(pacer, service, small_items(3_000))
    assert service.rejected["RPM"] == found


@EVERY_ADMISSION
@pytest.mark.parametrize(
    "given", [Limits(rpm=1_000, rpd=500_000, tpm=250_000), "developer"], ids=["limits", "tier"]
)
@in_virtual_time
async def test_s4_given_limits_are_never_reached(admission: Admission, given: Limits | str) -> None:
    service = Service(DEVELOPER, admission)
    assert await efficiency(service, small_items(5_000), DEVELOPER, given) >= 0.99
    assert not service.rejected


@EVERY_ADMISSION
@in_virtual_time
async def test_s4_a_tier_that_the_headers_show_costs_one_429_to_be_sure_of(admission: Admission) -> None:
    service = Service(DEVELOPER, admission)
    assert await efficiency(service, small_items(10_000), DEVELOPER) >= 0.99
    assert service.rejected == {"RPM": 1}


@EVERY_ADMISSION
@in_virtual_time
async def test_a_guess_that_is_too_low_is_no_bound(admission: Admission) -> None:
    limits = {**DEVELOPER, "RPM": 3_000}
    service = Service(limits, admission)
    assert await efficiency(service, small_items(10_000), limits) >= 0.97
    assert sum(service.rejected.values()) <= 50


@EVERY_ADMISSION
@in_virtual_time
async def test_s5_a_limit_that_is_lowered_to_a_quarter_and_raised_again_is_followed(
    admission: Admission,
) -> None:
    service = Service(DEVELOPER, admission)
    job = asyncio.ensure_future(run_job(a_pacer(), service, items(10_000)))
    await asyncio.sleep(200)
    service.change(TPM=62_500)
    await asyncio.sleep(200)
    assert not service.rejected
    service.change(TPM=250_000)
    await asyncio.sleep(60)
    served = service.charged["TPM"]
    await asyncio.sleep(60)
    assert service.charged["TPM"] - served >= 0.95 * 250_000
    assert not service.rejected
    job.cancel()


@in_virtual_time
async def test_s5_a_learned_limit_of_requests_is_raised_with_those_that_headers_show() -> None:
    service = Service(OF_NO_TIER)
    job = asyncio.ensure_future(run_job(a_pacer(), service, small_items(30_000)))
    await asyncio.sleep(200)
    service.change(RPM=4_000, RPD=1_600_000)
    await asyncio.sleep(60)
    served = service.served
    await asyncio.sleep(60)
    assert service.served - served >= 0.95 * 4_000
    assert sum(service.rejected.values()) <= 50
    job.cancel()


async def beside_a_neighbour(limits: Mapping[str, float], admission: Admission) -> tuple[float, float]:
    """The parts that a neighbour and we get: it of what it offers, which is half of the limit; we of the rest."""
    service = Service(limits, admission)
    pacer = a_pacer()
    seconds = 1_200
    work = iter(items(20_000, seed=3))
    of_each = 632 if admission == "reserve_keep" else 370

    async def worker() -> None:
        for item in work:
            await send(pacer, service, item)

    workers = [asyncio.ensure_future(worker()) for _ in range(200)]
    rate = limits["TPM"] / 60 / of_each / 2
    served, offered = await neighbour(service, rate, seconds)
    for each in workers:
        each.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    of_neighbour = served * of_each
    left = limits["TPM"] * (1 + seconds / 60) - of_neighbour
    return served / offered, (service.charged["TPM"] - of_neighbour) / left


@EVERY_ADMISSION
@in_virtual_time
async def test_s6_a_neighbour_is_served_and_we_get_the_rest(admission: Admission) -> None:
    of_neighbour, ours = await beside_a_neighbour(DEVELOPER, admission)
    assert of_neighbour >= 0.99
    assert ours >= 0.97


@EVERY_ADMISSION
@in_virtual_time
async def test_s6_on_a_small_account_a_neighbour_is_served_too(admission: Admission) -> None:
    # A bucket of 13 requests: without more room for others, half of a neighbour's requests that come at random find none.
    of_neighbour, ours = await beside_a_neighbour(FREE, admission)
    assert of_neighbour >= 0.9
    assert ours >= 0.97


@EVERY_ADMISSION
@pytest.mark.parametrize(
    ("limits", "at_most"), [({**DEVELOPER, "OTPM": 50_000}, 40), ({**FREE, "OTPM": 4_000}, 20)]
)
@in_virtual_time
async def test_a_limit_of_completion_tokens_is_found_by_few_rejections(
    limits: Mapping[str, float], at_most: int, admission: Admission
) -> None:
    """It stands in no header. What the service counts for a request is learned from those of the other tokens."""
    service = Service(limits, admission)
    work = items(600 if limits["OTPM"] > 10_000 else 150)
    took_s = await run_job(a_pacer(), service, work)
    kept = admission == "reserve_keep"
    tokens = sum((item.max_completion_tokens or 0) if kept else item.completion_tokens for item in work)
    # What was in flight when the limit showed may be booked twice: that costs its part of a minute once.
    assert (tokens - limits["OTPM"]) * 60 / limits["OTPM"] / took_s >= 0.85
    assert service.rejected.keys() == {"OTPM"}
    assert service.rejected["OTPM"] <= at_most


@EVERY_ADMISSION
@in_virtual_time
async def test_s7_a_service_that_is_down_for_a_minute_loses_nothing(admission: Admission) -> None:
    service = Service(DEVELOPER, admission, is_down=lambda now_s: 200 <= now_s < 260)
    work = items(5_000)
    took_s = await run_job(a_pacer(), service, work)
    assert service.served == 5_000
    assert service.attempts - service.served <= 100
    assert (shortest_s(work, DEVELOPER, admission) + 60) / took_s >= 0.97
    assert not service.rejected
