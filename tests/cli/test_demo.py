"""``aiogroq demo``."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from aiogroq import AsyncGroq
from aiogroq.cli.console import make_console
from aiogroq.cli.demo_batch import run_batch
from aiogroq.cli.demo_context import DemoContext, WrappingWriter
from aiogroq.local import Fault, LocalGroq

from .conftest import KEY, Run, start

SHOWN = (
    "William Shakespeare wrote it.",
    "tokens/s, first token after",
    "20/20",
    r"get_weather\(city='Lisbon'\)",
    "21 C and a clear sky in Lisbon",
    '{"name": "Ada Lovelace", "age": 36, "email": "ada@example.com"}',
    "transcript: Speak softly, and send few bytes.",
    "status: validating (> in_progress )?(> finalizing )?> completed",
    "request-1: 6 . 7 = 42.",
    "aiogroq chat --local",
)
FILES = ["batch_requests.jsonl", "batch_results.jsonl", "speech.wav"]


@pytest.mark.slow
def test_the_demo_needs_no_key_and_no_network_and_leaves_no_files(tmp_path: Path) -> None:
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "TMPDIR": str(temporary), "HOME": str(work)}
    environment |= {"HTTP_PROXY": "http://127.0.0.1:9", "PYTHONDONTWRITEBYTECODE": "1"}
    process = start("demo", cwd=work, env=environment)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, b"")
    assert "7 of 7 steps succeeded" in out.decode()
    assert re.findall(rb"[\x00-\x09\x0b-\x1f]", out) == []
    assert list(work.iterdir()) + list(temporary.iterdir()) == []


def test_every_step_prints_its_results_and_does_not_use_the_key(
    run: Run, service: LocalGroq, tmp_path: Path
) -> None:
    folder = tmp_path / "a" / "b"
    outcome = run("demo", "--keep", str(folder))
    assert outcome.code == 0
    assert "embedded server" in outcome.out.splitlines()[0]
    assert "--live" in outcome.out.partition("1/7")[0]
    assert service.request_count == 0
    for shown in SHOWN:
        assert re.search(shown, " ".join(outcome.out.split())), shown
    assert all(line == line.rstrip() for line in outcome.out.splitlines())
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert "speech.wav" in outcome.out.partition("Files in")[2]


@pytest.mark.slow
def test_at_a_terminal_the_demo_has_colours(run: Run) -> None:
    outcome = run("demo", terminal=True)
    assert outcome.code == 0
    assert "\x1b[" in outcome.out


def test_live_uses_the_service_of_the_environment(run: Run, service: LocalGroq) -> None:
    outcome = run("demo", "--live")
    assert outcome.code == 0
    assert service.base_url in outcome.out.splitlines()[0]
    assert service.request_count > 30
    left = [request for request in service.requests if request.method == "DELETE"]
    assert len(left) == 2, "the batch's two files are deleted"


def test_a_step_that_fails_does_not_end_the_demo(run: Run, service: LocalGroq) -> None:
    service.script(
        Fault(on="/audio/speech", status=400, body={"error": {"message": "accept the terms first"}})
    )
    outcome = run("demo", "--live")
    assert outcome.code == 1
    assert "accept the terms first" in outcome.out
    assert "6 of 7 steps succeeded" in outcome.out


@pytest.mark.parametrize(
    "fault", [Fault(on="/chat/completions", skip=2, status=400), Fault(on="/files", status=413)]
)
def test_a_failure_among_many_requests_is_one_line(run: Run, service: LocalGroq, fault: Fault) -> None:
    service.script(fault)
    outcome = run("demo", "--live")
    assert "6 of 7 steps succeeded" in outcome.out
    assert outcome.out.count("failed:") == 1


@pytest.mark.parametrize(("arguments", "code"), [(["--live"], 1), (["--base-url", "http://127.0.0.1:9"], 2)])
def test_options_of_the_service_require_live(run: Run, arguments: list[str], code: int) -> None:
    assert run("demo", *arguments).code == code


def test_live_conflicts_with_local(run: Run) -> None:
    assert run("--local", "demo", "--live").code == 2


async def test_a_slow_batch_is_cancelled_and_its_files_are_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalGroq(batch_step_s=600) as server:
        async with AsyncGroq(api_key=KEY, base_url=server.base_url) as client:
            await run_batch(DemoContext(client, make_console(), tmp_path, max_wait_s=0.0))
        calls = [(request.method, request.path.rpartition("/")[2]) for request in server.requests]
    assert ("POST", "cancel") in calls
    assert calls[-1][0] == "DELETE"
    assert "cancelled after 0 s" in capsys.readouterr().out


def test_streamed_words_are_wrapped_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    writer = WrappingWriter(make_console())
    for chunk in ("Hel", "lo wo", "rld, how are", " you\nto", "day? ", "\x1b[2J"):
        writer.write(chunk)
    writer.end()
    writer.end()
    assert capsys.readouterr().out == "    Hello world, how\n    are you\n    today? [2J\n"
