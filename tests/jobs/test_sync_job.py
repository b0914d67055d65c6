"""Jobs with a sync client: on the portal, as every sync call."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from held_replies import HeldReplies

from aiogroq import Groq
from aiogroq.jobs import JobError, JobInputError, run
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"


@pytest.fixture
def sync_client(groq_client: Groq) -> Groq:
    return groq_client


def test_a_sync_job_yields_its_results_in_order(sync_client: Groq) -> None:
    texts = [f"Say {number}" for number in range(300)]
    job = run(sync_client, iter(texts), model=MODEL)
    results = list(job)
    assert [result.item for result in results] == texts
    assert results[0].value is not None
    assert results[0].value.choices[0].message.content == results[0].text
    assert job.report is not None
    assert job.report.done == 300


def test_a_sync_job_can_be_waited_for_and_resumed(sync_client: Groq, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    assert run(sync_client, ["a"], model=MODEL, journal=path).wait().done == 1
    job = run(sync_client, ["a", "b"], model=MODEL, journal=path)
    assert [result.is_resumed for result in job] == [True, False]
    assert job.wait().resumed == 1


def test_a_sync_job_works_in_several_threads_at_once(sync_client: Groq) -> None:
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(len(list(run(sync_client, ["a"] * 20, model=MODEL)))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [20] * 4


def test_the_errors_of_a_sync_job_are_raised(sync_client: Groq, server: LocalGroq) -> None:
    server.script(Fault(status=401, times=None))
    with pytest.raises(JobError, match="every other item"):
        list(run(sync_client, ["a"], model=MODEL))
    with pytest.raises(JobInputError, match="max_failures"):
        run(sync_client, ["a"], model=MODEL, max_failures="x")


def test_a_sync_job_that_is_left_is_closed(sync_client: Groq, server: LocalGroq, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    server.script(Fault(body_contains="slow", latency_s=60, times=None))
    with run(sync_client, ["a", *["slow"] * 5], model=MODEL, journal=path) as job:
        assert next(job).item == "a"
        assert job.progress().done == 1
    with run(sync_client, ["a"], model=MODEL, journal=path) as job:
        assert next(job).is_resumed


def test_a_sync_job_is_stopped_from_another_thread(sync_client: Groq, server: LocalGroq) -> None:
    server.script(Fault(latency_s=0.02, times=None))
    is_stopped = threading.Event()

    async def items() -> AsyncIterator[str]:
        for number in range(1000):
            if number == 200:  # the job goes on while this thread looks at the first results
                await asyncio.to_thread(is_stopped.wait, 60)
            yield f"{number}"

    job = run(sync_client, items(), model=MODEL)
    results = []
    for result in job:
        results.append(result)
        if len(results) == 10:
            thread = threading.Thread(target=job.stop)
            thread.start()
            thread.join()
            is_stopped.set()
    assert job.report is not None
    assert (job.report.reason, job.report.exit_code) == ("interrupted", 130)
    assert len(results) == len(server.requests) < 1000


PROGRAM = """
import os
import signal
import sys
import threading
from aiogroq import Groq
from aiogroq.jobs import run

# A suite that a shell runs in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
url, journal, waits, count = sys.argv[1:]
signals = 0

def interrupt(progress):  # each second, on the thread of the job
    global signals
    frame = sys._current_frames()[threading.main_thread().ident]
    # It waits for the job, where Ctrl-C is handled, and is not in its own loop.
    if progress.done and frame.f_code.co_name == "_run" and signals < int(count):
        signals += 1
        print("signal", flush=True)
        os.kill(os.getpid(), signal.SIGINT)

with Groq(api_key="gsk_x", base_url=url) as client:
    items = [f"{n}" for n in range(100_000)]
    job = run(client, items, model="openai/gpt-oss-20b", journal=journal, on_progress=interrupt)
    taken = 0
    try:
        if waits == "wait":
            job.wait()
        for result in job:
            taken += 1
    except KeyboardInterrupt:
        print("interrupted", job.report.reason, job.report.done, flush=True)
    if waits != "wait":
        print("results", taken + len(list(job)), flush=True)
    run(client, items, model="openai/gpt-oss-20b", journal=journal, limit=1).wait()
    print("not locked", flush=True)
"""


def interrupted_job(server: LocalGroq, path: Path, mode: str, *, count: int) -> list[str]:
    """Return the last lines of a program with a job that Ctrl-C interrupts once or twice while it waits for it."""
    server.reply = held = HeldReplies(free=1)
    command = [sys.executable, "-c", PROGRAM, server.base_url, str(path), mode, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "signal\n"
        if count == 1:
            held.release()
        lines = [line for line in process.stdout.read().splitlines() if line != "signal"]
        assert process.wait(60) == 0
    held.release()  # what was dropped
    return lines


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to one process")
@pytest.mark.parametrize("mode", ["iterate", "wait"])
def test_ctrl_c_finishes_what_is_in_flight_and_makes_the_report(
    server: LocalGroq, tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "a.journal"
    lines = interrupted_job(server, path, mode, count=1)
    outcomes = len(path.read_bytes().splitlines()) - 1
    assert outcomes == len(server.requests), "every request has an outcome"
    results = [f"results {outcomes}"] if mode == "iterate" else []
    assert lines == [f"interrupted interrupted {outcomes}", *results, "not locked"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to one process")
@pytest.mark.parametrize("mode", ["iterate", "wait"])
def test_a_second_ctrl_c_drops_what_is_in_flight_and_makes_the_report(
    server: LocalGroq, tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "a.journal"
    lines = interrupted_job(server, path, mode, count=2)
    results = ["results 1"] if mode == "iterate" else []
    assert lines == ["interrupted interrupted 1", *results, "not locked"]
