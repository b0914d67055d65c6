"""Runs a plan: every measurement in a fresh process, the clients of a row in turn, round after round."""

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
from .spec import Found, Spec
from .work.clock import WrongAnswer

_HARD_LIMIT_S = 300
_PACKAGES = ("aiogroq", "groq", "openai", "aiohttp", "httpx", "httpx-aiohttp", "msgspec", "uvloop")

Tell = Callable[[str], None]


def run(rows: tuple[Row, ...], *, quick: bool, rounds: int | None, tell: Tell) -> Results:
    """Measure *rows*, and tell of every step. Ctrl-C ends it and keeps what was measured."""
    results = Results(machine=machine.described(), versions=versions(), quick=quick)
    server_core, client_core = machine.cores()
    steps = list(_in_turn(rows, 1 if quick else rounds, quick=quick))
    results.planned = len(steps)
    started_at = time.monotonic()
    try:
        with LoadServer(server_core, tls=any(map(can_have_tls, rows))) as server:
            for done, (row, client, number) in enumerate(steps):
                tell(f"[{done + 1}/{len(steps)}] {row.name}: {label(client)}, round {number + 1}")
                has_tls = can_have_tls(row)
                spec = Spec(
                    work=row.work,
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
        tell("interrupted; what was measured is kept")
    tell(f"{len(results.measured)} measurements in {time.monotonic() - started_at:.0f} s")
    return results


def can_have_tls(row: Row) -> bool:
    """Whether a row is over TLS, and a certificate can be made for it."""
    return row.tls and importlib.util.find_spec("trustme") is not None


def _in_turn(rows: tuple[Row, ...], rounds: int | None, *, quick: bool) -> Iterator[tuple[Row, Client, int]]:
    """A B C, then A B C again, so that a busy minute of the machine hits all alike."""
    for row in rows:
        for number in range(min(rounds or row.rounds, row.rounds)):
            for client in clients_of(row, quick=quick):
                if number and client in row.once:
                    continue
                yield row, client, number


def _measure(row: Row, client: Client, number: int, spec: Spec) -> Measured:
    measured = Measured(row=row.name, client=client[0], loop=client[1], round=number, found=None)
    missing = missing_package(*client) or ("trustme" if row.tls and not spec.ca_file else "")
    if missing:
        measured.failure = f"{NOT_INSTALLED}: {missing}"
        return measured
    before = ask(spec.control_url, "/reset")
    started_at = time.monotonic()
    try:
        measured.found = _in_child(spec)
        after = ask(spec.control_url, "/counts")
        share = (after["cpu_s"] - before["cpu_s"]) / (time.monotonic() - started_at)
        measured.server_share = round(share, 3)
        expected = measured.found.requests
        if expected and after["requests"] != expected:
            raise WrongAnswer(f"the server saw {after['requests']} requests, the client made {expected}")
    except (WrongAnswer, subprocess.SubprocessError) as failure:
        measured.found, measured.failure = None, f"{type(failure).__name__}: {failure}"[-2000:]
    return measured


def _in_child(spec: Spec) -> Found:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.child", msgspec.json.encode(spec).decode()],
        capture_output=True,
        text=True,
        timeout=_HARD_LIMIT_S,
        env=machine.environment(),
    )
    if done.returncode != 0:
        raise WrongAnswer(done.stderr[-1500:])
    return msgspec.json.decode(done.stdout, type=Found)


def versions() -> dict[str, str]:
    """The versions of the packages that are compared."""
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
