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
ROOT = FOLDER.parents[1]
GUIDE = ROOT / "docs" / "guides" / "frameworks.md"
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


def run(server: LocalGroq, *command: str, cwd: Path = FOLDER) -> str:
    """Return what a command of Python prints, in the environment of the frameworks."""
    environment = {
        **os.environ,
        "GROQ_API_KEY": "gsk_frameworks",
        "GROQ_BASE_URL": server.base_url,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [PYTHON, *command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", RUNS, ids=" ".join)
def test_a_framework_runs_on_aiogroq(command: list[str]) -> None:
    with LocalGroq(strict=True, api_key="gsk_frameworks") as server:
        printed = run(server, *command)
        requests = server.requests
    assert len(requests) >= 4
    # What the official package sends with every request.
    assert not [name for request in requests for name in request.headers if name.startswith("x-stainless")]
    print(f"{printed.splitlines()[-1]} ({len(requests)} requests)")


def test_the_programs_of_the_guide_run(tmp_path: Path, local_groq: LocalGroq) -> None:
    printed = run(local_groq, str(ROOT / "tests" / "docs" / "run_page.py"), str(GUIDE), cwd=tmp_path)
    lines = [line for line in printed.splitlines() if line and not line.startswith("---")]
    typed, instructed, langchain, smolagents = lines
    assert typed.startswith("name='John Doe' age=30 ")
    assert instructed == "name='John Doe' age=30"
    assert langchain == smolagents == "Hello! How can I help you today?"
