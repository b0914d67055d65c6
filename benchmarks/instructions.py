"""``python -m benchmarks instructions``: instructions a unit on the hot paths, which no busy neighbour can disturb.

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
_HARD_LIMIT_S = 900


@dataclass(frozen=True)
class HotPath:
    """A hot path: its work, the two sizes, and how many units one of ``count`` is."""

    name: str
    work: str
    params: dict[str, Any]
    few: int
    many: int
    units: int
    clients: tuple[str, ...]


class CannotCount(Exception):
    """The program failed, or the tool did not say how much it did."""


@dataclass
class Counted:
    """What a run has counted."""

    instructions: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    """Instructions a unit, by path and client."""
    left_out: list[str] = field(default_factory=list[str])
    """Who could not be counted, and why."""
    is_interrupted: bool = False


_ASYNC = ("aiogroq", "hand-written", "groq", "groq+aiohttp")
PATHS = (
    HotPath("chat request", "chat", {"concurrent": 10, "warm": 10}, 20, 120, 1, _ASYNC),
    HotPath("streamed event", "streams", {"concurrent": 1}, 1, 4, 1001, _ASYNC),
    HotPath("sync chat request", "blocking", {"threads": 1}, 20, 120, 1, ("aiogroq", "hand-written", "groq")),
    HotPath("64 embeddings as floats", "embeddings", {"inputs": 64, "encoding": "float"}, 1, 6, 1, _ASYNC),
    HotPath("64 embeddings in base64", "embeddings", {"inputs": 64, "encoding": "base64"}, 1, 6, 1, _ASYNC),
)


def main(arguments: list[str]) -> int:
    """Count, and write the table."""
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
    return 1 if counted.left_out else 0


def _write(counted: Counted, tool: str, destination: Destination) -> None:
    is_complete = not (counted.is_interrupted or counted.left_out)
    folder = destination.folder(is_complete=is_complete)
    folder.mkdir(parents=True, exist_ok=True)
    kind = machine.described()
    report = {"machine": kind, "versions": versions(), "tool": tool, **vars(counted)}
    (folder / "instructions.json").write_text(json.dumps(report, indent=1) + "\n")
    text = markdown(counted.instructions, tool, kind, counted.left_out)
    (folder / "instructions.md").write_text(text)
    sys.stdout.write(text)


def _count_all(steps: list[tuple[HotPath, str]], count: Counter, counted: Counted) -> None:
    """Count every step into *counted*. Who fails is left out; Ctrl-C ends it."""
    try:
        with LoadServer(machine.cores()[0]) as server:
            for path, client in steps:
                sys.stderr.write(f"{path.name}: {client} ... ")
                sys.stderr.flush()
                try:
                    each = _count(path, client, server.url, count)
                except (CannotCount, subprocess.TimeoutExpired) as error:
                    counted.left_out.append(f"{path.name}: {client}: {error}")
                    sys.stderr.write(f"left out: {error}\n")
                else:
                    counted.instructions.setdefault(path.name, {})[client] = each
                    sys.stderr.write(f"{each:,.0f}\n")
    except KeyboardInterrupt:
        counted.is_interrupted = True
        sys.stderr.write("interrupted; what was counted is kept\n")


def counter() -> tuple[str, Counter] | None:
    """What can count here, by name, and how."""
    if shutil.which("perf"):
        try:
            if _by_perf([sys.executable, "-c", ""], machine.environment()) > 0:
                return "perf stat", _by_perf
        except (CannotCount, subprocess.TimeoutExpired):
            pass
    return ("valgrind", _by_valgrind) if shutil.which("valgrind") else None


def _by_perf(command: list[str], environment: dict[str, str]) -> int:
    told = _run(["perf", "stat", "-x,", "-e", "instructions:u", *command], environment)
    match = re.search(r"^(\d+),", told, re.MULTILINE)
    if match is None:
        raise CannotCount("perf cannot read the counters here")
    return int(match[1])


def _by_valgrind(command: list[str], environment: dict[str, str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = f"--callgrind-out-file={folder}/out"
        told = _run(["valgrind", "--tool=callgrind", out, *command], environment)
    match = re.search(r"Collected : (\d+)", told)
    if match is None:
        raise CannotCount("valgrind has no sum")
    return int(match[1])


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_HARD_LIMIT_S, env=environment, errors="replace"
    )
    if done.returncode != 0:
        raise CannotCount(f"exit code {done.returncode}: {_last_line(done.stderr)}")
    return done.stderr


def _count(path: HotPath, client: str, url: str, count: Counter) -> float:
    loop = "sync" if path.work == "blocking" else "asyncio"
    missing = missing_package(client, loop)
    if missing:
        raise CannotCount(f"{NOT_INSTALLED}: {missing}")
    # The same order of dictionaries and sets in both runs.
    environment = {**machine.environment(), "PYTHONHASHSEED": "0"}
    totals: list[int] = []
    for size in (path.few, path.many):
        spec = Spec(work=path.work, client=client, loop=loop, url=url, params={**path.params, "count": size})
        command = [sys.executable, "-m", "benchmarks.child", msgspec.json.encode(spec).decode()]
        totals.append(count(command, environment))
    return (totals[1] - totals[0]) / ((path.many - path.few) * path.units)


def _last_line(text: str) -> str:
    """The error of a program, without what valgrind says around it."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("==")]
    return lines[-1].strip() if lines else "nothing said"


def markdown(
    table: dict[str, dict[str, float]], tool: str, kind: dict[str, str], left_out: Iterable[str] = ()
) -> str:
    """The table as Markdown."""
    lines = [
        f"# Instructions of user code a unit, by {tool}",
        "",
        f"Counted {kind['date']} with {kind['python']}.",
        "",
    ]
    lines += ["| path | client | thousand instructions | to aiogroq's |", "|---|---|---|---|"]
    for name, clients in table.items():
        for client, each in clients.items():
            ratio = f"{each / clients['aiogroq']:.2f}" if "aiogroq" in clients else ""
            lines.append(f"| {name} | {client} | {each / 1000:,.1f} | {ratio} |")
    lines += ["", *(f"- Left out: {each}" for each in left_out)]
    return "\n".join(lines).rstrip() + "\n"
