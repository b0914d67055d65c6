"""Forecasts: the time that is left and the cost, from the rate of the last minutes and from the limits."""

from __future__ import annotations

import pytest

from aiogroq.jobs.durations import clock_time, duration
from aiogroq.jobs.forecast_rules import (
    ItemUse,
    RecentRate,
    day_message,
    expected_cost_usd,
    percent_reached,
    remaining_s,
)
from aiogroq.limits import Level

USE = ItemUse(prompt_tokens=300, completion_tokens=70, audio_s=10)


def level(kind: str, limit: float, left: float, held: float = 0.0) -> Level:
    return Level(kind, limit, left, held, is_given=False)


@pytest.mark.parametrize(
    ("items", "rate", "levels", "binding", "expected"),
    [
        (100, 2.0, [], None, 50.0),
        (100, 2.0, [level("RPM", 600, 600)], None, 50.0),
        # A full limit that is used up at once: the rate says 10 s, the limit a minute more.
        (1_200, 120.0, [level("RPM", 600, 600)], None, 60.0),
        (1_200, 120.0, [level("RPM", 600, 0)], "RPM", 120.0),
        # Tokens count too, and the slowest limit decides.
        (100, 1000.0, [level("RPM", 6_000, 0), level("TPM", 37_000, 0)], "TPM", 60.0),
        (100, 1000.0, [level("ITPM", 60_000, 0), level("OTPM", 7_000, 0)], "OTPM", 60.0),
        (360, 1000.0, [level("ASPH", 3_600, 0)], "ASPH", 3_600.0),
        # What is owed is waited for too.
        (60, 1000.0, [level("RPM", 60, -60)], "RPM", 120.0),
        # What is held belongs to items that are not settled yet.
        (100, 1000.0, [level("RPM", 100, 50, held=50)], "RPM", 30.0),
        # A neighbour uses half of the limit: the rate knows it.
        (600, 5.0, [level("RPM", 600, 0)], "RPM", 120.0),
        # Bound by a day: the rate of the last minutes says nothing.
        (100, 50.0, [level("RPD", 1_000, 0)], "RPD", 8_640.0),
        (100, None, [level("RPD", 1_000, 50)], "RPD", 4_320.0),
        (100, 0.0, [level("RPM", 600, 0)], "RPM", None),
        (100, None, [level("RPM", 600, 0)], "RPM", None),
        (None, 2.0, [level("RPM", 600, 0)], "RPM", None),
        (0, None, [], None, 0.0),
        (10, 1.0, [level("unheard of", 5, 5)], "retry-after", 10.0),
    ],
)
def test_the_time_that_is_left_follows_from_the_rate_and_from_the_limits(
    items: int | None, rate: float | None, levels: list[Level], binding: str | None, expected: float | None
) -> None:
    assert remaining_s(items, rate, levels, USE, binding) == pytest.approx(expected)


def test_without_a_use_of_items_the_rate_alone_counts() -> None:
    assert remaining_s(10, 1.0, [level("RPM", 1, 0)], None, "RPM") == 10
    assert remaining_s(10, None, [level("RPD", 1, 0)], None, "RPD") is None


def test_cached_tokens_are_not_counted_in_the_use_of_an_item() -> None:
    assert ItemUse.of(10, 1_000, 400, 200, 50.0) == ItemUse(60, 20, 5)
    assert ItemUse.of(0, 0, 0, 0, 0.0) is None


def test_the_rate_is_that_of_the_last_minutes_only() -> None:
    rate = RecentRate(recent_s=60)
    assert rate.per_s is None
    settled = 0
    for second in range(600):  # 10 a second at first, then 2
        rate.add(float(second), settled)
        settled += 10 if second < 300 else 2
        if second == 200:
            assert rate.per_s == pytest.approx(10)
    assert rate.per_s == pytest.approx(2)


def test_the_rate_is_zero_only_after_a_whole_window_without_an_outcome() -> None:
    rate = RecentRate(recent_s=60)
    rate.add(0, 0)
    rate.add(0.5, 3)
    assert rate.per_s is None
    rate.add(10, 5)
    assert rate.per_s == pytest.approx(0.5)
    for second in range(11, 200):
        rate.add(second, 5)
    assert rate.per_s == 0


def test_a_rate_needs_no_more_memory_for_a_longer_job() -> None:
    rate = RecentRate()
    for tick in range(100_000):
        rate.add(tick * 0.1, tick)
    assert len(rate._samples) < 100  # type: ignore[reportPrivateUsage]
    assert rate.per_s == pytest.approx(10)


@pytest.mark.parametrize(
    ("cost", "settled", "items", "expected"),
    [(2.0, 100, 50, 3.0), (2.0, 100, 0, 2.0), (0.0, 0, 50, None), (None, 10, 5, None), (2.0, 10, None, None)],
)
def test_the_cost_of_the_whole_job_follows_from_that_of_the_items_so_far(
    cost: float | None, settled: int, items: int | None, expected: float | None
) -> None:
    assert expected_cost_usd(cost, settled, items) == expected


@pytest.mark.parametrize(
    ("limit", "left_s", "expected"),
    [
        (
            level("TPD", 100_000, 0),
            187_200.0,
            "TPD of 100,000 is used up; continues at 69 tokens a minute, done in 2 d 4 h",
        ),
        (level("RPD", 1_000, 0), None, "RPD of 1,000 is used up; continues at 0.69 requests a minute"),
        (
            level("ASPD", 28_800, 0),
            5_000.0,
            "ASPD of 28,800 is used up; continues at 20 seconds of audio a minute, done in 1 h 23 m",
        ),
    ],
)
def test_a_limit_of_a_day_is_named_with_its_rate_and_the_end(
    limit: Level, left_s: float | None, expected: str
) -> None:
    assert day_message(limit, left_s) == expected


@pytest.mark.parametrize(
    ("limits", "elapsed_s", "expected"),
    [
        ({"RPM": 600}, 60.0, ("RPM", 100.0)),
        ({"RPM": 600}, 120.0, ("RPM", 50.0)),
        ({"RPM": 600, "TPM": 44_400}, 600.0, ("TPM", 90.0)),
        ({"RPM": 5_000}, 10.0, None),
        ({"RPM": 600}, 10.0, ("RPM", 100.0)),  # the server's limits were raised meanwhile
        ({}, 10.0, None),
    ],
)
def test_how_near_a_job_came_to_its_limit_counts_what_was_refilled(
    limits: dict[str, float], elapsed_s: float, expected: tuple[str, float] | None
) -> None:
    assert percent_reached(limits, USE, 1_200, 1_200, elapsed_s) == expected


@pytest.mark.parametrize(
    ("seconds", "text", "shown"),
    [
        (0, "0 s", "00:00:00"),
        (-3, "0 s", "00:00:00"),
        (12.4, "12 s", "00:00:12"),
        (303, "5 m 3 s", "00:05:03"),
        (3_600, "1 h", "01:00:00"),
        (15_120, "4 h 12 m", "04:12:00"),
        (86_399, "23 h 59 m", "23:59:59"),
        (187_260, "2 d 4 h", "2 d 04:01"),
        (864_000_000, "10000 d", "10,000 d 00:00"),
    ],
)
def test_durations_are_written_for_readers_and_for_displays(seconds: float, text: str, shown: str) -> None:
    assert duration(seconds) == text
    assert clock_time(seconds) == shown
