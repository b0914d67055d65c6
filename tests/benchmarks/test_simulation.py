"""Processes over one store on a driven clock: they use the limit, in even parts, with few calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.simulation import main as simulation
from benchmarks.simulation.run_size import simulate
from benchmarks.simulation.spec import Costs, Outcome, Size
from benchmarks.simulation.stores import redis_stores

pytestmark = pytest.mark.slow


def run(processes: int, rpm: int = 1_000, measured_s: float = 60.0, costs: Costs | None = None) -> Outcome:
    return simulate(Size(rpm, 10.0, measured_s), processes, redis_stores, costs)


@pytest.mark.parametrize("processes", [1, 10])
def test_processes_use_all_of_a_limit_and_no_more(processes: int) -> None:
    outcome = run(processes)
    assert outcome.utilisation == pytest.approx(1.0, abs=0.01)
    assert outcome.rejected == 0


def test_processes_get_even_parts() -> None:
    outcome = run(10)
    least, most = outcome.shares
    assert (least, most) == pytest.approx((1.0, 1.0), abs=0.05)
    assert outcome.jain > 0.999


def test_processes_get_even_parts_where_each_has_its_turn_within_milliseconds() -> None:
    least, most = simulate(Size(100_000, 0.3, 0.5), 10, redis_stores).shares
    assert (least, most) == pytest.approx((1.0, 1.0), abs=0.1)


def test_the_number_of_calls_for_a_request_does_not_grow_with_that_of_processes() -> None:
    assert run(30).calls_per_grant < 1.5 * run(3).calls_per_grant


def test_a_server_that_is_too_slow_for_the_limit_shows_as_a_part_of_it_that_is_not_used() -> None:
    outcome = run(3, rpm=60_000, measured_s=5.0, costs=Costs(call_s=0.05))
    assert outcome.utilisation < 0.7
    assert outcome.busy_s / outcome.measured_s > 0.9


def test_the_quick_run_writes_the_table_and_replaces_no_results(tmp_path: Path) -> None:
    assert simulation(["--quick", "--processes", "2", "--results", str(tmp_path)]) == 0
    (outcome,) = json.loads((tmp_path / "simulation.json").read_text())["outcomes"]
    assert outcome["processes"] == 2
    assert "the figures mean nothing" in (tmp_path / "simulation.md").read_text()
