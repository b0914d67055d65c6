"""`Programs` ends a program that hangs, idle or busy."""

from __future__ import annotations

import pytest

from .programs import Programs

IDLE = "import time; time.sleep(60)"
BUSY = "while True: pass"
BUSY_CHILD = "import os\nif os.fork() == 0:\n    while True: pass\nos.wait()"


@pytest.mark.parametrize("code", [IDLE, BUSY, BUSY_CHILD], ids=["idle", "busy", "a busy child"])
def test_a_program_that_hangs_is_ended(programs: Programs, code: str) -> None:
    with pytest.raises(AssertionError, match="it hangs"):
        programs.run(code, limit_s=0.5)


@pytest.mark.slow
def test_a_busy_program_has_a_limit_of_cpu_time_and_not_of_wall_time(programs: Programs) -> None:
    code = """
    import time
    for _ in range(8):
        ends_at = time.process_time() + 0.1  # as on a busy machine: little of it at a time
        while time.process_time() < ends_at:
            pass
        time.sleep(0.3)
    print("end")
    """
    assert programs.run(code, limit_s=2.0) == ["end"]
