"""Real processes that share a rate limit through a real redis-server; `benchmarks.shared_limits` runs them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from redis_server import PATIENCE_S, require_redis_server

sys.path.insert(0, str(Path(__file__).parents[3]))  # benchmarks is beside the tests and never installed

from benchmarks.shared_limits import web
from benchmarks.shared_limits.processes import run
from benchmarks.shared_limits.report import ROWS, Row, missed
from benchmarks.shared_limits.spec import Scenario

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]
SHARED = [row for row in ROWS if row.has_bounds]


@pytest.fixture(autouse=True)
def _needs_redis() -> None:
    require_redis_server()


@pytest.mark.parametrize("row", SHARED, ids=[row.name for row in SHARED])
def test_four_processes_use_the_whole_limit_evenly_and_no_more(row: Row) -> None:
    outcome = run(replace(row.scenario, store_timeout_s=PATIENCE_S))
    assert missed(outcome) == [], (outcome.shares, outcome.refused, [each.logged for each in outcome.workers])


def test_an_outage_and_the_end_of_it_are_logged_once_by_each_process() -> None:
    outcome = run(Scenario(seconds=10, redis_killed_at_s=3, redis_down_s=3, store_timeout_s=PATIENCE_S))
    for worker in outcome.workers:
        assert [level for _, level, _ in worker.logged] == ["WARNING", "INFO"], worker.logged


def test_processes_that_do_not_share_are_rejected_by_the_service() -> None:
    """Without this, the other tests would not show that sharing is what keeps the limit."""
    outcome = run(replace(Scenario(is_shared=False), seconds=10))
    assert outcome.refused > 100


def test_no_user_of_a_web_app_with_eight_workers_gets_an_error_in_a_burst() -> None:
    load = web.Load(store_timeout_s=PATIENCE_S)
    outcome = web.run("shared", load)
    assert outcome.statuses == {"200": len(load.arrivals())}
    assert outcome.processes > 1
    assert outcome.refused <= 1
