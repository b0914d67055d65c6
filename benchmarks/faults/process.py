"""Runs one scenario with one package: starts the server, and a child process with a timeout."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from aiogroq.local import LocalGroq

from .. import machine
from ..load import certificate
from .child import MARK
from .scenario import Outcome, Scenario, ServerLog

# Output that shows a leak or an unhandled error.
_NOISE = re.compile(
    r"Unclosed|ResourceWarning|never retrieved|never awaited|was destroyed|Exception ignored|Traceback|Fatal"
)


class Children:
    """The running child processes, so that all can be killed together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._is_ended = False

    @contextmanager
    def started(self, command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
        """Start a child in its own session, so that Ctrl-C does not reach it. Raises `RuntimeError` after `kill_all`."""
        with self._lock:
            if self._is_ended:
                raise RuntimeError("the run has ended")
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            yield process
        finally:
            with self._lock:
                self._running.discard(process)

    def kill_all(self) -> None:
        """Kill all children and their processes. No other can be started."""
        with self._lock:
            self._is_ended = True
            for process in self._running:
                _kill(process)


def verdict(scenario: Scenario, outcome: Outcome) -> str:
    """Return the verdict in a few words. It starts with ``right`` if the outcome is right and the process exited cleanly."""
    if outcome.is_hang:
        return "hang" if not outcome.has_report else "hang at exit"
    if not outcome.has_report:
        return f"crash ({outcome.exit_code})"
    said = scenario.judge(outcome)
    if said.startswith("right") and outcome.exit_code:
        return f"exit code {outcome.exit_code}"
    noise = _NOISE.search(outcome.stderr)
    return f"warning: {noise[0]}" if said.startswith("right") and noise else said


def run(scenario: Scenario, package: str, children: Children | None = None) -> Outcome:
    """Run a scenario with one package and return the outcome."""
    with tempfile.TemporaryDirectory() as folder, _server(scenario, folder) as (url, counts):
        Path(folder, "netrc").write_text("default login somebody password hostile\n")
        Path(folder, ".netrc").write_text("default login somebody password hostile\n")
        Path(folder, ".netrc").chmod(0o600)
        environment = {n: v for n, v in machine.environment().items() if "GROQ" not in n}
        if scenario.tls_name:
            environment["SSL_CERT_FILE"] = str(Path(folder, certificate.CA_FILE))
        for name, value in scenario.environment.items():
            environment[name] = value.format(url=url, folder=folder)
        options = ["-X", "dev"] if scenario.dev else []
        command = [sys.executable, *options, "-m", "benchmarks.faults.child", scenario.name, package, url]
        with (children or Children()).started(command, environment) as process:
            outcome = _wait(process, scenario.timeout_s)
        # A disconnect at the exit of the process is not counted; see `counts`.
        outcome.requests, outcome.disconnects, outcome.authorizations = counts()
        return outcome


def _wait(process: subprocess.Popen[str], timeout_s: float) -> Outcome:
    outcome = Outcome()
    try:
        stdout, outcome.stderr = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        outcome.is_hang = True
        _kill(process)
        stdout, outcome.stderr = process.communicate()
    outcome.exit_code = process.returncode
    for line in stdout.splitlines():
        if line.startswith(MARK):
            outcome.has_report = True
            for name, value in json.loads(line.removeprefix(MARK)).items():
                setattr(outcome, name, value)
    return outcome


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a child and its processes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _server(scenario: Scenario, folder: str) -> Iterator[tuple[str, Any]]:
    if scenario.raw is not None:
        log = ServerLog()
        context: ssl.SSLContext | None = None
        if scenario.tls_name:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate.make(Path(folder), scenario.tls_name))
        with _raw_server(partial(scenario.raw, log), context) as url:
            yield url, lambda: (len(log.heads), 0, [])
        return
    with LocalGroq(faults=scenario.faults, **scenario.server) as server:

        def counts() -> tuple[int, int, list[str]]:
            # A disconnect shortly before the exit of the process is caused by the exit.
            ended_at = time.time() - 0.3
            log = server.requests
            disconnected = [
                each for each in log if each.disconnected_at is not None and each.disconnected_at < ended_at
            ]
            return (
                len(log),
                len(disconnected),
                sorted({each.headers.get("authorization", "") for each in log}),
            )

        yield server.base_url, counts


@contextmanager
def _raw_server(handle: Any, context: ssl.SSLContext | None) -> Iterator[str]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def handle_quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # At the end of a scenario, running handlers are cancelled on purpose.
        with contextlib.suppress(asyncio.CancelledError, ConnectionError, EOFError):
            await handle(reader, writer)

    listening = asyncio.start_server(handle_quietly, "127.0.0.1", 0, limit=2**26, ssl=context, backlog=4096)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:

        async def stop() -> None:
            server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
