"""No function on the way of a call goes back up: `tools/walk_call.py` counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "walk_call.py"


@pytest.mark.parametrize("kind", ["async", "stream", "raw", "sync"])
def test_no_module_on_the_way_of_a_call_calls_back_into_one_above_it(kind: str) -> None:
    done = subprocess.run([sys.executable, str(TOOL), kind], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert ", 0 climbs, " in done.stdout, done.stdout
