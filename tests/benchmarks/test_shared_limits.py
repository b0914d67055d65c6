"""Processes that share a limit: the figures are right, a missed bound is said, and the quick run writes every table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from redis_server import require_redis_server

from benchmarks.shared_limits import main as shared
from benchmarks.shared_limits.cost import Round, costs
from benchmarks.shared_limits.report import (
    KILLS,
    Report,
    cost_table,
    figures,
    missed,
    processes_table,
    web_table,
)
from benchmarks.shared_limits.spec import Outcome, Received, Scenario, WorkerResult
from benchmarks.shared_limits.web import Load, WebOutcome, percentile

MACHINE = {"date": "2026-01-02", "cores": "2", "system": "Linux x86_64", "python": "CPython 3.11.7"}
SMALL = Scenario(processes=2, rpm=60, seconds=60)


def outcome(
    scenario: Scenario = SMALL, accepted: int = 120, refused: int = 0, *, of_second: int = 60
) -> Outcome:
    """Requests of two processes, in turn as long as there are some of the second, each open for 0.1 s."""
    count = accepted + refused
    received = [
        Received(
            n * 60 / count,
            n * 60 / count + 0.1,
            int(n % 2 and n < 2 * of_second),
            200 if n < accepted else 429,
        )
        for n in range(count)
    ]
    return Outcome(scenario, received, [WorkerResult(60), WorkerResult(60)])


def test_the_ideal_begins_with_a_full_limit() -> None:
    assert outcome(accepted=120).rate == 1.0
    assert outcome(accepted=90).rate == 0.5
    assert outcome(accepted=60).rate == 0.0


def test_requests_after_the_end_do_not_count() -> None:
    found = outcome()
    found.received.append(Received(60.5, 60.6, 0, 429))
    assert (found.accepted, found.refused) == (120, 0)


def test_shares_are_of_the_accepted_requests_and_later_ones_are_without_the_full_limit() -> None:
    found = outcome(of_second=30, refused=10)
    assert found.shares == [0.75, 0.25]
    assert found.later_shares == [1.0, 0.0]


def test_the_greatest_number_of_open_requests_is_counted() -> None:
    received = [Received(0.0, 3.0, 0, 200), Received(1.0, 2.0, 0, 200), Received(2.5, 4.0, 0, 200)]
    assert Outcome(SMALL, received, []).most_open == 2


LEARNED = replace(SMALL, is_limit_given=False, callers=1)
KILLED = replace(SMALL, **KILLS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "texts"),
    [
        (outcome(refused=1), []),
        (outcome(refused=2), ["2 429s instead of at most 1"]),
        (outcome(accepted=119), ["98.3% of the rate instead of at least 99%"]),
        (outcome(of_second=56), ["a process has 53.3% instead of 50%"]),
        (outcome(LEARNED, refused=2), []),
        (outcome(LEARNED, refused=3), ["3 429s instead of at most 2"]),
        (replace(outcome(KILLED, accepted=112), rejoined_s=0.4), []),
        (replace(outcome(KILLED, refused=3), rejoined_s=0.4), ["1.025 times the allowed requests instead of 1.02"]),
        (replace(outcome(KILLED, accepted=110), rejoined_s=0.4), ["83.3% of the rate instead of at least 85%"]),
        (replace(outcome(KILLED), rejoined_s=1.5), ["Redis used again after 1.50 s instead of 1 s"]),
        (outcome(KILLED), ["Redis used again never instead of 1 s"]),
        (replace(outcome(), workers=[WorkerResult(errors={"PacingError": 2})]), ["2 calls failed"]),
    ],
)  # fmt: skip
def test_a_missed_bound_is_said(found: Outcome, texts: list[str]) -> None:
    assert missed(found) == texts


def test_an_ideal_queue_sends_in_order_as_soon_as_the_limit_allows() -> None:
    load = Load(rpm=2, latency_s=0.5, burst_s=2, burst_hz=2, quiet_s=100, quiet_hz=0.01)
    assert load.arrivals() == [0.0, 0.5, 1.0, 1.5, 2.0]
    # Two at once, then one every 30 s. What flowed in before the second is used.
    assert load.ideal_s() == pytest.approx([0.5, 0.5, 29.5, 59.0, 88.5])


def test_the_default_load_is_above_the_limit_in_the_burst_and_below_it_at_the_end() -> None:
    load = Load()
    flows_in = load.rpm / 60
    assert load.burst_s * load.burst_hz > load.rpm + load.burst_s * flows_in
    assert len(load.arrivals()) < load.rpm + (load.burst_s + load.quiet_s) * flows_in


def test_the_cost_is_compared_within_a_round() -> None:
    rounds = [
        Round(store, 1, number, 100, cpu_us * slowness, 10.0)
        for number, slowness in enumerate((1, 3, 2))
        for store, cpu_us in (("redis", 300.0), ("none", 100.0))
    ]
    plain, ours = costs(rounds)
    assert (plain.store, plain.ratio, plain.added_us) == ("none", 1.0, 0.0)
    assert (ours.store, ours.ratio, ours.added_us) == ("redis", 3.0, 400.0)


def test_the_tables_have_a_line_for_each_row() -> None:
    report = Report(
        MACHINE, processes={"shared": [figures(outcome())], "alone": [figures(outcome(refused=5))]}
    )
    report.web = [WebOutcome("shared", Load(), [0.2, 0.3], {"200": 2}, 2, 0, 8)]
    report.cost = costs([Round("none", 1, 0, 100, 80.0, 10.0)])
    assert processes_table(report)[2:] == [
        "| shared | 100.0% | 120 | 0 | 0 | 50.0 50.0 |  |  |",
        "| alone | 100.0% | 125 | 5 | 0 | 50.0 50.0 |  |  |",
    ]
    assert web_table(report)[3:] == ["| shared store | 2 | 0 | 0 | 0.30 | 0.30 | 0.30 | 0.30 |"]
    assert cost_table(report)[2:] == ["| 1 | no pacing | 80 | 0 | 1.00 | 10 |  |  |"]


def test_a_percentile_of_few_values_is_one_of_them() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.99) == 1.0


def test_a_row_that_does_not_exist_is_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        shared(["--only", "nonsense"])
    assert "no row has 'nonsense' in its name" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.timeout(400)
def test_quick_runs_every_part_and_writes_the_tables(tmp_path: Path) -> None:
    require_redis_server()
    assert shared(["--quick", "--results", str(tmp_path)]) == 0
    for part in ("processes", "web", "cost"):
        text = (tmp_path / f"shared-{part}.md").read_text()
        assert "the figures mean nothing" in text
        assert json.loads((tmp_path / f"shared-{part}.json").read_text())[part]
