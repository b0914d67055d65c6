"""Rate limits out of headers and out of error texts."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq.protocol.rate_limits import parse_duration_s, parse_limit_message, rate_limit

from .bodies import ASPH_TEXT, TPD_TEXT, TPM_413_TEXT

HEADERS = {
    "x-ratelimit-limit-requests": "14400",
    "x-ratelimit-remaining-requests": "14370",
    "x-ratelimit-reset-requests": "2m59.56s",
    "x-ratelimit-limit-tokens": "18000",
    "x-ratelimit-remaining-tokens": "17997",
    "x-ratelimit-reset-tokens": "7.66s",
}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2m59.56s", 179.56),
        ("7.66s", 7.66),
        ("547ms", 0.547),
        ("400ms", 0.4),
        ("1h53m56.832s", 6836.832),
        ("17h57m7.2s", 64627.2),
        ("1m39.738s", 99.738),
        ("0s", 0.0),
        ("0ms", 0.0),
        ("1h", 3600.0),
        ("1m", 60.0),
        ("1m1ms", 60.001),
        ("24h0m0s", 86400.0),
        ("120ms500us", 0.1205),
        ("500us", 0.0005),
        ("500µs", 0.0005),
        ("500μs", 0.0005),
        ("80ns", 8e-8),
        ("1.5h", 5400.0),
        ("100h", 360000.0),
    ],
)
def test_a_go_duration_is_seconds(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [None, "", "7", "7.66", "s", "ms", "1d", "1m 2s", " 1s", "1s ", "-1s", "1s2", "x1s", "1sx", "1..5s", "9" * 400 + "h"],
)  # fmt: skip
def test_what_is_no_go_duration_is_none(text: str | None) -> None:
    assert parse_duration_s(text) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.integers(0, 59), st.integers(0, 59_999))
def test_every_duration_that_go_writes_is_read(hours: int, minutes: int, milliseconds: int) -> None:
    text = f"{hours}h{minutes}m{milliseconds / 1000:g}s"
    assert parse_duration_s(text) == pytest.approx(
        hours * 3600 + minutes * 60 + milliseconds / 1000, rel=1e-3
    )


def test_headers_are_a_window_of_a_day_and_one_of_a_minute() -> None:
    limits = rate_limit(HEADERS, now=1000.0)
    assert limits is not None
    assert (limits.requests.limit, limits.requests.remaining, limits.requests.reset_s) == (
        14400,
        14370,
        179.56,
    )
    assert (limits.tokens.limit, limits.tokens.remaining, limits.tokens.reset_s) == (18000, 17997, 7.66)
    assert limits.requests.observed_at == limits.tokens.observed_at == 1000.0
    assert limits.tokens.resets_at == 1007.66
    assert limits.retry_after_s is None


def test_the_wait_of_a_429_stands_beside_its_windows() -> None:
    limits = rate_limit({**HEADERS, "retry-after": "2"}, now=1000.0)
    assert limits is not None
    assert limits.retry_after_s == 2.0


def test_a_date_in_the_headers_is_measured_from_when_they_were_read() -> None:
    limits = rate_limit({**HEADERS, "retry-after": "Thu, 01 Jan 1970 00:17:00 GMT"}, now=1000.0)
    assert limits is not None
    assert limits.retry_after_s == 20.0


@pytest.mark.parametrize("kind", ["requests", "tokens"])
def test_one_kind_of_limit_may_be_there_without_the_other(kind: str) -> None:
    limits = rate_limit({name: value for name, value in HEADERS.items() if name.endswith(kind)}, now=0.0)
    assert limits is not None
    other = limits.requests if kind == "tokens" else limits.tokens
    assert (other.limit, other.remaining, other.reset_s, other.resets_at) == (None,) * 4
    assert getattr(limits, kind).limit is not None


def test_headers_are_read_now_unless_a_time_is_given() -> None:
    before = time.time()
    limits = rate_limit(HEADERS)
    assert limits is not None
    assert before <= limits.tokens.observed_at <= time.time()


def test_headers_without_limits_are_no_limits() -> None:
    assert rate_limit({"x-request-id": "req_1", "retry-after": "2"}) is None


@pytest.mark.parametrize(
    ("changed", "window"),
    [
        ({"x-ratelimit-limit-tokens": "unlimited"}, (None, 17997, 7.66)),
        ({"x-ratelimit-remaining-tokens": ""}, (18000, None, 7.66)),
        ({"x-ratelimit-remaining-tokens": "1e999"}, (18000, None, 7.66)),
        ({"x-ratelimit-remaining-tokens": "nan"}, (18000, None, 7.66)),
        ({"x-ratelimit-remaining-tokens": "17997.0"}, (18000, 17997, 7.66)),
        ({"x-ratelimit-remaining-tokens": "-5"}, (18000, -5, 7.66)),
        ({"x-ratelimit-reset-tokens": "tomorrow"}, (18000, 17997, None)),
    ],
)
def test_a_header_that_cannot_be_read_is_none_and_the_others_are_read(
    changed: dict[str, str], window: tuple[int | None, int | None, float | None]
) -> None:
    limits = rate_limit({**HEADERS, **changed}, now=0.0)
    assert limits is not None
    assert (limits.tokens.limit, limits.tokens.remaining, limits.tokens.reset_s) == window
    assert (limits.tokens.resets_at is None) == (limits.tokens.reset_s is None)


TEXTS: list[tuple[str, dict[str, Any]]] = [
    (TPD_TEXT, {"limit_kind": "TPD", "limit": 100000, "used": 97843, "requested": 9191, "retry_after_s": 6836.832}),
    (ASPH_TEXT, {"limit_kind": "ASPH", "limit": 7200, "used": 7170, "requested": 230, "retry_after_s": 99.738}),
    (TPM_413_TEXT, {"limit_kind": "TPM", "limit": 8000, "requested": 10092}),
    (
        "... on requests per minute (RPM): Limit 30, Used 30, Requested 1. Please try again in 2s.",
        {"limit_kind": "RPM", "limit": 30, "used": 30, "requested": 1, "retry_after_s": 2.0},
    ),
    ("... on requests per day (RPD): Limit 1000.", {"limit_kind": "RPD", "limit": 1000}),
    (
        "... on input tokens per minute (ITPM): Limit 8,000, Used 7,999, Requested 10,092. try again in 547ms. Bye",
        {"limit_kind": "ITPM", "limit": 8000, "used": 7999, "requested": 10092, "retry_after_s": 0.547},
    ),
    (
        "... on seconds of audio per day (ASPD): Limit 28800, Used 28799.5, Requested 10.25. Stop",
        {"limit_kind": "ASPD", "limit": 28800, "used": 28799, "requested": 10},
    ),
    (
        "... on tokens per minute (TPM): Limit 7000, Used 0, Requested ~12903. Please try again in 50.597142857s.",
        {"limit_kind": "TPM", "limit": 7000, "used": 0, "requested": 12903, "retry_after_s": 50.597142857},
    ),
    (
        "... on : Limit 7000, Used 6000, Requested ~1500. Please try again in 4.2s.",
        {"limit": 7000, "used": 6000, "requested": 1500, "retry_after_s": 4.2},
    ),
    ("Rate limited. Please try again in 1m2.5s.", {"retry_after_s": 62.5}),
    ("Rate limited. Please try again in 2 seconds.", {}),
    ("Rate limit reached: tokens per day, 100000 of 100000 used.", {}),
    ("on tokens per day (TPD): Limit unknown, Used 5", {}),
    ("", {}),
    ("<html><title>429 Too Many Requests</title></html>", {}),
    ("on tokens per day (TPD): Limit " + "9" * 5000, {}),
    ("try again in " + "9" * 5000 + "s", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), TEXTS, ids=[text[-40:] for text, _ in TEXTS])
def test_a_text_gives_what_it_says_and_nothing_else(text: str, found: dict[str, Any]) -> None:
    read = parse_limit_message(text)
    if text.endswith("9" * 50):  # more digits than any limit has: their number is nobody's business
        read = {key: value for key, value in read.items() if key not in ("limit", "limit_kind")}
    assert read == {
        key: pytest.approx(value) if key == "retry_after_s" else value for key, value in found.items()
    }


CHUNKS = st.sampled_from(
    ["on ", "tokens per day ", "(TPD)", ": ", "Limit ", "100000", ", ", "Used ", "Requested ", "9191", ". ", "try again in ",
     "1h53m56.832s", "9" * 30, "1.", "ms", "µs", "٣", "\ud800", "\0"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.lists(CHUNKS, max_size=20).map("".join)))
def test_no_text_raises(text: str) -> None:
    found = parse_limit_message(text)
    assert found.keys() <= {"limit_kind", "limit", "used", "requested", "retry_after_s"}
    assert all(value is None or isinstance(value, (str, int, float)) for value in found.values())


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*HEADERS, "retry-after"]), st.text(max_size=20)))
def test_no_headers_raise(headers: dict[str, str]) -> None:
    rate_limit(headers, now=0.0)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("chunk", ["on ", "on a ", "try again in 1", "1h", "on tokens (", "(TPD): Limit 1, "])
def test_a_long_text_of_another_kind_costs_no_time(chunk: str) -> None:
    # Patterns that look ahead without bound took minutes for this.
    parse_limit_message(chunk * 100_000)
