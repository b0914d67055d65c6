"""The README's code runs as it stands there, against the embedded server, and its commands are the real ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from aiogroq.local import LocalGroq

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text()


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def heading_of(block: str) -> str:
    """The heading that a block stands under."""
    before = TEXT[: TEXT.index(block)]
    return re.findall(r"^#+ (.+)$", before, re.MULTILINE)[-1]


PROGRAMS = [block for block in blocks("python") if "def test_" not in block]
TESTS = [block for block in blocks("python") if "def test_" in block]
PROMISED = {
    "Tools": "18 degrees and fog in San Francisco",
    "JSON": "Person(name='John Doe', age=30, email='john@example.com')",
    "Embeddings": "768 True",
    "Files and batches": "question-2 2+2 = 4.",
    "The embedded server": "fine, thanks [503, 200]",
}


@pytest.mark.parametrize("block", PROGRAMS, ids=heading_of)
def test_a_program_of_the_readme_runs_and_says_nothing_on_stderr(
    block: str, local_groq: LocalGroq, tmp_path: Path
) -> None:
    environment = {**os.environ, "GROQ_API_KEY": "gsk_readme", "GROQ_BASE_URL": local_groq.base_url}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block],
        capture_output=True,
        text=True,
        timeout=30,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert PROMISED.get(heading_of(block), "") in done.stdout


@pytest.mark.parametrize("block", TESTS, ids=heading_of)
def test_a_test_of_the_readme_passes(block: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(block)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(tmp_path),
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))},
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command", ['pip install ".[cli]" && aiogroq demo', 'pip install -e ".[test]" && pytest']
)
def test_the_two_commands_stand_in_the_readme(command: str) -> None:
    assert f"```bash\n{command}\n```" in TEXT


def test_every_room_is_in_the_table_of_rooms() -> None:
    package = README.parent / "aiogroq"
    rooms = {path.name + "/" * path.is_dir() for path in package.iterdir()}
    listed = set(re.findall(r"^\| `(?:aiogroq/)?([\w.]+/?)` \|", TEXT, re.MULTILINE))
    assert rooms - listed <= {"__pycache__/", "py.typed", "_version.py", "__main__.py"}
