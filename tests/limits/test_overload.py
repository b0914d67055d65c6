"""How many requests may be in flight: `InFlightLimit`."""

from __future__ import annotations

import pytest

from aiogroq.limits.overload import THRESHOLD, InFlightLimit, ThreadUse, thread_use


def limit_after(
    responses: int,
    cpu_of_each_s: float,
    each_s: float,
    *,
    waits_of_each: float | None = None,
    speed: float = 1,
) -> int:
    """Return the limit after responses that come at intervals, with as much in flight as may be. ``speed`` is that of the
    clock of the event loop."""
    count = 0

    def use() -> ThreadUse:
        waits = None if waits_of_each is None else int(count * waits_of_each)
        return ThreadUse(count * each_s, count * cpu_of_each_s, waits)

    cap = InFlightLimit(lambda: speed * count * each_s, use)
    for count in range(1, responses + 1):  # noqa: B007 -- the clocks read it
        cap.succeeded(cap.limit)
    return cap.limit


@pytest.mark.parametrize("waits_of_each", [None, 1, 0.2])
def test_the_limit_grows_while_the_thread_has_time_left(waits_of_each: float | None) -> None:
    assert 100 < limit_after(20_000, 0.0001, 0.01, waits_of_each=waits_of_each) < 110


@pytest.mark.parametrize("waits_of_each", [None, 1, 0])
def test_more_requests_are_of_no_use_to_a_busy_thread(waits_of_each: float | None) -> None:
    # The first look has nothing to compare with.
    assert limit_after(20_000, 0.0009, 0.001, waits_of_each=waits_of_each) <= THRESHOLD + 1


def test_a_thread_that_waits_for_nothing_is_busy_however_seldom_it_gets_the_processor() -> None:
    assert limit_after(20_000, 0.0001, 0.001, waits_of_each=0.01) <= THRESHOLD + 1


def test_a_simulated_clock_says_nothing_of_the_thread() -> None:
    assert 100 < limit_after(20_000, 0.0009, 0.001, waits_of_each=0, speed=100) < 110


def test_what_a_thread_has_used_grows() -> None:
    before = thread_use()
    while thread_use().cpu_s <= before.cpu_s:
        sum(range(1_000))
    now = thread_use()
    assert now.at_s > before.at_s
    assert (now.waits is None) is (before.waits is None)


def test_the_limit_grows_at_once_up_to_the_threshold_however_busy_the_thread_is() -> None:
    assert limit_after(int(THRESHOLD) - 2, 0.001, 0.001) == THRESHOLD


def test_a_limit_that_is_not_used_does_not_grow() -> None:
    cap = InFlightLimit(lambda: 0.0)
    for _ in range(1_000):
        cap.succeeded(1)
    assert cap.limit == 2


def test_after_an_overload_one_request_at_a_time_is_sent_until_one_succeeds() -> None:
    cap = InFlightLimit(lambda: 0.0)
    for _ in range(30):
        cap.succeeded(cap.limit)
    cap.overloaded(1.0, 2.0)
    assert cap.limit == 1
    assert cap.wait_s(2.5) == pytest.approx(0.5)
    cap.succeeded(1)
    assert cap.limit == int(32 * 0.7)
