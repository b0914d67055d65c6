"""``python -m benchmarks instructions``: instructions a unit on the hot paths, which no busy neighbour can disturb.

Counted by ``perf stat`` where the processor's counters can be read, else by ``valgrind --tool=callgrind``. Each path runs
twice with different numbers of units; the difference is free of the start. Counts only user code, not the kernel.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from . import machine
from .load.process import LoadServer
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
    found = counter()
    if found is None:
        sys.stderr.write("neither perf (with readable counters) nor valgrind is here\n")
        return 2
    tool, count = found
    table: dict[str, dict[str, float]] = {}
    try:
        with LoadServer(machine.cores()[0]) as server:
            for path in (path for path in PATHS if options.only in path.name):
                for client in (c for c in path.clients if options.client in ("", c)):
                    sys.stderr.write(f"{path.name}: {client} ... ")
                    sys.stderr.flush()
                    table.setdefault(path.name, {})[client] = each = _count(path, client, server.url, count)
                    sys.stderr.write(f"{each:,.0f}\n")
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what was counted is kept\n")
    is_whole = not (options.only or options.client)
    folder = options.results or Path(__file__).parent / "results" / ("" if is_whole else "partial")
    folder.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine.described(), "versions": versions(), "tool": tool, "instructions": table}
    (folder / "instructions.json").write_text(json.dumps(report, indent=1) + "\n")
    text = markdown(table, tool, machine.described())
    (folder / "instructions.md").write_text(text)
    sys.stdout.write(text)
    return 0


def counter() -> tuple[str, Counter] | None:
    """What can count here, by name, and how."""
    if shutil.which("perf"):
        try:
            if _by_perf([sys.executable, "-c", ""], dict(os.environ)) > 0:
                return "perf stat", _by_perf
        except (ValueError, subprocess.SubprocessError):
            pass
    return ("valgrind", _by_valgrind) if shutil.which("valgrind") else None


def _by_perf(command: list[str], environment: dict[str, str]) -> int:
    told = _run(["perf", "stat", "-x,", "-e", "instructions:u", *command], environment)
    match = re.search(r"^(\d+),", told, re.MULTILINE)
    if match is None:
        raise ValueError("perf cannot read the counters here")
    return int(match[1])


def _by_valgrind(command: list[str], environment: dict[str, str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = f"--callgrind-out-file={folder}/out"
        told = _run(["valgrind", "--tool=callgrind", out, *command], environment)
    match = re.search(r"Collected : (\d+)", told)
    if match is None:
        raise ValueError(f"valgrind says nothing: {told[-300:]}")
    return int(match[1])


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_HARD_LIMIT_S, env=environment, check=True
    )
    return done.stderr


def _count(path: HotPath, client: str, url: str, count: Counter) -> float:
    # The same order of dictionaries and sets in both runs.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    loop = "sync" if path.work == "blocking" else "asyncio"
    totals: list[int] = []
    for size in (path.few, path.many):
        spec = Spec(work=path.work, client=client, loop=loop, url=url, params={**path.params, "count": size})
        command = [sys.executable, "-m", "benchmarks.child", msgspec.json.encode(spec).decode()]
        totals.append(count(command, environment))
    return (totals[1] - totals[0]) / ((path.many - path.few) * path.units)


def markdown(table: dict[str, dict[str, float]], tool: str, kind: dict[str, str]) -> str:
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
    return "\n".join(lines) + "\n"
