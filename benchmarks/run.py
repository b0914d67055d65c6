"""Runs the rows: every measurement in a fresh process, the clients of a row in turn, round by round."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

import msgspec

from . import machine
from .clients import missing_package
from .load.process import LoadServer, ask
from .plan import Client, Row, clients_of, label, params_of
from .results import NOT_INSTALLED, Measured, Results
from .spec import Result, Spec
from .workloads.clock import WrongResult

_TIMEOUT_S = 300
_PACKAGES = ("aiogroq", "groq", "openai", "aiohttp", "httpx", "httpx-aiohttp", "msgspec", "uvloop")

Tell = Callable[[str], None]


def run(rows: tuple[Row, ...], *, quick: bool, rounds: int | None, tell: Tell) -> Results:
    """Measure *rows* and report each step to *tell*. Ctrl-C ends the run and keeps the measurements."""
    results = Results(machine=machine.described(), versions=versions(), quick=quick)
    server_core, client_core = machine.cores()
    steps = list(_steps(rows, 1 if quick else rounds, quick=quick))
    results.planned = len(steps)
    started_at = time.monotonic()
    try:
        with LoadServer(server_core, tls=any(map(can_have_tls, rows))) as server:
            for done, (row, client, number) in enumerate(steps):
                tell(f"[{done + 1}/{len(steps)}] {row.name}: {label(client)}, round {number + 1}")
                has_tls = can_have_tls(row)
                spec = Spec(
                    workload=row.workload,
                    client=client[0],
                    loop=client[1],
                    url=server.tls_url if has_tls else server.url,
                    control_url=server.url,
                    ca_file=server.ca_file if has_tls else "",
                    core=client_core,
                    params=params_of(row, client, quick=quick),
                )
                results.measured.append(_measure(row, client, number, spec))
    except KeyboardInterrupt:
        results.is_interrupted = True
        tell("interrupted; the measurements so far are saved")
    tell(f"{len(results.measured)} measurements in {time.monotonic() - started_at:.0f} s")
    return results


def can_have_tls(row: Row) -> bool:
    """Whether a row uses TLS and trustme is installed."""
    return row.tls and importlib.util.find_spec("trustme") is not None


def _steps(rows: tuple[Row, ...], rounds: int | None, *, quick: bool) -> Iterator[tuple[Row, Client, int]]:
    """Yield A B C, then A B C again, so that a busy minute of the machine affects all clients."""
    for row in rows:
        for number in range(min(rounds or row.rounds, row.rounds)):
            for client in clients_of(row, quick=quick):
                if number and client in row.once:
                    continue
                yield row, client, number


def _measure(row: Row, client: Client, number: int, spec: Spec) -> Measured:
    measured = Measured(row=row.name, client=client[0], loop=client[1], round=number, result=None)
    missing = missing_package(*client) or ("trustme" if row.tls and not spec.ca_file else "")
    if missing:
        measured.failure = f"{NOT_INSTALLED}: {missing}"
        return measured
    before = ask(spec.control_url, "/reset")
    started_at = time.monotonic()
    try:
        measured.result = _in_child(spec)
        after = ask(spec.control_url, "/counts")
        share = (after["cpu_s"] - before["cpu_s"]) / (time.monotonic() - started_at)
        measured.server_share = round(share, 3)
        expected = measured.result.requests
        if expected and after["requests"] != expected:
            raise WrongResult(f"the server received {after['requests']} requests, the client sent {expected}")
    except (WrongResult, subprocess.SubprocessError) as failure:
        measured.result, measured.failure = None, f"{type(failure).__name__}: {failure}"[-2000:]
    return measured


def _in_child(spec: Spec) -> Result:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.child", msgspec.json.encode(spec).decode()],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        env=machine.environment(),
    )
    if done.returncode != 0:
        raise WrongResult(done.stderr[-1500:])
    return msgspec.json.decode(done.stdout, type=Result)


def versions() -> dict[str, str]:
    """Return the versions of the compared packages."""
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
