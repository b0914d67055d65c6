"""Ways to leave a stream early: each closes the connection, and so ends the generation, at once and without a warning."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from statistics import median

import pytest

from aiogroq.local import Fault, LocalGroq

from .early_exit import (
    ASYNC,
    ASYNC_WAYS,
    BEFORE_THE_RESPONSE,
    BEGIN,
    GARBAGE_ASYNC,
    GARBAGE_SYNC,
    SYNC,
    SYNC_WAYS,
)
from .programs import Programs

pytestmark = pytest.mark.timeout(40)

AT_ONCE_S = 0.25
"""Less than any interval at which something is looked at; the processes of a busy machine take turns for tens of milliseconds."""
GARBAGE_S = 1.0
ROUNDS = 5


class EarlyExits:
    """Runs programs that leave streams early, and compares their times with those of the server."""

    def __init__(self, programs: Programs, server: LocalGroq, folder: Path) -> None:
        self._programs = programs
        self._server = server
        self._go = folder / "go"

    def seconds(self, kind: str, ways: dict[str, str], *, has_response: bool = True) -> dict[str, float]:
        """Return the seconds from leaving in each way to the disconnect at the server: the median of some rounds, because
        the machine may be busy."""
        count = len(ways) * ROUNDS
        position = 3 if has_response else None
        self._server.script(
            Fault(end="stall", times=count, after_events=position, before_head=not has_response)
        )
        functions = [leave.replace("def leave", f"def leave{n}") for n, leave in enumerate(ways.values())]
        names = "".join(f"leave{number}, " for number in range(len(ways)))
        code = (
            BEGIN
            + f"GO = {str(self._go)!r}\n"
            + "".join(functions)
            + kind.format(rounds=ROUNDS, go=str(self._go), ways=names)
        )
        process = self._programs.start(code)
        try:
            for number in range(0 if has_response else count):
                self._server.wait_for_requests(number + 1, timeout_s=60)
                Path(f"{self._go}{number}").touch()
            requests = self._server.wait_for_requests(count, timeout_s=60, finished=True)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"{self._unseen(list(ways))} was not seen:\n{_said(process)}") from None
        self._go.touch()
        left, response, times = self._programs.finish(process)
        assert (left, response) == ("left", "2+2 = 4.")
        assert all(request.disconnected for request in requests[:count])
        exited_at = [float(at) for at in times.split()]
        took_s = [
            (request.disconnected_at or 0.0) - at for request, at in zip(requests, exited_at, strict=False)
        ]
        return {way: median(took_s[n * ROUNDS : (n + 1) * ROUNDS]) for n, way in enumerate(ways)}

    def _unseen(self, ways: list[str]) -> str:
        seen = [request.disconnected for request in self._server.requests]
        return ways[(seen.index(False) if False in seen else len(seen)) // ROUNDS]


def _said(process: subprocess.Popen[str]) -> str:
    return "\n".join(process.communicate())


def later_than(limit_s: float, took_s: dict[str, float]) -> dict[str, float]:
    return {way: seconds for way, seconds in took_s.items() if seconds >= limit_s}


@pytest.fixture
def early_exits(programs: Programs, server: LocalGroq, tmp_path: Path) -> EarlyExits:
    return EarlyExits(programs, server, tmp_path)


@pytest.mark.parametrize(("kind", "ways"), [(ASYNC, ASYNC_WAYS), (SYNC, SYNC_WAYS)], ids=["async", "sync"])
def test_leaving_a_stream_closes_its_connection_at_once(
    early_exits: EarlyExits, kind: str, ways: dict[str, str]
) -> None:
    assert later_than(AT_ONCE_S, early_exits.seconds(kind, ways)) == {}


@pytest.mark.slow
def test_leaving_before_the_response_begins_closes_the_connection_at_once(early_exits: EarlyExits) -> None:
    assert later_than(AT_ONCE_S, early_exits.seconds(ASYNC, BEFORE_THE_RESPONSE, has_response=False)) == {}


@pytest.mark.parametrize(
    ("kind", "ways"), [(ASYNC, GARBAGE_ASYNC), (SYNC, GARBAGE_SYNC)], ids=["async", "sync"]
)
def test_a_garbage_collected_stream_closes_its_connection_within_a_second(
    early_exits: EarlyExits, kind: str, ways: dict[str, str]
) -> None:
    assert later_than(GARBAGE_S, early_exits.seconds(kind, ways)) == {}
