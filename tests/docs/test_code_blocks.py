"""The code of the documentation runs as it stands there, against the embedded server, and its commands exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from aiogroq.local import LocalGroq

from .pages import PAGES, ROOT, blocks, name_of

RUNNER = Path(__file__).parent / "run_page.py"
LIMIT_S = 150
ELSEWHERE = {ROOT / "docs" / "guides" / name for name in ("frameworks.md", "ray.md")}
"""Their programs need packages that are not installed here: tests/frameworks and tests/ray_data run them."""
SHARED_LIMITS = ROOT / "docs" / "guides" / "shared-limits.md"
"""Its programs need a redis-server."""
PROGRAMS = [
    page
    for page in PAGES
    if page not in ELSEWHERE and any(block.is_program for block in blocks(page, "python"))
]
TESTS = [page for page in PAGES if any(block.is_test for block in blocks(page, "python"))]
PRINTED = {
    ("README.md", "A value of a type"): "Person(name='John Doe', age=30)",
    ("README.md", "Tools"): "18 degrees and fog in San Francisco",
    ("README.md", "Speech and transcription"): "Hello there.",
    ("docs/guides/tools.md", "Tools"): "18 degrees and fog in San Francisco",
    ("docs/guides/tools.md", "What is a tool"): "tool_calls\nstop\n",
    ("docs/guides/tools.md", "Approval"): "['Files outside of /tmp stay.']",
    ("docs/guides/tools.md", "Step by step"): "'content': '18 degrees and fog in Oslo'",
    ("docs/guides/tools.md", "A value at the end"): "Report",
    ("docs/guides/tools.md", "A tool call that the service rejects"): "['get_weather']",
    ("docs/guides/tools.md", "Without a runner"): "18 degrees and fog in San Francisco",
    ("docs/guides/json.md", "JSON"): "Person(name='John Doe', age=30, email='john@example.com')",
    ("docs/guides/audio.md", "Transcription and translation"): "Hello there.",
    ("docs/guides/embeddings.md", "Embeddings and reranking"): "768 True",
    ("docs/guides/embeddings.md", "Reranking"): "1 0.",
    ("docs/guides/files-and-batches.md", "Fine-tunings"): "mine ft:llama-3.1-8b-instant:mine",
    ("docs/guides/files-and-batches.md", "Files and batches"): "question-2 2+2 = 4.",
    ("docs/guides/files-and-batches.md", "Files"): "['lines.jsonl'",
    ("docs/guides/jobs.md", "Journal"): "3 of 8 were there already",
    ("docs/guides/jobs.md", "Stopping early"): "max_cost: $0.000",
    ("docs/guides/jobs.md", "Equal items"): "4 results, 2 requests",
    ("docs/guides/jobs.md", "Embeddings, recordings, speech"): "spoken/bye.wav See you tomorrow.",
    ("docs/guides/jobs.md", "The Batch API"): "19+19 = 38.",
    ("docs/guides/rate-limits.md", "Pacing"): "50 responses",
    ("docs/guides/rate-limits.md", "Options of pacing"): "TPM 1000 2000",
    ("docs/guides/rate-limits.md", "A store of your own"): "RPM: wait 0.",
    ("docs/guides/raw-responses.md", "Raw responses"): "200 req_",
    ("docs/guides/shared-limits.md", "Start"): "hello\n",
    ("docs/guides/streaming.md", "Leaving a stream early"): "",
    ("docs/guides/streaming.md", "A stream that breaks off"): "ChatCompletionMessage(",
    (
        "docs/guides/structured-output.md",
        "Structured output",
    ): "Person(name='John Doe', age=30, email='john@example.com')",
    (
        "docs/guides/structured-output.md",
        "Responses that do not match",
    ): "Person(name='Jo', age=30) Expected `int`",
    ("docs/guides/structured-output.md", "Many items"): "3 done",
    ("docs/guides/structured-output.md", "Storing and sending values"): "{'name': 'Jane Doe', 'age': 42}",
    ("docs/guides/testing.md", "Testing with the embedded server"): "fine, thanks [503, 200]",
}
"""Text that the programs under a heading print."""


@pytest.mark.parametrize("page", PROGRAMS, ids=name_of)
def test_the_programs_of_a_page_run_and_write_nothing_to_stderr(
    page: Path, local_groq: LocalGroq, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = {**os.environ, "GROQ_API_KEY": "gsk_docs", "GROQ_BASE_URL": local_groq.base_url}
    if page == SHARED_LIMITS:
        environment["REDIS_URL"] = request.getfixturevalue("redis_server").url
    done = subprocess.run(
        [sys.executable, "-W", "error", str(RUNNER), str(page)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    sections = re.split(r"^--- (.*)\n", done.stdout, flags=re.MULTILINE)
    printed: dict[str, str] = {}
    for heading, text in zip(sections[1::2], sections[2::2], strict=True):
        printed[heading] = printed.get(heading, "") + text
    for (name, heading), text in PRINTED.items():
        if name == name_of(page):
            assert text in printed[heading]


@pytest.mark.parametrize("page", TESTS, ids=name_of)
def test_the_tests_of_a_page_pass(page: Path, tmp_path: Path) -> None:
    tests = [block for block in blocks(page, "python") if block.is_test]
    for number, block in enumerate(tests):
        (tmp_path / f"test_{number}.py").write_text(block.code)
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))},
        check=False,
    )
    assert f"{len(tests)} passed" in done.stdout, done.stdout + done.stderr


def test_each_text_that_must_be_printed_belongs_to_a_program() -> None:
    headings = {
        (name_of(page), block.heading)
        for page in PROGRAMS
        for block in blocks(page, "python")
        if block.is_program
    }
    assert set(PRINTED) <= headings


def test_an_error_in_a_page_names_its_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n```python\nx = 1\n```\n\n```python\nprint(x)\n```\n")
    done = subprocess.run(
        [sys.executable, str(RUNNER), str(page)], capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 1
    assert 'page.md", line 8' in done.stderr
    assert "NameError" in done.stderr


@pytest.mark.parametrize(
    "command", ['pip install ".[cli]" && aiogroq demo', 'pip install -e ".[test]" && pytest']
)
def test_the_two_commands_stand_in_the_readme(command: str) -> None:
    assert f"```bash\n{command}\n```" in (ROOT / "README.md").read_text()
