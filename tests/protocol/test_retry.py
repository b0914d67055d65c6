"""Which answers are tried again, and after how many seconds: exact decisions for status x header x deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq.protocol.retry import backoff_s, delay_s, is_retried, retry_after_s

NOW = datetime(2026, 11, 21, 3, 0, 0, tzinfo=timezone.utc)


def clock() -> float:
    return NOW.timestamp()


def date_in(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [408, 409, 429, 498, 500, 501, 502, 503, 504, 520, 529, 599])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    assert is_retried(status, {})


@pytest.mark.parametrize(
    "status", [301, 302, 304, 400, 401, 402, 403, 404, 405, 410, 413, 422, 424, 451, 499]
)
def test_a_failure_that_stays_is_not_tried_again(status: int) -> None:
    assert not is_retried(status, {})


@pytest.mark.parametrize(
    ("told", "status", "is_tried_again"),
    [
        ("true", 400, True),
        ("true", 413, True),
        ("true", 429, True),
        ("false", 429, False),
        ("false", 408, False),
        ("false", 503, False),
        ("false", 498, False),
        ("maybe", 429, True),
        ("maybe", 400, False),
        ("", 500, True),
    ],
)
def test_the_service_has_the_last_word(told: str, status: int, is_tried_again: bool) -> None:
    assert is_retried(status, {"x-should-retry": told}) is is_tried_again


WAITS: list[tuple[dict[str, str], float | None]] = [
    ({}, None),
    ({"retry-after": "0"}, 0.0),
    ({"retry-after": "0.2"}, 0.2),
    ({"retry-after": "2"}, 2.0),
    ({"retry-after": " 61 "}, 61.0),
    ({"retry-after": "578"}, 578.0),
    ({"retry-after": "1e2"}, 100.0),
    ({"retry-after": date_in(30)}, 30.0),
    ({"retry-after": date_in(-30)}, 0.0),
    # A date without a zone, or with the zone that says "unknown", is GMT all the same.
    ({"retry-after": date_in(30).removesuffix(" GMT")}, 30.0),
    ({"retry-after": date_in(30).replace("GMT", "-0000")}, 30.0),
    ({"retry-after": date_in(3630).replace("GMT", "+0100")}, 30.0),
    ({"retry-after": ""}, None),
    ({"retry-after": "soon"}, None),
    ({"retry-after": "-1"}, None),
    ({"retry-after": "nan"}, None),
    ({"retry-after": "inf"}, None),
    ({"retry-after": "1e999"}, None),
    ({"retry-after": "2m59s"}, None),
    ({"retry-after": "Sat, 99 Nov 99999 03:00:00 GMT"}, None),
    ({"retry-after-ms": "250"}, 0.25),
    ({"retry-after-ms": "0"}, 0.0),
    ({"retry-after-ms": "250", "retry-after": "61"}, 0.25),
    ({"retry-after-ms": "garbage", "retry-after": "3"}, 3.0),
    ({"retry-after-ms": "-1"}, None),
]


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Tokyo"])
def time_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The zone that the machine believes to be in."""
    with monkeypatch.context() as environment:
        environment.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.usefixtures("time_zone")
@pytest.mark.parametrize(("headers", "seconds"), WAITS)
def test_the_wait_that_the_service_asks_for_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, clock) == seconds


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text(max_size=40)))
def test_no_header_raises_and_no_wait_is_negative(headers: dict[str, str]) -> None:
    seconds = retry_after_s(headers, clock)
    assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize(
    ("retries_taken", "longest_s"),
    [(0, 0.5), (1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 8.0), (10_000, 8.0)],
)
def test_without_a_word_of_the_service_waits_double_up_to_eight_seconds(
    retries_taken: int, longest_s: float
) -> None:
    assert backoff_s(retries_taken, 0.0) == longest_s
    assert backoff_s(retries_taken, 0.5) == longest_s * 0.875
    assert backoff_s(retries_taken, 0.999999) == pytest.approx(longest_s * 0.75, rel=1e-5)


DECISIONS: list[tuple[dict[str, str], float | None, int, float | None]] = [
    # headers, seconds left of the deadline (None: no deadline), retries taken, the wait (None: the error at once)
    ({}, None, 0, 0.5),
    ({}, None, 3, 4.0),
    ({}, 10.0, 0, 0.5),
    ({}, 0.5, 0, 0.5),
    ({}, 0.4, 0, None),
    ({}, 0.0, 0, None),
    ({}, -1.0, 0, None),
    ({"retry-after": "0"}, None, 2, 0.0),
    ({"retry-after": "0"}, 0.0, 2, 0.0),
    ({"retry-after": "0.2"}, None, 2, 0.2),
    ({"retry-after": "0.2"}, 0.1, 2, None),
    ({"retry-after": "60"}, None, 0, 60.0),
    ({"retry-after": "61"}, None, 0, None),
    ({"retry-after": "61"}, 300.0, 0, 61.0),
    ({"retry-after": "61"}, 30.0, 0, None),
    ({"retry-after": "578"}, None, 0, None),
    ({"retry-after": "578"}, 600.0, 0, 578.0),
    ({"retry-after": "578"}, 577.0, 0, None),
    ({"retry-after": "7200"}, None, 0, None),
    ({"retry-after": date_in(30)}, None, 0, 30.0),
    ({"retry-after": date_in(30)}, 29.0, 0, None),
    ({"retry-after": date_in(-30)}, 1.0, 0, 0.0),
    ({"retry-after": date_in(120)}, None, 0, None),
    ({"retry-after": "garbage"}, None, 1, 1.0),
    ({"retry-after": "garbage"}, 0.9, 1, None),
    ({"retry-after-ms": "1500"}, None, 0, 1.5),
    ({"retry-after-ms": "61000"}, None, 0, None),
    ({"retry-after-ms": "61000"}, 62.0, 0, 61.0),
]


@pytest.mark.parametrize(("headers", "remaining_s", "retries_taken", "wait_s"), DECISIONS)
def test_a_wait_is_obeyed_where_it_fits_and_otherwise_the_error_comes_at_once(
    headers: dict[str, str], remaining_s: float | None, retries_taken: int, wait_s: float | None
) -> None:
    decided = delay_s(retries_taken, headers, remaining_s=remaining_s, random=0.0, now=clock)
    assert decided == wait_s


def test_a_wait_that_the_service_asks_for_is_not_shortened_by_chance() -> None:
    headers = {"retry-after": "2"}
    assert {delay_s(0, headers, remaining_s=None, random=r, now=clock) for r in (0.0, 0.5, 0.99)} == {2.0}
