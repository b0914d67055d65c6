"""Frameworks that are written for the official package run on aiogroq, each script in a process against a server.

The frameworks need an environment of their own (requirements.txt); `.ci/run` makes it. By hand:

    python -m venv /tmp/frameworks
    /tmp/frameworks/bin/pip install . -r tests/frameworks/requirements.txt
    AIOGROQ_FRAMEWORKS_PYTHON=/tmp/frameworks/bin/python pytest -rP tests/frameworks/test_frameworks.py
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from aiogroq.local import LocalGroq

PYTHON = os.environ.get("AIOGROQ_FRAMEWORKS_PYTHON", "")
FOLDER = Path(__file__).parent
SCRIPTS = sorted(path.name for path in FOLDER.glob("use_*.py"))
RUNS = [
    *([name] for name in SCRIPTS),
    ["use_langchain.py", "client"],
    ["use_smolagents.py", "client"],
    # As a user would run a program that cannot be changed.
    ["-m", "aiogroq.as_groq", "use_instructor.py"],
]
pytestmark = pytest.mark.skipif(
    not PYTHON, reason="AIOGROQ_FRAMEWORKS_PYTHON names no Python with the frameworks"
)


@pytest.mark.parametrize("command", RUNS, ids=" ".join)
def test_a_framework_runs_on_aiogroq(command: list[str]) -> None:
    with LocalGroq(strict=True, api_key="gsk_frameworks") as server:
        environment = {
            **os.environ,
            "GROQ_API_KEY": "gsk_frameworks",
            "GROQ_BASE_URL": server.base_url,
            "PYTHONPATH": str(FOLDER.parents[1]),
        }
        done = subprocess.run(
            [PYTHON, *command], cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=90
        )
        assert done.returncode == 0, done.stderr
        requests = server.requests
    assert len(requests) >= 4
    # What the official package sends with every request.
    assert not [name for request in requests for name in request.headers if name.startswith("x-stainless")]
    print(f"{done.stdout.splitlines()[-1]} ({len(requests)} requests)")
