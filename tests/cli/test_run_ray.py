"""``aiogroq run --engine ray`` without Ray: what is rejected before anything starts. tests/ray_data runs it on Ray."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from aiogroq.local import LocalGroq

from .conftest import Run

COMMAND = ("run", "in.csv", "-o", "out.csv", "-p", "Say {text}", "--engine", "ray")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with an input of two rows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("id,text\na,one\nb,two\n")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--via", "batch"), "leave out --via"),
        (("--max-cost", "1"), "no --max-cost"),
        (("--dedupe",), "no --dedupe"),
        (("--endpoint", "speech"), "writes no audio files"),
        (("-o", "-"), "pass --journal DIR"),
        (("--local",), "which the actors of Ray do not reach"),
        (("--engine", "local", "--actors", "2"), "--actors is for --engine ray"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_options_that_do_not_fit_are_rejected(
    folder: Path, run: Run, service: LocalGroq, options: tuple[str, ...], message: str
) -> None:
    outcome = run(*COMMAND, *options)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())
    assert service.requests == []


def test_standard_input_is_rejected(folder: Path, run: Run, service: LocalGroq) -> None:
    outcome = run("run", "-", "--from", "csv", *COMMAND[2:], stdin="text\none\n")
    assert (outcome.code, "not standard input" in outcome.err) == (2, True)


def test_the_journal_of_a_run_without_ray_is_rejected(folder: Path, run: Run, service: LocalGroq) -> None:
    assert run(*COMMAND[:-2]).code == 0
    outcome = run(*COMMAND)
    assert outcome.code == 2
    assert "is the journal of a run without --engine ray" in " ".join(outcome.err.split())


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed")
def test_the_extra_is_named_where_ray_is_missing(folder: Path, run: Run, service: LocalGroq) -> None:
    outcome = run(*COMMAND)
    assert outcome.code == 1
    assert 'pip install "aiogroq[ray]"' in outcome.err
