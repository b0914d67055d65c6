"""The side-by-side faults and the soak run, see what they should, and notice when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiogroq.local import Fault
from benchmarks.faults.catalog import SCENARIOS
from benchmarks.faults.process import run, verdict
from benchmarks.faults.run import main as faults
from benchmarks.faults.scenario import Outcome
from benchmarks.soak.account import Account, disagreement
from benchmarks.soak.caller import Ended
from benchmarks.soak.kinds import CHAT_KINDS, STREAM_KINDS, WELL, Kind
from benchmarks.soak.run import Plan, soak

CUT = Kind("cut", Fault(before_head=True), ("E",), requests=2)
FOLDER = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes are started where the package `benchmarks` is."""
    monkeypatch.chdir(FOLDER)


def test_there_are_enough_scenarios() -> None:
    assert len(SCENARIOS) >= 40


def test_a_scenario_is_judged_for_both_packages(tmp_path: Path) -> None:
    assert faults(["--only", "ends in order, but without its end", "--results", str(tmp_path)]) == 0
    line = next(x for x in (tmp_path / "faults.md").read_text().splitlines() if "ends in order" in x)
    assert line.split("|")[3:5] == [" right error ", " silent loss "]


def test_a_scenario_with_a_server_of_its_own_sees_the_requests() -> None:
    scenario = next(each for name, each in SCENARIOS.items() if name.startswith("dropped after the request"))
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
def test_outcomes_have_their_words(outcome: Outcome, said: str) -> None:
    assert verdict(SCENARIOS["cut after three events"], outcome) == said


async def test_the_soak_settles_every_request() -> None:
    report = await soak(Plan(requests=300, streams=100, concurrent=50, fault_percent=30, seed=1))
    assert report["problems"] == []
    assert report["calls"] == 400
    assert report["tasks left"] == 0


def test_the_soak_has_every_kind_and_is_the_same_for_the_same_seed() -> None:
    plan = Plan(requests=1000, streams=500, concurrent=1, fault_percent=10, seed=3)
    calls = plan.calls()
    assert calls == plan.calls()
    assert {kind.name for _, kind, _ in calls} == {kind.name for kind in (WELL, *CHAT_KINDS, *STREAM_KINDS)}


@pytest.mark.parametrize(
    ("ended", "log", "said"),
    [
        (Ended("1", WELL), [], "never saw it"),
        (Ended("1", WELL), [(200, False), (200, False)], "the server saw 2"),
        (Ended("1", WELL), [(500, False)], "status 500"),
        (Ended("1", WELL), [(200, True)], "a departure"),
        (Ended("1", Kind("x", leaves="break")), [(200, False)], "did not see the caller leave"),
        (
            Ended("1", Kind("x", Fault(status=429), ("E",), requests=2), attempts=1),
            [(429, False)],
            "where 2 are right",
        ),
        (Ended("1", Kind("x", Fault(status=400), ("E",)), status=400), [(404, False)], "the server sent 404"),
        (Ended("1", WELL), [(200, False)], ""),
        (Ended("1", CUT, attempts=2, status=None), [(None, False)] * 2, ""),
        (Ended("1", CUT, attempts=2, status=None), [(None, False)] * 3, ""),
        (Ended("1", CUT, attempts=2, status=None), [(None, False)] * 4, "the server saw 4"),
        (Ended("1", CUT, attempts=2, status=None), [(None, False)], "the server saw 1"),
    ],
)
def test_the_account_notices_what_disagrees(ended: Ended, log: list[tuple[int, bool]], said: str) -> None:
    told = disagreement(ended, log)
    assert said in told
    assert bool(said) == bool(told)


def test_a_request_that_nobody_made_is_a_problem() -> None:
    account = Account()
    account.settle([Ended("1", WELL)], {"1": [(200, False)], "2": [(200, False)]})
    assert account.problems == ["the server has a request '2' that nobody made"]
