"""Every boundary between threads of ``aiogroq.sync``: another thread, an interrupt or a signal handler comes at each step.

By default a thread is switched at each line, and an interrupt or a handler comes at each instruction. AIOGROQ_PREEMPT=full
switches at each instruction too, and at each pair of lines of two threads, which takes minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .preemption_cases import CALLS, EXECUTOR, INTERRUPTS, SEEDED, STREAMS

IS_FULL = os.environ.get("AIOGROQ_PREEMPT") == "full"
LIMIT_S = 3000 if IS_FULL else 400
pytestmark = pytest.mark.timeout(LIMIT_S + 10)


def explore(*names: str) -> list[str]:
    """What a program says that goes through all steps of these cases: a line for each, the last one may be wrong."""
    done = subprocess.run(
        [sys.executable, "-m", f"{Path(__file__).parent.name}.preemption_cases", *names],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        cwd=Path(__file__).parents[1],
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    "cases",
    [STREAMS, CALLS, INTERRUPTS, EXECUTOR],
    ids=["streams", "calls and handlers", "interrupts", "jobs"],
)
def test_threads_interrupts_and_handlers_may_come_at_every_step(cases: dict[str, object]) -> None:
    said = explore(*cases)
    assert [re.sub(r"\d+", "N", line) for line in said] == [f"{name}: N steps" for name in cases], said
    assert all(int(line.split()[-2]) >= 10 for line in said), said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "found"), [*zip(SEEDED, ["counted 1 of 2", "a wake-up was lost"], strict=True)], ids=str
)
def test_the_search_finds_a_race_that_was_put_there(name: str, found: str) -> None:
    assert found in "\n".join(explore(name))
