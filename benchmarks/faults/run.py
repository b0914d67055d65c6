"""Runs every scenario with both packages, each in a process with a hard limit, and writes what happened."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiogroq.local import LocalGroq

from .. import machine, readme
from ..destination import INTERRUPTED, Destination
from ..run import versions
from . import wire
from .catalog import SCENARIOS
from .child import MARK
from .scenario import Outcome, Scenario
from .table import Line, markdown

HARD_LIMIT_S = 15.0
PACKAGES = ("aiogroq", "groq")
# What a clean program does not print.
_NOISE = re.compile(
    r"Unclosed|ResourceWarning|never retrieved|never awaited|was destroyed|Exception ignored|Traceback|Fatal"
)


def main(arguments: list[str]) -> int:
    """Run, write the table and the JSON, and say where ours was not right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks faults", description=__doc__)
    parser.add_argument(
        "--only", default="", metavar="NAME", help="scenarios with this in their name or group"
    )
    parser.add_argument("--results", type=Path, default=None, metavar="DIR", help="where the results go")
    options = parser.parse_args(arguments)
    chosen = [each for each in SCENARIOS.values() if options.only in f"{each.group} {each.name}"]
    if not chosen:
        parser.error(f"no scenario has {options.only!r} in its name or group")
    for package in PACKAGES:
        if importlib.util.find_spec(package) is None:
            parser.error(f"the package {package} is not installed")
    destination = Destination(options.results, is_whole=not options.only)
    destination.check(parser)
    lines = _run_all(chosen)
    is_complete = len(lines) == len(chosen)
    _write(lines, destination, is_complete=is_complete)
    wrong = [line for line in lines if not line.ours.startswith("right")]
    sys.stdout.write(f"{len(lines)} scenarios; ours right in {len(lines) - len(wrong)}, ")
    sys.stdout.write(f"groq in {sum(line.official.startswith('right') for line in lines)}\n")
    if not is_complete:
        return INTERRUPTED
    return 1 if wrong else 0


def _run_all(chosen: list[Scenario]) -> list[Line]:
    """Run them with both packages. Ctrl-C ends it, and what was run until then is given back."""
    lines: list[Line] = []
    try:
        for number, scenario in enumerate(chosen):
            verdicts = [verdict(scenario, run(scenario, package)) for package in PACKAGES]
            lines.append(Line(scenario.group, scenario.name, *verdicts))
            mark = "" if verdicts[0].startswith("right") else "  <-- ours"
            sys.stderr.write(
                f"[{number + 1}/{len(chosen)}] {scenario.group}: {scenario.name}: {' | '.join(verdicts)}{mark}\n"
            )
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what was run is kept\n")
    return lines


def _write(lines: list[Line], destination: Destination, *, is_complete: bool) -> None:
    folder = destination.folder(is_complete=is_complete)
    folder.mkdir(parents=True, exist_ok=True)
    kind, packages = machine.described(), versions()
    report = {"machine": kind, "versions": packages, "scenarios": [line._asdict() for line in lines]}
    (folder / "faults.json").write_text(json.dumps(report, indent=1) + "\n")
    text = markdown(lines, kind, packages)
    (folder / "faults.md").write_text(text)
    if destination.is_published(is_complete=is_complete):
        readme.put("faults", text.partition("\n\n")[2])


def verdict(scenario: Scenario, outcome: Outcome) -> str:
    """What became of it, in a few words; they begin with ``right`` where nothing is to be said against it."""
    if outcome.is_hang:
        return "hang" if not outcome.has_report else "hang at exit"
    if not outcome.has_report:
        return f"crash ({outcome.exit_code})"
    said = scenario.judge(outcome)
    if said.startswith("right") and outcome.exit_code:
        return f"exit code {outcome.exit_code}"
    noise = _NOISE.search(outcome.stderr)
    return f"warning: {noise[0]}" if said.startswith("right") and noise else said


def run(scenario: Scenario, package: str) -> Outcome:
    """Run a scenario with one package."""
    with tempfile.TemporaryDirectory() as folder, _server(scenario) as (url, counts):
        Path(folder, "netrc").write_text("default login somebody password hostile\n")
        Path(folder, ".netrc").write_text("default login somebody password hostile\n")
        Path(folder, ".netrc").chmod(0o600)
        environment = {n: v for n, v in machine.environment().items() if "GROQ" not in n}
        for name, value in scenario.environment.items():
            environment[name] = value.format(url=url, folder=folder)
        options = ["-X", "dev"] if scenario.dev else []
        command = [sys.executable, *options, "-m", "benchmarks.faults.child", scenario.name, package, url]
        outcome = _watched(command, environment)
        # The server learns of the end of the process a moment later than we do, and that is no departure.
        outcome.requests, outcome.disconnects, outcome.authorizations = counts()
        return outcome


def _watched(command: list[str], environment: dict[str, str]) -> Outcome:
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    outcome = Outcome()
    try:
        stdout, outcome.stderr = process.communicate(timeout=HARD_LIMIT_S)
    except subprocess.TimeoutExpired:
        outcome.is_hang = True
        stdout, outcome.stderr = _killed(process)
    except KeyboardInterrupt:
        # In a session of its own it does not hear Ctrl-C.
        _killed(process)
        raise
    outcome.exit_code = process.returncode
    for line in stdout.splitlines():
        if line.startswith(MARK):
            outcome.has_report = True
            for name, value in json.loads(line.removeprefix(MARK)).items():
                setattr(outcome, name, value)
    return outcome


def _killed(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it had printed, after an end of it and of all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()


@contextmanager
def _server(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    if scenario.raw is not None:
        wire.forget()
        with _raw_server(scenario.raw) as url:
            yield url, lambda: (len(wire.seen), 0, [])
        return
    with LocalGroq(faults=scenario.faults, **scenario.server) as server:

        def counts() -> tuple[int, int, list[str]]:
            # Only who left well before the process ended has left by itself.
            ended_at = time.time() - 0.3
            log = server.requests
            left = [
                each for each in log if each.disconnected_at is not None and each.disconnected_at < ended_at
            ]
            return len(log), len(left), sorted({each.headers.get("authorization", "") for each in log})

        yield server.base_url, counts


@contextmanager
def _raw_server(handle: Any) -> Iterator[str]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # At the end of a scenario what still runs is cancelled, and nobody needs to hear of it.
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await handle(reader, writer)

    listening = asyncio.start_server(quietly, "127.0.0.1", 0, limit=2**26)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
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
