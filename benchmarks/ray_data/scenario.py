"""One run of a driver of Ray against the embedded server: killed some times and begun again, until it is complete."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from aiogroq.local import Fault, LocalGroq

DRIVER = Path(__file__).with_name("driver.py")
ROOT = Path(__file__).parents[2]
QUIET_S = 4.0
"""After a kill: actors that lost their driver have ended when nothing was sent for so long."""
LIMIT_S = 240.0


@dataclass(frozen=True)
class Outcome:
    """What came of one scenario."""

    rows: int
    unique: int
    """Rows with different ids that have a label."""
    requests: int
    open_at_kills: int | None
    """Requests whose response was not in the journal when the actors had ended; None without a journal."""
    wall_s: float
    """Seconds of the dataset in the last run, with the start of the actors and without that of Ray."""
    sending_s: float
    """Seconds from the first request of the last run to the end of its last response."""


def play(
    python: str,
    kind: str,
    folder: Path,
    *,
    rows: int,
    block_rows: int,
    latency_s: float,
    kills: int = 0,
    kills_actor: bool = False,
) -> Outcome:
    """Play a scenario: the driver is killed after each third of the rows. Raises `RuntimeError` for one that fails.

    ``kills_actor``: in the last run, the actor is killed after a third of the rows; its shard has its process id.
    """
    pyarrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    (folder / "in").mkdir(parents=True)
    ids = [f"row {number:04}" for number in range(rows)]
    # One file: the read is not what is measured.
    parquet.write_table(pyarrow.table({"id": ids, "text": ids}), folder / "in" / "rows.parquet")
    open_at_kills = 0
    with LocalGroq() as server:
        server.script(Fault(latency_s=latency_s, times=None))
        for _ in range(kills):
            before = len(server.requests)
            with _output(folder) as output:
                driver = _start(python, kind, server, folder, block_rows, output)
                _wait_for(driver, server, before + rows // 3, folder)
                driver.send_signal(signal.SIGKILL)
                driver.wait()
            _wait_for_quiet(server, folder)
            if kind == "aiogroq":
                open_at_kills = len(server.requests) - _journalled(folder)
        before = len(server.requests)
        with _output(folder) as output:
            driver = _start(python, kind, server, folder, block_rows, output)
            if kills_actor:
                _wait_for(driver, server, before + rows // 3, folder)
                (shard,) = _shards(folder)
                os.kill(int(shard.name.split("-")[-2]), signal.SIGKILL)
                # Until it has ended, and the server has read what it sent. A new actor needs seconds until it sends.
                while _is_written(folder) or server.open_connections:
                    time.sleep(0.001)
                open_at_kills += len(server.requests) - _journalled(folder)
            if driver.wait(LIMIT_S):
                raise RuntimeError(f"the driver {kind} failed:\n{(folder / 'output').read_text()[-3000:]}")
        requests = len(server.requests)
        last = server.requests[before:]
    printed = [line for line in (folder / "output").read_text().splitlines() if line.startswith('{"wall_s"')]
    out = parquet.read_table(folder / "out", columns=["id", "label"]).to_pylist()
    labelled = {row["id"] for row in out if row["label"]}
    ends = [request.finished_at or request.received_at for request in last]
    return Outcome(
        rows=len(out),
        unique=len(labelled & set(ids)),
        requests=requests,
        open_at_kills=open_at_kills if kind == "aiogroq" else None,
        wall_s=json.loads(printed[-1])["wall_s"],
        sending_s=max(ends) - min(request.received_at for request in last) if last else 0.0,
    )


def _output(folder: Path) -> IO[bytes]:
    return (folder / "output").open("wb")


def _start(
    python: str, kind: str, server: LocalGroq, folder: Path, block_rows: int, output: IO[bytes]
) -> subprocess.Popen[Any]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [python, str(DRIVER), kind, server.base_url, str(folder), str(block_rows)]
    environment = {**os.environ, "PYTHONPATH": path, "RAY_AUTH_MODE": "disabled"}
    return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)


def _wait_for(driver: subprocess.Popen[Any], server: LocalGroq, count: int, folder: Path) -> None:
    until = time.monotonic() + LIMIT_S
    while len(server.requests) < count:
        if driver.poll() is not None or time.monotonic() > until:
            driver.kill()
            raise RuntimeError(
                f"the driver ended before {count} requests:\n{(folder / 'output').read_text()[-3000:]}"
            )
        time.sleep(0.01)


def _wait_for_quiet(server: LocalGroq, folder: Path) -> None:
    """Wait until the actors of a driver that was killed have ended: no shard is locked, all that they sent is read, and nothing
    more is sent."""
    seen, since = len(server.requests), time.monotonic()
    while time.monotonic() - since < QUIET_S or _is_written(folder) or server.open_connections:
        time.sleep(0.05)
        if len(server.requests) != seen:
            seen, since = len(server.requests), time.monotonic()


def _shards(folder: Path) -> list[Path]:
    return sorted((folder / "journal").glob("*.jsonl"))


def _is_written(folder: Path) -> bool:
    import fcntl  # not on Windows, where the tests of this module are collected too

    for shard in _shards(folder):
        with shard.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False


def _journalled(folder: Path) -> int:
    """Return the number of outcomes in the journal."""
    return sum(max(0, shard.read_bytes().count(b"\n") - 1) for shard in _shards(folder))
