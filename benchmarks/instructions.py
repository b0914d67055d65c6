"""``python -m benchmarks instructions``: CPU instructions per unit on the hot paths, independent of other load.

Counted by ``perf stat`` where the processor's counters can be read, else by ``valgrind --tool=callgrind``. Each path runs
twice with different numbers of units; the difference is free of the start. Counts only user code, not the kernel.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from . import machine
from .clients import missing_package
from .destination import INTERRUPTED, Destination
from .load.process import LoadServer
from .results import NOT_INSTALLED
from .run import versions
from .spec import Spec

Counter = Callable[[list[str], dict[str, str]], int]
_TIMEOUT_S = 900


@dataclass(frozen=True)
class HotPath:
    """A hot path: its workload, two sizes, and the units per ``count``."""

    name: str
    workload: str
    params: dict[str, Any]
    few: int
    many: int
    units: int
    clients: tuple[str, ...]


class CountError(Exception):
    """The program failed, or the tool printed no count."""


@dataclass
class Counted:
    """The counts of a run."""

    instructions: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    """Instructions per unit, by path and client."""
    omitted: list[str] = field(default_factory=list[str])
    """Clients that could not be counted, and why."""
    is_interrupted: bool = False


_ASYNC = ("aiogroq", "hand-written", "groq", "groq+aiohttp")
PATHS = (
    HotPath("chat request", "chat", {"concurrent": 10, "warm": 10}, 20, 120, 1, _ASYNC),
    HotPath(
        "streamed event",
        "streams",
        {"concurrent": 1},
        1,
        4,
        1001,
        (*_ASYNC, "aiogroq, events", "openai, events"),
    ),
    HotPath("sync chat request", "sync", {"threads": 1}, 20, 120, 1, ("aiogroq", "hand-written", "groq")),
    HotPath("64 embeddings as floats", "embeddings", {"inputs": 64, "encoding": "float"}, 1, 6, 1, _ASYNC),
    HotPath("64 embeddings in base64", "embeddings", {"inputs": 64, "encoding": "base64"}, 1, 6, 1, _ASYNC),
)


def main(arguments: list[str]) -> int:
    """Count and write the table. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks instructions", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help="paths with this in their name")
    parser.add_argument("--client", default="", metavar="NAME", help="this client alone")
    parser.add_argument("--results", type=Path, default=None, metavar="DIR", help="where the results go")
    options = parser.parse_args(arguments)
    steps = [
        (path, client)
        for path in PATHS
        if options.only in path.name
        for client in path.clients
        if options.client in ("", client)
    ]
    if not steps:
        parser.error(f"no path with {options.only!r} in its name has the client {options.client!r}")
    found = counter()
    if found is None:
        parser.error("neither perf (with readable counters) nor valgrind is here")
    destination = Destination(options.results, is_whole=not (options.only or options.client))
    destination.check(parser)
    tool, count = found
    counted = Counted()
    _count_all(steps, count, counted)
    _write(counted, tool, destination)
    if counted.is_interrupted:
        return INTERRUPTED
    return 1 if counted.omitted else 0


def _write(counted: Counted, tool: str, destination: Destination) -> None:
    is_complete = not (counted.is_interrupted or counted.omitted)
    folder = destination.folder(is_complete=is_complete)
    folder.mkdir(parents=True, exist_ok=True)
    kind = machine.described()
    report = {"machine": kind, "versions": versions(), "tool": tool, **vars(counted)}
    (folder / "instructions.json").write_text(json.dumps(report, indent=1) + "\n")
    text = markdown(counted.instructions, tool, kind, counted.omitted)
    (folder / "instructions.md").write_text(text)
    sys.stdout.write(text)


def _count_all(steps: list[tuple[HotPath, str]], count: Counter, counted: Counted) -> None:
    """Add every step to *counted*. A client that fails is omitted; Ctrl-C ends the run."""
    try:
        with LoadServer(machine.cores()[0]) as server:
            for path, client in steps:
                sys.stderr.write(f"{path.name}: {client} ... ")
                sys.stderr.flush()
                try:
                    each = _count(path, client, server.url, count)
                except (CountError, subprocess.TimeoutExpired) as error:
                    counted.omitted.append(f"{path.name}: {client}: {error}")
                    sys.stderr.write(f"omitted: {error}\n")
                else:
                    counted.instructions.setdefault(path.name, {})[client] = each
                    sys.stderr.write(f"{each:,.0f}\n")
    except KeyboardInterrupt:
        counted.is_interrupted = True
        sys.stderr.write("interrupted; the counts so far are saved\n")


def counter() -> tuple[str, Counter] | None:
    """Return the available tool by name and its function, or None."""
    if shutil.which("perf"):
        try:
            if _by_perf([sys.executable, "-c", ""], machine.environment()) > 0:
                return "perf stat", _by_perf
        except (CountError, subprocess.TimeoutExpired):
            pass
    return ("valgrind", _by_valgrind) if shutil.which("valgrind") else None


def _by_perf(command: list[str], environment: dict[str, str]) -> int:
    output = _run(["perf", "stat", "-x,", "-e", "instructions:u", *command], environment)
    match = re.search(r"^(\d+),", output, re.MULTILINE)
    if match is None:
        raise CountError("perf cannot read the counters here")
    return int(match[1])


def _by_valgrind(command: list[str], environment: dict[str, str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = f"--callgrind-out-file={folder}/out"
        output = _run(["valgrind", "--tool=callgrind", out, *command], environment)
    match = re.search(r"Collected : (\d+)", output)
    if match is None:
        raise CountError("valgrind has no sum")
    return int(match[1])


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_TIMEOUT_S, env=environment, errors="replace"
    )
    if done.returncode != 0:
        raise CountError(f"exit code {done.returncode}: {_last_line(done.stderr)}")
    return done.stderr


def _count(path: HotPath, client: str, url: str, count: Counter) -> float:
    loop = "sync" if path.workload == "sync" else "asyncio"
    missing = missing_package(client, loop)
    if missing:
        raise CountError(f"{NOT_INSTALLED}: {missing}")
    # The same hash seed in both runs, so that sets have the same order.
    environment = {**machine.environment(), "PYTHONHASHSEED": "0"}
    totals: list[int] = []
    for size in (path.few, path.many):
        spec = Spec(
            workload=path.workload, client=client, loop=loop, url=url, params={**path.params, "count": size}
        )
        command = [sys.executable, "-m", "benchmarks.child", msgspec.json.encode(spec).decode()]
        totals.append(count(command, environment))
    return (totals[1] - totals[0]) / ((path.many - path.few) * path.units)


def _last_line(text: str) -> str:
    """Return the last line of stderr without the output of valgrind."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("==")]
    return lines[-1].strip() if lines else "no output"


def markdown(
    table: dict[str, dict[str, float]], tool: str, kind: dict[str, str], omitted: Iterable[str] = ()
) -> str:
    """Return the table as Markdown."""
    lines = [
        f"# Instructions of user code per unit, by {tool}",
        "",
        f"Counted {kind['date']} with {kind['python']}.",
        "",
    ]
    lines += ["| path | client | thousand instructions | ratio to aiogroq |", "|---|---|---|---|"]
    for name, clients in table.items():
        for client, each in clients.items():
            ratio = f"{each / clients['aiogroq']:.2f}" if "aiogroq" in clients else ""
            lines.append(f"| {name} | {client} | {each / 1000:,.1f} | {ratio} |")
    lines += ["", *(f"- Omitted: {each}" for each in omitted)]
    return "\n".join(lines).rstrip() + "\n"
