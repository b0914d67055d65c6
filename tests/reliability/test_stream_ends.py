"""Ways to leave a stream before its end: each ends the connection, and with it the generation, at once and without a warning."""

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
    BEGIN,
    BLOCKING,
    BLOCKING_WAYS,
    COLLECTED_ASYNC,
    COLLECTED_BLOCKING,
    UNANSWERED,
)
from .programs import Programs

pytestmark = pytest.mark.timeout(40)

AT_ONCE_S = 0.05
COLLECTED_S = 1.0
ROUNDS = 5


class EarlyExits:
    """Runs programs that leave streams, and compares what they say with what the server saw."""

    def __init__(self, programs: Programs, server: LocalGroq, folder: Path) -> None:
        self._programs = programs
        self._server = server
        self._go = folder / "go"

    def seconds(self, kind: str, ways: dict[str, str], *, is_answered: bool = True) -> dict[str, float]:
        """Seconds from leaving in each way to the disconnect as the server saw it: the median of some rounds, since the
        machine may be busy."""
        count = len(ways) * ROUNDS
        position = 3 if is_answered else None
        self._server.script(
            Fault(end="stall", times=count, after_events=position, before_head=not is_answered)
        )
        functions = [leave.replace("def leave", f"def leave{n}") for n, leave in enumerate(ways.values())]
        names = "".join(f"leave{number}, " for number in range(len(ways)))
        code = BEGIN + "".join(functions) + kind.format(rounds=ROUNDS, go=str(self._go), ways=names)
        process = self._programs.start(code)
        try:
            requests = self._server.wait_for_requests(count, timeout_s=60, finished=True)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"{self._unseen(list(ways))} was not seen:\n{_said(process)}") from None
        self._go.touch()
        left, response, times = self._programs.finish(process)
        assert (left, response) == ("left", "2+2 = 4.")
        assert all(request.disconnected for request in requests[:count])
        left_at = [float(at) for at in times.split()]
        took_s = [
            (request.disconnected_at or 0.0) - at for request, at in zip(requests, left_at, strict=False)
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


@pytest.mark.parametrize(
    ("kind", "ways"), [(ASYNC, ASYNC_WAYS), (BLOCKING, BLOCKING_WAYS)], ids=["async", "blocking"]
)
def test_leaving_a_stream_ends_its_connection_at_once(
    early_exits: EarlyExits, kind: str, ways: dict[str, str]
) -> None:
    assert later_than(AT_ONCE_S, early_exits.seconds(kind, ways)) == {}


def test_leaving_before_the_response_begins_ends_the_connection_at_once(early_exits: EarlyExits) -> None:
    assert later_than(AT_ONCE_S, early_exits.seconds(ASYNC, UNANSWERED, is_answered=False)) == {}


@pytest.mark.parametrize(
    ("kind", "ways"), [(ASYNC, COLLECTED_ASYNC), (BLOCKING, COLLECTED_BLOCKING)], ids=["async", "blocking"]
)
def test_a_stream_that_is_forgotten_ends_its_connection_within_a_second(
    early_exits: EarlyExits, kind: str, ways: dict[str, str]
) -> None:
    assert later_than(COLLECTED_S, early_exits.seconds(kind, ways)) == {}
