"""Which requests and windows the Batch API takes, and when `via="auto"` chooses it."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq.jobs.batches.choice import choose_via, window_for
from aiogroq.jobs.batches.rules import body_problem, endpoint_problem, window_s
from aiogroq.jobs.outcome import Endpoint

DAY_S = 86_400.0


@pytest.mark.parametrize(
    ("endpoint", "body", "text"),
    [
        ("embeddings", {"input": "x"}, "does not take embeddings requests"),
        ("speech", {"input": "x"}, "does not take speech requests"),
        ("chat", {"messages": [], "stream": True}, "no streams"),
        ("chat", {"messages": [], "service_tier": "flex"}, "no service tier"),
        ("transcription", {"file": "a.wav"}, "give the URL of each recording"),
        ("translation", {"file": b"x", "url": "https://a"}, "give the URL of each recording"),
        ("transcription", {}, "this request has no URL"),
    ],
)
def test_a_request_that_batches_do_not_take_is_rejected_with_the_fix(
    endpoint: Endpoint, body: dict[str, Any], text: str
) -> None:
    assert text in (body_problem(endpoint, body) or "")


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("chat", {"messages": []}),
        ("chat", {"messages": [], "stream": False, "service_tier": None}),
        ("transcription", {"url": "https://a/b.wav", "timestamp_granularities": ["word"]}),
        ("translation", {"url": "https://a/b.wav"}),
    ],
)
def test_other_requests_are_taken(endpoint: Endpoint, body: dict[str, Any]) -> None:
    assert body_problem(endpoint, body) is None
    assert endpoint_problem(endpoint) is None


@pytest.mark.parametrize(
    ("window", "seconds"), [("24h", DAY_S), ("168h", 7 * DAY_S), ("1d", DAY_S), ("7d", 7 * DAY_S)]
)
def test_a_window_has_its_seconds(window: str, seconds: float) -> None:
    assert window_s(window) == seconds


@pytest.mark.parametrize("window", ["23h", "169h", "8d", "0d", "024h", "1w", "24", "", "24h "])
def test_a_window_that_the_service_would_reject_is_rejected(window: str) -> None:
    with pytest.raises(ValueError, match="24h to 7d"):
        window_s(window)


@pytest.mark.parametrize(
    ("deadline_s", "window"),
    [(None, "24h"), (3_600.0, "24h"), (DAY_S, "24h"), (2.5 * DAY_S + 59, "60h"), (30 * DAY_S, "168h")],
)
def test_the_window_is_as_long_as_the_deadline_allows(deadline_s: float | None, window: str) -> None:
    assert window_for(deadline_s) == window
    window_s(window)


CHEAP_AND_SHORT: dict[str, Any] = {"requests": 5_000, "live_s": 600.0, "live_cost_usd": 0.5}
DEAR: dict[str, Any] = {"requests": 50_000, "live_s": 3_600.0, "live_cost_usd": 30.0}


@pytest.mark.parametrize(
    ("facts", "via", "reason"),
    [
        (DEAR, "batch", "a batch saves $15.00 of $30.00"),
        ({**DEAR, "deadline_s": DAY_S}, "batch", "a batch saves"),
        ({**DEAR, "deadline_s": DAY_S - 1}, "live", "the deadline is 24.0 hours"),
        ({**DEAR, "deadline_s": 7_200.0}, "live", "the deadline is 2.0 hours"),
        ({**DEAR, "problem": "it has files"}, "live", "it has files"),
        ({**DEAR, "requests": None}, "live", "not known before they are read"),
        ({**DEAR, "requests": 99}, "live", "99 items are few"),
        ({**DEAR, "live_cost_usd": None}, "live", "the price of the model is not known"),
        ({**DEAR, "live_cost_usd": 2.0}, "batch", "a batch saves $1.00"),
        (CHEAP_AND_SHORT, "live", "a batch would save $0.25"),
        ({**CHEAP_AND_SHORT, "live_s": 3 * DAY_S}, "batch", "live calls would take 3.0 days"),
        (
            {**CHEAP_AND_SHORT, "live_s": 3 * DAY_S, "deadline_s": 7_200.0},
            "batch",
            "live calls would take 3.0 days",
        ),
        ({**CHEAP_AND_SHORT, "live_s": 3 * DAY_S, "deadline_s": 4 * DAY_S}, "live", "would save $0.25"),
        (
            {**CHEAP_AND_SHORT, "live_s": None, "live_cost_usd": None},
            "live",
            "price of the model is not known",
        ),
    ],
)
def test_auto_chooses_by_price_and_deadline(facts: dict[str, Any], via: str, reason: str) -> None:
    choice = choose_via("chat", **facts)
    assert choice.via == via
    assert reason in choice.reason


def test_auto_sends_live_what_batches_do_not_take() -> None:
    choice = choose_via("embeddings", **DEAR)
    assert choice.via == "live"
    assert "does not take embeddings" in choice.reason
