"""The fault scenarios and the soak: they run, judge correctly, and report contradictions."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from aiogroq.local import Fault
from benchmarks.faults.catalog import SCENARIOS
from benchmarks.faults.process import Children, run, verdict
from benchmarks.faults.run import main as faults
from benchmarks.faults.run import run_all
from benchmarks.faults.scenario import Outcome, Scenario
from benchmarks.faults.table import Line, markdown, summary
from benchmarks.soak.caller import CallResult
from benchmarks.soak.kinds import CHAT_KINDS, STREAM_KINDS, SUCCESS, Kind
from benchmarks.soak.reconcile import Reconciliation, disagreement
from benchmarks.soak.run import Plan, soak

CLOSED = Kind("closed", Fault(before_head=True), ("E",), requests=2)
REJECTED = Kind("rejected", Fault(status=403), ("E",))
TWICE = Kind("twice", Fault(status=503), ("E",), requests=2)
FOLDER = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes are started where the package `benchmarks` is."""
    monkeypatch.chdir(FOLDER)


def patient(scenario: Scenario) -> Scenario:
    """The scenario with more time for its process, which a busy machine may start late."""
    return replace(scenario, timeout_s=60.0)


def test_there_are_enough_scenarios() -> None:
    assert len(SCENARIOS) >= 130


def test_groups_are_together_in_the_table_and_counted_in_the_summary() -> None:
    """docs/faults.md has a line for each group."""
    lines = [Line("a", "x", "right value", "hang"), Line("b", "y", "right error", "right error")]
    circumstances = {"date": "2026-01-02", "python": "CPython 3.11"}, {"aiogroq": "1", "groq": "2"}
    text = summary(lines, *circumstances)
    assert "| a | 1 | 1 | 0 |\n| b | 1 | 1 | 1 |" in text
    assert "Right in 2 (aiogroq) and 1 (groq) of 2." in text
    assert "Right in 2 (aiogroq) and 1 (groq) of 2." in markdown(lines, *circumstances)


@pytest.mark.slow
def test_a_scenario_is_judged_for_both_packages(tmp_path: Path) -> None:
    assert (
        faults(["--only", "the body ends without a finish reason and [DONE]", "--results", str(tmp_path)])
        == 0
    )
    line = next(x for x in (tmp_path / "faults.md").read_text().splitlines() if "the body ends" in x)
    assert line.split("|")[3:5] == [" right error ", " silent loss "]


def test_scenarios_run_concurrently_and_timed_out_ones_run_again_alone() -> None:
    chosen = list(SCENARIOS.values())[:3]
    started: list[str] = []
    all_three = threading.Barrier(3, timeout=30)

    def verdict_of(scenario: Scenario, package: str, _: Children) -> str:
        started.append(f"{package}: {scenario.name}")
        if started.count(f"aiogroq: {scenario.name}") > 1:
            return "right value"
        if package == "aiogroq":
            all_three.wait()
        return "hang" if (scenario, package) == (chosen[0], "groq") else "right error"

    lines = run_all(chosen, 3, verdict_of)
    assert [line.name for line in lines] == [scenario.name for scenario in chosen]
    assert started[-2:] == [f"aiogroq: {chosen[0].name}", f"groq: {chosen[0].name}"]
    assert len(started) == 8
    assert [line[2:] for line in lines] == [("right value",) * 2, *[("right error",) * 2] * 2]


@pytest.mark.parametrize(
    "name", ["closed in the middle of a body", "a certificate for another host: the error says so"]
)
@pytest.mark.slow
def test_the_child_trusts_the_certificate_of_a_tls_scenario(name: str) -> None:
    scenario = patient(SCENARIOS[name])
    outcome = run(scenario, "aiogroq")
    assert verdict(scenario, outcome) == "right error"
    assert outcome.requests == (1 if "closed" in name else 0)


@pytest.mark.slow
def test_a_raw_server_counts_its_requests() -> None:
    scenario = patient(
        next(each for name, each in SCENARIOS.items() if name.startswith("a new connection is closed"))
    )
    outcome = run(scenario, "aiogroq")
    assert outcome.requests == 1
    assert verdict(scenario, outcome) == "right error"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(is_hang=True), "hang"),
        (Outcome(is_hang=True, has_report=True), "hang at exit"),
        (Outcome(exit_code=-11), "crash (-11)"),
        (Outcome(has_report=True, error=["ValueError"], message="x"), "wrong error: ValueError"),
        (Outcome(has_report=True, value="half"), "silent loss"),
        (Outcome(has_report=True, error=["APIConnectionError"], message="x"), "right error"),
        (
            Outcome(has_report=True, error=["APIConnectionError"], message="x", stderr="Unclosed session"),
            "warning: Unclosed",
        ),
        (Outcome(has_report=True, error=["APIConnectionError"], message="x", exit_code=1), "exit code 1"),
    ],
)
def test_each_outcome_has_its_verdict(outcome: Outcome, said: str) -> None:
    assert verdict(SCENARIOS["closed after three events"], outcome) == said


@pytest.mark.slow
async def test_the_soak_accounts_for_every_request() -> None:
    report = await soak(Plan(requests=300, streams=100, concurrent=50, fault_percent=30, seed=1))
    assert report["problems"] == []
    assert report["calls"] == 400
    assert report["tasks left"] == 0


def test_the_soak_has_every_kind_and_is_the_same_for_the_same_seed() -> None:
    plan = Plan(requests=1000, streams=500, concurrent=1, fault_percent=10, seed=3)
    calls = plan.calls()
    assert calls == plan.calls()
    assert {kind.name for _, kind, _ in calls} == {
        kind.name for kind in (SUCCESS, *CHAT_KINDS, *STREAM_KINDS)
    }


@pytest.mark.parametrize(
    ("ended", "log", "said"),
    [
        (CallResult("1", SUCCESS), [], "received nothing"),
        (CallResult("1", SUCCESS), [(200, False), (200, False)], "the server received 2"),
        (CallResult("1", SUCCESS), [(500, False)], "status 500"),
        (CallResult("1", SUCCESS), [(200, True)], "a disconnect"),
        (CallResult("1", Kind("x", disconnect="break")), [(200, False)], "saw no disconnect"),
        (
            CallResult("1", Kind("x", Fault(status=429), ("E",), requests=2), attempts=1),
            [(429, False)],
            "instead of 2",
        ),
        (
            CallResult("1", Kind("x", Fault(status=400), ("E",)), status=400),
            [(404, False)],
            "the server sent 404",
        ),
        (CallResult("1", SUCCESS), [(200, False)], ""),
        (CallResult("1", CLOSED, attempts=2, status=None), [(None, False)] * 2, ""),
        (CallResult("1", CLOSED, attempts=2, status=None), [(None, False)] * 3, ""),
        (CallResult("1", CLOSED, attempts=2, status=None), [(None, False)] * 4, "the server received 4"),
        (CallResult("1", CLOSED, attempts=2, status=None), [(None, False)], "the server received 1"),
        (CallResult("1", REJECTED, attempts=2, broken_attempts=1, status=403), [(403, False)], ""),
        (
            CallResult("1", REJECTED, attempts=3, broken_attempts=1, status=403),
            [(403, False)],
            "the server received 1",
        ),
        (
            CallResult("1", REJECTED, attempts=2, broken_attempts=2, status=403),
            [(403, False)] * 3,
            "the server received 3",
        ),
        (CallResult("1", TWICE, attempts=3, broken_attempts=1, status=503), [(503, False)] * 2, ""),
        (CallResult("1", TWICE, attempts=2, broken_attempts=1, status=503), [(503, False)], ""),
    ],
)
def test_contradictions_between_calls_and_the_log_are_problems(
    ended: CallResult, log: list[tuple[int, bool]], said: str
) -> None:
    problem = disagreement(ended, log)
    assert said in problem
    assert bool(said) == bool(problem)


def test_a_request_without_a_call_is_a_problem() -> None:
    account = Reconciliation()
    account.add_block([CallResult("1", SUCCESS)], {"1": [(200, False)], "2": [(200, False)]})
    assert account.problems == ["the server has a request '2' without a call"]
