"""Runs the parts one after the other and writes the tables."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from .. import machine, pages
from ..destination import INTERRUPTED, Destination, integer_from
from . import cost, processes, web
from .processes import ProcessFailed
from .redis_process import NoRedis
from .report import ROWS, Report, captions, cost_table, figures, missed, processes_table, web_table

PARTS = ("processes", "web", "cost")
_TITLES = {
    "processes": "Processes that send as much as they may",
    "web": "A web app with bursts of users",
    "cost": "The CPU of the store",
}
_TABLES: dict[str, Callable[[Report], list[str]]] = {
    "processes": processes_table,
    "web": web_table,
    "cost": cost_table,
}
_ROUNDS = {"processes": 1, "web": 1, "cost": 5}
_COUNT = 4000
_CONCURRENT = (1, 50)


def main(arguments: list[str]) -> int:
    """Run the chosen parts and write their tables. Return 1 if a bound is missed or a process failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks shared", description=_DESCRIPTION)
    parser.add_argument(
        "--part", action="append", default=[], choices=PARTS, help="only this part; can be repeated"
    )
    parser.add_argument(
        "--only", default="", metavar="NAME", help="rows of the processes with this in their name"
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, to check that everything runs")
    parser.add_argument(
        "--rounds", type=integer_from(1), default=None, metavar="N", help="rounds of each part"
    )
    parser.add_argument("--results", type=Path, default=None, metavar="DIR", help="where the results go")
    options = parser.parse_args(arguments)
    parts = options.part or PARTS
    if not any(options.only in row.name for row in ROWS):
        parser.error(f"no row has {options.only!r} in its name")
    destination = Destination(options.results, not (options.quick or options.only))
    destination.check(parser)
    report = Report(machine.described(), quick=options.quick)
    misses: list[str] = []
    done: list[str] = []
    code = 0
    try:
        for part in parts:
            misses += _RUNS[part](report, options, options.rounds or _ROUNDS[part])
            done.append(part)
    except (ProcessFailed, NoRedis) as error:
        tell(f"FAILED {error}")
        code = 1
    except KeyboardInterrupt:
        tell("interrupted; the parts so far are written")
        code = INTERRUPTED
    for part in done:
        _write(report, part, destination)
    for text in [] if options.quick else misses:
        tell(f"MISSED {text}")
        code = code or 1
    return code


def _processes(report: Report, options: argparse.Namespace, rounds: int) -> list[str]:
    misses: list[str] = []
    for row in (row for row in ROWS if options.only in row.name):
        scenario = row.scenario
        if options.quick:
            at_s = None if scenario.redis_killed_at_s is None else 1.0
            scenario = replace(scenario, seconds=3.0, redis_killed_at_s=at_s, redis_down_s=0.5)
            scenario = replace(scenario, worker_killed_at_s=2.0 if scenario.worker_killed_at_s else None)
        for number in range(1 if options.quick else rounds):
            tell(f"{row.name}, round {number + 1}")
            outcome = processes.run(scenario)
            found = figures(outcome)
            report.processes.setdefault(row.name, []).append(found)
            tell(f"  {outcome.rate:.1%} of the rate, {outcome.refused} 429s, {outcome.failed} calls failed")
            if row.has_bounds:
                misses += [f"{row.name}: {text}" for text in missed(outcome)]
    return misses


def _web(report: Report, options: argparse.Namespace, rounds: int) -> list[str]:
    load = web.Load(workers=2, burst_s=1.0, quiet_s=1.0) if options.quick else web.Load()
    paces: tuple[web.Pace, ...] = ("shared", "part", "own", "none")
    for pace in paces:
        tell(f"uvicorn with {load.workers} workers, pacing: {pace}")
        report.web.append(web.run(pace, load))
    ours = report.web[0]
    if not ours.failed:
        return []
    return [f"web, shared store: {ours.failed} users got an error ({ours.statuses})"]


def _cost(report: Report, options: argparse.Namespace, rounds: int) -> list[str]:
    measured: list[cost.Round] = []
    for concurrent in _CONCURRENT:
        for number in range(1 if options.quick else rounds):
            tell(f"CPU, {concurrent} at the same time, round {number + 1}")
            measured += cost.run(number, 200 if options.quick else _COUNT, concurrent)
    report.cost = cost.costs(measured)
    return []


_RUNS: dict[str, Callable[[Report, argparse.Namespace, int], list[str]]] = {
    "processes": _processes,
    "web": _web,
    "cost": _cost,
}


def _write(report: Report, part: str, destination: Destination) -> None:
    folder = destination.folder(is_complete=True)
    folder.mkdir(parents=True, exist_ok=True)
    values = report.as_dict()
    kept = {name: values[name] for name in ("machine", "date", "quick", part)}
    (folder / f"shared-{part}.json").write_text(json.dumps(kept, indent=1) + "\n")
    text = "\n".join([captions(report)[part], "", *_TABLES[part](report)])
    warning = "**From the quick run, which only checks that everything runs: the figures mean nothing.**\n\n"
    whole = f"# {_TITLES[part]}\n\n{warning if report.quick else ''}{text}\n"
    (folder / f"shared-{part}.md").write_text(whole)
    if destination.is_published(is_complete=True):
        pages.put(f"shared-{part}", text, pages.PERFORMANCE)
    sys.stdout.write(whole)


def tell(line: str) -> None:
    """Print progress to standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


_DESCRIPTION = """One rate limit for many processes. processes: four that send as much as they may; web: eight workers of a
FastAPI app with bursts of users; cost: the CPU of the store. Beside them processes that do not share. Needs redis-server."""
