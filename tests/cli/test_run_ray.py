"""``aiogroq run --engine ray`` without Ray: what is rejected before anything starts. tests/ray_data runs it on Ray."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from aiogroq.cli.run_ray import error_text, progress_text
from aiogroq.local import LocalGroq
from aiogroq.ray.items import Sent

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


_TRACEBACKS = """ray::MapWorker(MapBatches(ItemWorker)).submit() (pid=1, ip=10.0.0.1)
  File "sending.py", line 86, in send
    response = await send(body)
aiogroq.AuthenticationError: Error code: 401 - {'error': {'message': 'Invalid API Key'}}

The above exception was the direct cause of the following exception:

ray::MapWorker(MapBatches(ItemWorker)).submit() (pid=1, ip=10.0.0.1)
  File "workers.py", line 79, in run
    raise self._error
%s

The above exception was the direct cause of the following exception:

ray.exceptions.UserCodeException: UDF failed to process a data block.
To change retry attempts, backoff, or which errors are retried, configure `ray.data.DataContext.get_current()`"""


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (
            "aiogroq.jobs.errors.JobError: Invalid API Key. Check GROQ_API_KEY",
            "Invalid API Key. Check GROQ_API_KEY",
        ),
        ("ModuleNotFoundError: No module named 'aiogroq'", "ModuleNotFoundError: No module named 'aiogroq'"),
        ("aiogroq.jobs.errors.JournalError: read it. Pass fresh=True", "read it. Use --fresh"),
    ],
)
def test_the_error_of_an_actor_is_told_without_the_tracebacks_of_ray(last: str, told: str) -> None:
    assert error_text(RuntimeError(_TRACEBACKS % last)) == told


def test_an_error_of_ray_itself_is_told_by_its_first_line() -> None:
    assert (
        error_text(RuntimeError("No cluster at 10.0.0.1:6379\nThe end of a long text."))
        == "No cluster at 10.0.0.1:6379"
    )


def test_progress_says_that_the_service_may_not_be_reachable_while_no_row_has_a_response() -> None:
    sent = Sent(total=200)
    assert progress_text(sent, 0, 0, 0) == "aiogroq: the actors of Ray are starting"
    assert "is the service reachable?" in progress_text(sent, 20, 60, 40)
    sent.add({"done": 48, "length": 1, "failed": 1, "cost_usd": None})
    sent.add({"done": 10, "length": 0, "failed": 0, "cost_usd": 0.5})
    assert progress_text(sent, 20, 60, 0) == "aiogroq: 60 of 200 rows, 1 failed; 20 in flight"
    assert sent.counts["cost_usd"] == 0.5
