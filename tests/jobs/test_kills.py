"""Jobs in processes of their own that are killed, or whose disk is full: nothing that was answered is sent again."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from server_reads import wait_until_read

from aiogroq import AsyncGroq, DefaultAioHttpClient
from aiogroq.jobs import run
from aiogroq.limits import Pacing
from aiogroq.local import Fault, LocalGroq

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MODEL = "openai/gpt-oss-20b"
CHILD = Path(__file__).with_name("job_child.py")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL, no RLIMIT_FSIZE")


def start(server: LocalGroq, journal: Path, count: int, *limits: int) -> subprocess.Popen[str]:
    arguments = [server.base_url, str(journal), str(count), *map(str, limits)]
    return subprocess.Popen(
        [sys.executable, str(CHILD), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def lines_of(journal: Path) -> list[dict[str, object]]:
    """The outcomes in a journal. Only its last line may be torn."""
    *complete, _torn = journal.read_bytes().split(b"\n")
    header, *outcomes = map(json.loads, complete)
    assert header["aiogroq_journal"] == 1
    return outcomes


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_job_that_is_killed_twenty_times_sends_nothing_twice_that_was_answered(
    server: LocalGroq, tmp_path: Path
) -> None:
    journal, count, chance = tmp_path / "a.journal", 2000, random.Random(10)
    open_at_kills = 0
    for kill in range(20):
        wanted = chance.randint(20, 120)
        # However late the kill comes, only some more requests get a response: the job never ends before the last run.
        server.clear_faults()
        server.script(Fault(latency_s=0.01, times=wanted + 30), Fault(latency_s=3_600, times=None))
        process = start(server, journal, count)
        server.wait_for_requests(len(server.requests) + wanted, timeout_s=60)
        process.send_signal(signal.SIGKILL)
        finish(process)
        wait_until_read(server)
        outcomes = lines_of(journal) if journal.exists() else []
        open_at_kills = len(server.requests) - len(outcomes)
        assert open_at_kills <= (kill + 1) * 64, "no more than was in flight"
        if kill % 3 == 0:  # what a power failure may leave
            with journal.open("ab") as file:
                file.write(b'{"i":5,"id":"row 5","key":"00' if kill % 2 else b"\x00" * 10)
    server.clear_faults()
    assert finish(start(server, journal, count)) == (0, "complete\n")
    outcomes = lines_of(journal)
    assert sorted(str(outcome["id"]) for outcome in outcomes) == sorted(
        f"row {number}" for number in range(count)
    )
    assert len(server.requests) <= count + open_at_kills


def test_a_full_disk_stops_the_job_and_leaves_a_valid_journal(server: LocalGroq, tmp_path: Path) -> None:
    journal = tmp_path / "a.journal"
    code, output = finish(start(server, journal, 50, 10_000))
    assert code == 1
    assert "JournalError" in output
    assert "cannot be written: File too large" in output
    assert "run the same again" in output
    content = journal.read_bytes()
    assert content.endswith(b"\n")
    answered = len(lines_of(journal))
    assert 0 < answered < 50
    assert len(content) <= 10_000
    before = len(server.requests)
    assert finish(start(server, journal, 50)) == (0, "complete\n")
    assert len(server.requests) - before == 50 - answered


def test_two_processes_do_not_share_a_journal(server: LocalGroq, tmp_path: Path) -> None:
    journal = tmp_path / "a.journal"
    server.script(Fault(latency_s=30, times=1))
    first = start(server, journal, 3)
    server.wait_for_requests(1, timeout_s=60)
    code, output = finish(start(server, journal, 3))
    assert (code, "in use by another job" in output) == (1, True)
    first.kill()
    finish(first)
    assert finish(start(server, journal, 3)) == (0, "complete\n")


def test_what_has_ended_is_written_down_before_the_next_request_is_sent(
    server: LocalGroq, tmp_path: Path
) -> None:
    journal = tmp_path / "a.journal"
    written: list[int] = []

    class Watched(socket.socket):
        """Counts the outcomes in the journal when a request is sent."""

        def send(self, data: ReadableBuffer, flags: int = 0) -> int:
            if bytes(data).startswith(b"POST"):
                written.append(journal.read_bytes().count(b'"status"'))
            return super().send(data, flags)

    def watched(address: tuple[Any, ...]) -> socket.socket:
        made = Watched(*address[:3])
        made.setblocking(False)
        return made

    async def main() -> None:
        http_client = DefaultAioHttpClient(socket_factory=watched)
        async with AsyncGroq(api_key="key", base_url=server.base_url, http_client=http_client) as client:
            options = Pacing(max_in_flight=1)
            await run(client, map(str, range(20)), model=MODEL, journal=journal, pacing=options)

    asyncio.run(main())  # a test that is a coroutine may not read a file
    assert written == list(range(20))
