"""``aiogroq run`` as a process: pipes, Ctrl-C, and kills at any moment."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from held_replies import HeldReplies
from server_reads import wait_until_read
from waiting import eventually

from aiogroq.local import Fault, LocalGroq

from .conftest import start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
WAIT_S = 60.0


def contents(server: LocalGroq) -> list[str]:
    """The last messages of the requests."""
    return [json.loads(request.body)["messages"][-1]["content"] for request in server.requests]


def begun(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start a run of the rows of in.csv."""
    return start(
        "run", "in.csv", "-o", "out.csv", "-p", "{text}", *options, cwd=folder, stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with an input of 60 rows."""
    lines = ["id,text", *(f"k{number},row {number}" for number in range(60))]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def written(folder: Path) -> list[str]:
    """The ids of the rows of the output."""
    with (folder / "out.csv").open(newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


ALL = [f"k{number}" for number in range(60)]


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_and_sends_nothing_twice(folder: Path, service: LocalGroq) -> None:
    open_at_kills = 0
    for _ in range(3):
        # However late the kill comes, few requests get a response before it.
        service.clear_faults()
        service.script(Fault(latency_s=0.05, times=12), Fault(latency_s=WAIT_S, times=None))
        before = service.request_count
        process = begun(folder, "--concurrency", "3")
        eventually(lambda before=before: service.request_count >= before + 8)  # type: ignore[misc]
        process.kill()
        process.communicate()
        wait_until_read(service)
        assert not (folder / "out.csv").exists()
        open_at_kills += 3
    service.clear_faults()
    process = begun(folder, "--concurrency", "3")
    _, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, err
    assert written(folder) == ALL
    assert service.request_count <= 60 + open_at_kills
    assert max(Counter(contents(service)).values()) <= 4
    with (folder / "out.csv.journal").open() as journal:
        done = [json.loads(line)["id"] for line in journal if '"status"' in line]
    assert sorted(done) == sorted(ALL)


@pytest.mark.slow
def test_a_row_that_was_answered_before_a_kill_is_not_sent_again(folder: Path, service: LocalGroq) -> None:
    process = begun(folder, "--concurrency", "1")
    eventually(
        lambda: (folder / "out.csv.journal").exists() and b"k4" in (folder / "out.csv.journal").read_bytes()
    )
    process.kill()
    process.communicate()
    journal = (folder / "out.csv.journal").read_text().splitlines()
    answered = [json.loads(line)["id"] for line in journal[1:] if line.endswith("}")]
    process = begun(folder)
    assert process.wait(WAIT_S) == 0
    process.communicate()
    counts = Counter(contents(service))
    assert all(counts[f"row {key[1:]}"] == 1 for key in answered)
    assert written(folder) == ALL


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_finish_what_is_in_flight_and_say_how_to_go_on(
    folder: Path, service: LocalGroq, stop: signal.Signals
) -> None:
    service.script(Fault(latency_s=0.5, times=None))
    process = begun(folder, "--concurrency", "2")
    eventually(lambda: service.request_count >= 2)
    process.send_signal(stop)
    if stop == signal.SIGTERM:
        process.send_signal(stop)  # as `timeout` does: it drops nothing
    _, err = process.communicate(timeout=WAIT_S)
    text = err.decode()
    assert process.returncode == 130
    assert "finishing what is in flight, at most 10 s; Ctrl-C again drops it" in text
    assert "aiogroq run in.csv --output out.csv --prompt '{text}' --concurrency 2" in text
    assert not (folder / "out.csv").exists()
    assert "Traceback" not in text
    sent = service.request_count
    with (folder / "out.csv.journal").open() as journal:
        assert sum('"status"' in line for line in journal) == sent
    service.clear_faults()
    process = begun(folder)
    process.communicate(timeout=WAIT_S)
    assert process.returncode == 0
    assert service.request_count == 60
    assert written(folder) == ALL


@pytest.mark.slow
def test_a_second_ctrl_c_drops_what_is_in_flight(folder: Path, service: LocalGroq) -> None:
    service.script(Fault(latency_s=WAIT_S, times=None))
    process = begun(folder)
    eventually(lambda: service.request_count >= 1)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    seen = b""
    while b"Ctrl-C again" not in seen:
        seen += process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130
    # After the 10 s that the first one waits there would be a report instead.
    assert b"aiogroq: interrupted; to go on: aiogroq run in.csv" in err
    assert b"Traceback" not in err


@pytest.mark.slow
def test_a_pipe_is_processed_as_it_comes(tmp_path: Path, service: LocalGroq) -> None:
    service.reply = lambda body: body["messages"][-1]["content"].upper()
    process = start(
        "run", "-", "--from", "text", "-o", "-", "-q", cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        for text in (b"one", b"two"):  # each is there before the next is written
            process.stdin.write(text + b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == text.upper() + b"\n"
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(WAIT_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.slow
def test_ctrl_c_ends_a_run_that_waits_for_its_input(tmp_path: Path, service: LocalGroq) -> None:
    process = start(
        "run", "-", "--from", "text", "-o", "out.txt", cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"one\n")
        process.stdin.flush()
        journal = tmp_path / "out.txt.journal"
        eventually(lambda: journal.exists() and b'"status"' in journal.read_bytes())
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
        assert process.wait(WAIT_S) == 130
    assert b"Traceback" not in err
    assert b"unexpected" not in err
    assert b"Fatal" not in err


@pytest.mark.slow
def test_a_reader_that_goes_away_ends_the_run(folder: Path, service: LocalGroq) -> None:
    service.reply = held = HeldReplies(free=1)
    process = start(
        "run", "in.csv", "-o", "-", "-p", "{text}", "-q", "--concurrency", "1", cwd=folder, stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        held.release()
        err = process.stderr.read()
        assert process.wait(WAIT_S) == 141
    assert err == b""


@pytest.mark.slow
def test_two_runs_of_one_output_do_not_disturb_each_other(folder: Path, service: LocalGroq) -> None:
    service.script(Fault(latency_s=0.5, times=None))
    process = begun(folder, "--concurrency", "1")
    eventually(lambda: service.request_count >= 1)
    second = begun(folder, "--concurrency", "1")
    _, err = second.communicate(timeout=WAIT_S)
    assert second.returncode == 1
    assert b"out.csv.journal" in err
    service.clear_faults()
    process.communicate(timeout=WAIT_S)
    assert process.returncode == 0
    assert written(folder) == ALL


@pytest.mark.slow
def test_two_ctrl_c_end_a_run_whose_reader_is_stuck(tmp_path: Path, service: LocalGroq) -> None:
    service.reply = "x" * 1_000
    (tmp_path / "in.txt").write_text("".join(f"row {number}\n" for number in range(200)))
    process = start(
        "run", "in.txt", "-o", "-", cwd=tmp_path, stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    with process:
        assert process.stderr is not None
        eventually(lambda: service.request_count == 200)  # more than a pipe takes
        process.send_signal(signal.SIGINT)
        seen = b""
        while b"Ctrl-C again" not in seen:
            seen += process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(WAIT_S) == 130
    assert b"Traceback" not in rest
    assert b"Fatal" not in rest
