"""Users of a web app with many worker processes: bursts above the rate limit, on average below it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import aiohttp

from .. import machine
from .app import PID_HEADER, RPM_VARIABLE, STORE_VARIABLE, URL_VARIABLE
from .processes import ROOT, Child, ProcessFailed
from .redis_process import RedisProcess
from .spec import WINDOW_S

Pace = Literal["shared", "part", "own", "none"]
"""The levels are in Redis, in each process for its part of the limit, in each process for the whole limit, or nowhere."""
_START_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Load:
    """What users send. The limit is full at the start; the burst needs more than it and what flows in meanwhile."""

    rpm: int = 1200
    latency_s: float = 0.2
    workers: int = 8
    burst_s: float = 15.0
    burst_hz: float = 120.0
    quiet_s: float = 45.0
    quiet_hz: float = 8.0
    store_timeout_s: float | None = None
    """How long Redis may take for one step; None for the default."""

    def arrivals(self) -> list[float]:
        """Return when requests come, in seconds from the start."""
        burst = [n / self.burst_hz for n in range(round(self.burst_s * self.burst_hz))]
        return burst + [self.burst_s + n / self.quiet_hz for n in range(round(self.quiet_s * self.quiet_hz))]

    def ideal_s(self) -> list[float]:
        """Return the latencies if one queue before the service sent each request at the first moment that it accepts it."""
        found: list[float] = []
        rate = self.rpm / WINDOW_S
        level, now_s = float(self.rpm), 0.0
        for at_s in self.arrivals():
            sent_s = max(at_s, now_s + max(0.0, 1 - level) / rate)
            level = min(float(self.rpm), level + (max(sent_s, now_s) - now_s) * rate) - 1
            now_s = max(sent_s, now_s)
            found.append(now_s - at_s + self.latency_s)
        return found


@dataclass
class WebOutcome:
    """What users saw, and what the service saw."""

    pace: Pace
    load: Load
    latencies_s: list[float] = field(default_factory=list[float])
    """Of the requests that were served."""
    statuses: dict[str, int] = field(default_factory=dict[str, int])
    requests: int = 0
    """Requests that the service received."""
    refused: int = 0
    """429s of the service."""
    processes: int = 0
    """Worker processes that served requests."""

    @property
    def failed(self) -> int:
        """Users who got an error."""
        return sum(count for status, count in self.statuses.items() if status != "200")


def run(pace: Pace, load: Load) -> WebOutcome:
    """Start the service, Redis and the app, and send the load."""
    outcome = WebOutcome(pace, load)
    with Child("server", str(load.rpm), str(load.latency_s)) as server, _store(pace, load) as store:
        rpm = load.rpm // load.workers if pace == "part" else load.rpm
        with _app(server.read(), store, rpm, load.workers) as url:
            asyncio.run(_send(url, load, outcome))
        server.say()
        received = server.read()
    outcome.requests = len(received)
    outcome.refused = sum(status == 429 for *_, status in received)
    return outcome


@contextmanager
def _store(pace: Pace, load: Load) -> Iterator[str]:
    if pace != "shared":
        yield "none" if pace == "none" else ""
        return
    with RedisProcess(load.store_timeout_s) as redis:
        yield redis.url


@contextmanager
def _app(service_url: str, store: str, rpm: int, workers: int) -> Iterator[str]:
    """Start uvicorn with its workers, wait until it responds, and stop it at the end."""
    port = machine.free_port()
    environment = machine.environment() | {
        URL_VARIABLE: service_url, STORE_VARIABLE: store, RPM_VARIABLE: str(rpm),
    }  # fmt: skip
    process = subprocess.Popen(
        [
            sys.executable, "-m", "uvicorn", "benchmarks.shared_limits.app:app", "--workers", str(workers),
            "--port", str(port), "--log-level", "warning", "--no-access-log",
        ],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(port, process)
        yield url
    finally:
        process.terminate()  # uvicorn stops its workers
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if process.poll() is not None:
                raise ProcessFailed(f"uvicorn ended with exit code {process.returncode}") from None
            if time.monotonic() > until:
                raise ProcessFailed("uvicorn has not started") from None
            time.sleep(0.05)


def _users() -> aiohttp.ClientSession:
    # Each user has a connection, so that the kernel spreads them over the workers.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(120))


async def _send(url: str, load: Load, outcome: WebOutcome) -> None:
    """Send each request at its time, however long the earlier ones take."""
    pids: set[str] = set()
    loop = asyncio.get_running_loop()
    start = loop.time()

    async def send(users: aiohttp.ClientSession, at_s: float) -> None:
        await asyncio.sleep(start + at_s - loop.time())
        began = loop.time()
        try:
            async with users.get(f"{url}/label", params={"text": f"{at_s}"}) as response:
                await response.read()
                status = str(response.status)
                pids.add(response.headers.get(PID_HEADER, ""))
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            status = type(error).__name__
        if status == "200":
            outcome.latencies_s.append(loop.time() - began)
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1

    async with _users() as users:
        await asyncio.gather(*(send(users, at_s) for at_s in load.arrivals()))
    outcome.processes = len(pids)


def percentile(values: list[float], part: float) -> float:
    """Return the value below which *part* of *values* are."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
