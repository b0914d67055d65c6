"""Runs the clients one after the other and writes the results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import machine, pages
from ..destination import INTERRUPTED, RESULTS, Destination, integer_from
from . import cpu
from .environments import NotInstalled, default_cache, python_of
from .peers import PEERS, ROWS, Row
from .process import ClientFailed, LimitedServer, run_client
from .report import LATENCY_S, LIMIT_RPM, Measured, Report, load, markdown, missed, save, summary, today
from .spec import JobSpec

_COUNT = 1200
_QUICK_COUNT = 40
_FILE = "jobs.json"


def main(arguments: list[str]) -> int:
    """Run the chosen clients and write the table. Return 1 if aiogroq misses a bound or a client failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks jobs", description=_DESCRIPTION)
    parser.add_argument("--only", default="", metavar="NAME", help="clients with this in their name")
    parser.add_argument(
        "--peer", action="append", default=[], choices=PEERS, help="only this library; can be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, to check that everything runs")
    parser.add_argument(
        "--update", action="store_true", help="keep the earlier results of clients that are not run"
    )
    parser.add_argument(
        "--rounds", type=integer_from(1), default=None, metavar="N", help="rounds of aiogroq  [default: 3]"
    )
    parser.add_argument("--cpu", action="store_true", help="measure the CPU and the memory of a job instead")
    parser.add_argument(
        "--items",
        type=integer_from(1),
        action="append",
        metavar="N",
        help="with --cpu: items; can be repeated",
    )
    parser.add_argument("--cache", type=Path, default=default_cache(), metavar="DIR",
                        help="where the environments of other libraries are  [default: %(default)s]")  # fmt: skip
    parser.add_argument("--results", type=Path, default=None, metavar="DIR", help="where the results go")
    options = parser.parse_args(arguments)
    if options.cpu:
        return cpu.main(options, parser)
    if options.items:
        parser.error("--items needs --cpu")
    rows = [row for row in ROWS if options.only in row.name and row.peer in (options.peer or PEERS)]
    if not rows:
        parser.error(f"no client has {options.only!r} in its name")
    earlier = (options.results or RESULTS) / _FILE
    report = Report(machine.described(), LIMIT_RPM, quick=options.quick)
    if options.update:
        if options.quick:
            parser.error("--update: --quick replaces no results")
        if not earlier.exists():
            parser.error(f"--update: there are no earlier results in {earlier}")
        report = load(earlier).without(rows)
    is_whole = (options.update or len(rows) == len(ROWS)) and not (options.quick or options.rounds == 1)
    destination = Destination(options.results, is_whole)
    destination.check(parser)
    is_interrupted = not run_all(rows, report, options)
    _write(report, destination, is_complete=not is_interrupted)
    # A quick run is too short for the bound of the time.
    misses = [] if options.quick else missed(report, ROWS)
    for text in misses:
        tell(f"MISSED {text}")
    if is_interrupted:
        return INTERRUPTED
    return 1 if misses or any(each.failure for each in report.measured) else 0


def run_all(rows: list[Row], report: Report, options: argparse.Namespace) -> bool:
    """Run *rows* and add what they bring to *report*. Return False after Ctrl-C."""
    try:
        for row in rows:
            rounds = 1 if options.quick else min(row.rounds, options.rounds or row.rounds)
            for number in range(rounds):
                tell(f"{row.name}, round {number + 1} of {rounds}")
                report.measured.append(measure(row, number, options))
                tell(f"  {_told(report.measured[-1])}")
    except KeyboardInterrupt:
        tell("interrupted; the results so far are written")
        return False
    return True


def measure(row: Row, number: int, options: argparse.Namespace) -> Measured:
    """Run one client once, with a server of its own."""
    measured = Measured(row.name, number, _QUICK_COUNT if options.quick else _COUNT, today())
    server_core, client_core = machine.cores()
    try:
        python = python_of(row.peer, row.requirements, options.cache, tell)
        with LimitedServer(LIMIT_RPM, LATENCY_S, server_core) as server:
            spec = JobSpec(
                row.client,
                server.url,
                measured.count,
                rpm=LIMIT_RPM,
                options=dict(row.options),
                core=client_core,
            )
            measured.result = run_client(spec, python)
            counts = server.counts()
        measured.requests, measured.refused = counts.requests, counts.statuses.get("429", 0)
    except NotInstalled as error:
        measured.failure = f"not installed: {error}"
    except ClientFailed as error:
        measured.failure = f"failed: {error}"
    return measured


def _write(report: Report, destination: Destination, *, is_complete: bool) -> None:
    folder = destination.folder(is_complete=is_complete)
    folder.mkdir(parents=True, exist_ok=True)
    save(report, folder / _FILE)
    text = markdown(report, ROWS)
    (folder / "jobs.md").write_text(text)
    if destination.is_published(is_complete=is_complete):
        pages.put("jobs", summary(report, ROWS), pages.PERFORMANCE)
    sys.stdout.write(text)
    tell(f"written to {folder}")


def _told(measured: Measured) -> str:
    found = measured.result
    if found is None:
        return measured.failure
    return (
        f"{found.seconds:.1f} s, {found.done} of {measured.count} items, {measured.requests} requests, "
        f"{measured.refused} 429s {found.note}"
    )


def tell(line: str) -> None:
    """Print progress to standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


_DESCRIPTION = """1,200 chat requests to a server that allows 600 a minute, with aiogroq.jobs and other libraries, each in a
process of its own. Libraries that are not part of the extra `bench` are installed into environments of their own."""
