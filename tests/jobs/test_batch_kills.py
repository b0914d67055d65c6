"""A job in batches that is killed between any two steps goes on: one batch for each part, one outcome for each item."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiogroq import Groq
from aiogroq.local import Fault, LocalGroq

ITEMS, MAX_LINES, KILLS = 24, 4, 5
PARTS = ITEMS // MAX_LINES
CHILD = Path(__file__).with_name("batch_child.py")
DEADLINE_S = 60.0


def stall(on: str, method: str, *, is_processed: bool = True) -> Fault:
    """The next such request gets no response. Without its body the server cannot carry it out."""
    return Fault(on=on, method=method, before_head=True, end="stall", ignore_body=not is_processed)


STALLS = {
    "before the upload": stall("/files", "POST", is_processed=False),
    "after the upload, before it is noted": stall("/files", "POST"),
    "after it is noted, before the batch is created": stall("/batches", "POST", is_processed=False),
    "after the batch is created, before it is noted": stall("/batches", "POST"),
    "while polling": stall("/batches/", "GET"),
    "while results are downloaded": Fault(on="/content", method="GET", after_bytes=100, end="stall"),
}


@pytest.fixture
def server() -> Iterator[LocalGroq]:
    """A server whose batches end at once."""
    with LocalGroq(batch_step_s=0.0) as server:
        yield server


def start(
    server: LocalGroq, folder: Path, kill_after: int = 0, max_lines: int = MAX_LINES
) -> subprocess.Popen[bytes]:
    arguments = (server.base_url, str(folder), str(ITEMS), str(max_lines), str(kill_after))
    return subprocess.Popen([sys.executable, str(CHILD), *arguments])


def wait_for_stall(server: LocalGroq, process: subprocess.Popen[bytes]) -> None:
    """Return once the server holds a response back: what it does for the request is done."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not any(each.fault is not None and each.status is not None for each in server.requests):
        assert process.poll() is None, "the job ended before it was killed"
        assert time.monotonic() < deadline_s, "the request to kill at never came"
        time.sleep(0.002)


def run_to_the_end(server: LocalGroq, folder: Path) -> None:
    assert start(server, folder).wait(DEADLINE_S) == 0


def check(server: LocalGroq, folder: Path, parts: int = PARTS) -> None:
    """Assert that there is one batch for each part, and one outcome for each item, in the service and in the journal."""
    with Groq(api_key="k", base_url=server.base_url) as client:
        batches, files = client.batches.list().data, client.files.list().data
        outputs = [
            client.files.content(each.output_file_id).content for each in batches if each.output_file_id
        ]
    assert Counter((each.metadata or {})["part"] for each in batches) == {
        str(part): 1 for part in range(1, parts + 1)
    }
    assert sum(each.purpose == "batch" for each in files) == parts
    answered = Counter(json.loads(line)["custom_id"] for output in outputs for line in output.splitlines())
    assert (len(answered), {*answered.values()}) == (ITEMS, {1})
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in (folder / "job.journal").read_bytes().splitlines()
    ]
    outcomes = [line for line in lines if "status" in line]
    assert Counter(line["id"] for line in outcomes) == {f"row-{index}": 1 for index in range(ITEMS)}
    for line in outcomes:
        index = int(line["id"].removeprefix("row-"))
        assert line["body"]["choices"][0]["message"]["content"] == f"{index}+{index} = {2 * index}."


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("phase", STALLS)
def test_a_job_killed_five_times_in_one_phase_makes_one_batch_for_each_part(
    server: LocalGroq, tmp_path: Path, phase: str
) -> None:
    for _ in range(KILLS):
        server.clear()
        server.script(STALLS[phase])
        process = start(server, tmp_path)
        wait_for_stall(server, process)
        process.kill()
        process.wait()
    server.clear()
    run_to_the_end(server, tmp_path)
    check(server, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_job_killed_five_times_while_it_takes_results_over_writes_each_once(
    server: LocalGroq, tmp_path: Path
) -> None:
    # The second outcome of a part, its last one, and others.
    for kill_after in (2, 2, 4, 5, 3):
        assert start(server, tmp_path, kill_after).wait(DEADLINE_S) == -9
    run_to_the_end(server, tmp_path)
    check(server, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_job_killed_once_in_every_phase_makes_one_batch(server: LocalGroq, tmp_path: Path) -> None:
    for fault in STALLS.values():
        server.clear()
        server.script(fault)
        process = start(server, tmp_path, max_lines=0)
        wait_for_stall(server, process)
        process.kill()
        process.wait()
    server.clear()
    assert start(server, tmp_path, max_lines=0).wait(DEADLINE_S) == 0
    check(server, tmp_path, parts=1)
