"""How many requests may be in flight: `InFlightLimit`."""

from __future__ import annotations

import pytest

from aiogroq.limits.overload import THRESHOLD, InFlightLimit


def limit_after(responses: int, cpu_of_each_s: float, each_s: float) -> int:
    """Return the limit after responses that come at intervals, with as much in flight as may be."""
    now_s = cpu_s = 0.0
    cap = InFlightLimit(lambda: now_s, lambda: cpu_s)
    for _ in range(responses):
        now_s += each_s
        cpu_s += cpu_of_each_s
        cap.succeeded(cap.limit)
    return cap.limit


def test_the_limit_grows_while_the_thread_has_time_left() -> None:
    assert 100 < limit_after(20_000, 0.0001, 0.01) < 110


def test_more_requests_are_of_no_use_to_a_busy_thread() -> None:
    assert limit_after(20_000, 0.0009, 0.001) <= THRESHOLD + 1  # the first look has nothing to compare with


def test_the_limit_grows_at_once_up_to_the_threshold_however_busy_the_thread_is() -> None:
    assert limit_after(int(THRESHOLD) - 2, 0.001, 0.001) == THRESHOLD


def test_a_limit_that_is_not_used_does_not_grow() -> None:
    cap = InFlightLimit(lambda: 0.0, lambda: 0.0)
    for _ in range(1_000):
        cap.succeeded(1)
    assert cap.limit == 2


def test_after_an_overload_one_request_at_a_time_is_sent_until_one_succeeds() -> None:
    cap = InFlightLimit(lambda: 0.0, lambda: 0.0)
    for _ in range(30):
        cap.succeeded(cap.limit)
    cap.overloaded(1.0, 2.0)
    assert cap.limit == 1
    assert cap.wait_s(2.5) == pytest.approx(0.5)
    cap.succeeded(1)
    assert cap.limit == int(32 * 0.7)
