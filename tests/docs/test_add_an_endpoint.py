"""The steps of CONTRIBUTING.md for a new endpoint work, carried out in a copy of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import ROOT, Block, blocks

STEPS = [block for block in blocks(ROOT / "CONTRIBUTING.md", "python", "diff") if block.path]
COPIED = ("aiogroq", "tools", "tests", "pyproject.toml")
LIMIT_S = 120

pytestmark = pytest.mark.slow


def apply(step: Block, root: Path) -> None:
    """Write the file of a step, or change an existing one as its diff says. Lines with ``@@`` separate its places."""
    path = root / step.path
    text = step.code.split("\n", 1)[1]
    if step.language == "python":
        assert not path.exists(), f"{step.path} exists"
        path.write_text(text)
        return
    changed = path.read_text()
    for hunk in text.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert changed.count(before) == 1, f"{step.path} must have exactly once:\n{before}"
        changed = changed.replace(before, after)
    path.write_text(changed)


def run(root: Path, *command: str) -> None:
    """Run a command in the copy. Fails with its output."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))
    }
    done = subprocess.run(
        command,
        cwd=root,
        env={**environment, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the generator writes on Python 3.11")
def test_the_steps_for_a_new_endpoint_work_in_a_copy(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, tmp_path)
    for step in STEPS:
        apply(step, tmp_path)
    run(tmp_path, sys.executable, "tools/sync_facade.py")
    written = [step.path for step in STEPS] + [
        "aiogroq/sync/summaries.py",
        "aiogroq/resources/_views/summaries.py",
    ]
    # The place of an import depends on the modules that were added since the steps were written.
    run(tmp_path, sys.executable, "-m", "ruff", "check", "--fix", "--select", "I", *written)
    run(tmp_path, sys.executable, "-m", "ruff", "check", *written)
    run(tmp_path, sys.executable, "-m", "ruff", "format", "--check", *written)
    run(tmp_path, sys.executable, "-m", "pytest", "-q", "tests/client/test_summaries.py")
