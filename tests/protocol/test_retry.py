"""Which attempts are retried, and after how many seconds: exact decisions for failure x header x deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq.protocol.retry import RESEND, Failure, backoff_s, decide, retry_after_s

NOW = datetime(2026, 11, 21, 3, 0, 0, tzinfo=timezone.utc)


def clock() -> float:
    return NOW.timestamp()


def decided(failure: Failure, **changed: Any) -> object:
    """What is decided in a call with retries left and without a deadline."""
    state: dict[str, Any] = {
        "retries_taken": 0, "retries_left": 2, "resends_left": 1, "remaining_s": None, "retry_read_timeouts": False,
        "random": 0.0, "now": clock,
    }  # fmt: skip
    return decide(failure, **{**state, **changed})


def date_in(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [408, 409, 429, 498, 500, 501, 502, 503, 504, 520, 529, 599])
def test_a_passing_failure_is_retried(status: int) -> None:
    assert decided(Failure(status)) == 0.5


@pytest.mark.parametrize(
    "status", [301, 302, 304, 400, 401, 402, 403, 404, 405, 410, 413, 422, 424, 451, 499]
)
def test_a_failure_that_stays_is_not_retried(status: int) -> None:
    assert decided(Failure(status)) is None


@pytest.mark.parametrize(
    ("requested", "status", "is_retried"),
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
def test_the_service_has_the_last_word(requested: str, status: int, is_retried: bool) -> None:
    decision = decided(Failure(status, headers={"x-should-retry": requested}))
    assert decision == (0.5 if is_retried else None)


@pytest.mark.parametrize(
    ("failure", "is_retried"),
    [
        (Failure(429, limit=8000, requested=10092), False),
        (Failure(429, limit=8000, requested=8001), False),
        (Failure(429, limit=8000, requested=8000), True),
        (Failure(429, limit=8000, requested=8000, message="Request too large for model `m`"), True),
        (Failure(429, message="Request too large for model `m`"), False),
        (Failure(429, message="Rate limit reached for model `m`"), True),
        (Failure(429, code="rate_limit_exceeded", requested=5), True),
        (Failure(429, code="request_too_large"), False),
        (Failure(429, code="insufficient_quota"), False),
        (Failure(429, limit=1, requested=2, headers={"x-should-retry": "true"}), True),
        (Failure(503, limit=1, requested=2), True),
    ],
)
def test_a_429_that_no_wait_can_help_is_not_retried(failure: Failure, is_retried: bool) -> None:
    assert decided(failure) == (0.5 if is_retried else None)


# ------------------------------------------------------------------------------------- without a response

CONNECTION_BROKE = Failure()


def timed_out(phase: str, *, is_idempotent: bool = False) -> Failure:
    return Failure(timeout=phase, is_idempotent=is_idempotent)


@pytest.mark.parametrize(
    ("failure", "decision"),
    [
        (CONNECTION_BROKE, 0.5),
        (Failure(is_new_connection=False), 0.0),
        (Failure(is_new_connection=False, is_undelivered=True), RESEND),
        (Failure(is_permanent=True), None),
        (Failure(503, is_permanent=True), None),
        (Failure(is_new_connection=False, is_undelivered=True, is_permanent=True), None),
    ],
)
def test_a_connection_that_broke_is_retried_and_resent_where_nothing_was_received(
    failure: Failure, decision: object
) -> None:
    assert decided(failure) == decision


def test_resends_are_bounded_and_no_retries() -> None:
    closed = Failure(is_new_connection=False, is_undelivered=True)
    assert decided(closed, retries_left=0) == RESEND
    assert decided(closed, resends_left=0) == 0.0
    assert decided(closed, resends_left=0, retries_left=0) is None


@pytest.mark.parametrize("failure", [CONNECTION_BROKE, Failure(503), Failure(is_new_connection=False)])
def test_without_retries_left_a_failure_is_final(failure: Failure) -> None:
    assert decided(failure, retries_left=0) is None


@pytest.mark.parametrize("phase", ["pool", "connect", "write"])
def test_a_timeout_before_the_request_is_sent_whole_is_retried(phase: str) -> None:
    assert decided(timed_out(phase)) == 0.5


@pytest.mark.parametrize("phase", ["first_byte", "read", "unknown"])
def test_a_timeout_after_it_is_retried_only_where_that_is_harmless_or_requested(phase: str) -> None:
    assert decided(timed_out(phase)) is None
    assert decided(timed_out(phase, is_idempotent=True)) == 0.5
    assert decided(timed_out(phase), retry_read_timeouts=True) == 0.5


def test_the_deadline_of_a_call_is_never_retried() -> None:
    assert decided(timed_out("total", is_idempotent=True), retry_read_timeouts=True) is None


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


@settings(max_examples=150, deadline=None)
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
    failure = Failure(429, headers=headers)
    assert decided(failure, retries_taken=retries_taken, remaining_s=remaining_s) == wait_s


def test_a_wait_that_the_service_asks_for_is_not_shortened_by_chance() -> None:
    failure = Failure(429, headers={"retry-after": "2"})
    assert {decided(failure, random=random) for random in (0.0, 0.5, 0.99)} == {2.0}


def test_the_headers_go_before_the_text_of_the_error() -> None:
    assert decided(Failure(429, retry_after_s=3.0)) == 3.0
    assert decided(Failure(429, headers={"retry-after": "2"}, retry_after_s=3.0)) == 2.0
