"""`Programs` ends a program that hangs, idle or busy."""

from __future__ import annotations

import contextlib
import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from . import programs as runner
from .programs import Programs

IDLE = "import time; time.sleep(60)"
BUSY = "while True: pass"
BUSY_CHILD = "import os\nif os.fork() == 0:\n    while True: pass\nos.wait()"


@pytest.mark.parametrize("code", [IDLE, BUSY, BUSY_CHILD], ids=["idle", "busy", "a busy child"])
def test_a_program_that_hangs_is_ended(programs: Programs, code: str) -> None:
    with pytest.raises(AssertionError, match="it hangs"):
        programs.run(code, limit_s=0.5)


@pytest.mark.parametrize(("share", "ends"), [(0.3, True), (0.9, False), (0.001, False)])
def test_a_program_has_a_limit_of_cpu_time_and_of_idle_time_and_not_of_wall_time(
    monkeypatch: pytest.MonkeyPatch, share: float, ends: bool
) -> None:
    now_s = 0.0

    class Process:
        """Takes 30 seconds, of which it has a share of a CPU."""

        pid = 1

        def wait(self, timeout: float) -> None:
            nonlocal now_s
            now_s += timeout
            if now_s < 30:
                raise subprocess.TimeoutExpired("program", timeout)

    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: now_s))
    monkeypatch.setattr(runner, "_cpu_s", lambda group: share * now_s)
    process: Any = Process()
    with contextlib.nullcontext() if ends else pytest.raises(subprocess.TimeoutExpired):
        runner._wait(process, 10.0)
