"""Simulates the sizes one after the other and writes the table and the chart."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from .. import machine, pages
from ..destination import INTERRUPTED, RESULTS, Destination, integer_from
from ..shared_limits.redis_process import NoRedis
from .costs import measure_costs
from .report import Report, chart, load, markdown, save, summary
from .run_size import simulate
from .spec import LIMITS_RPM, PROCESSES, Costs, size_of
from .stores import redis_stores

_FILE = "simulation.json"
_CHART = "simulation.svg"


def main(arguments: list[str]) -> int:
    """Run the simulations that are asked for. Return 0, or 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks simulation", description=_DESCRIPTION)
    parser.add_argument("--quick", action="store_true", help="a small size, to check that everything runs")
    parser.add_argument(
        "--processes",
        type=integer_from(1),
        action="append",
        metavar="N",
        help="only so many; can be repeated",
    )
    parser.add_argument(
        "--rpm", type=integer_from(1), action="append", metavar="N", help="only this limit; can be repeated"
    )
    parser.add_argument(
        "--update", action="store_true", help="keep the earlier results of what is not simulated"
    )
    parser.add_argument(
        "--draw", action="store_true", help="simulate nothing; write the page and chart again"
    )
    parser.add_argument("--results", type=Path, default=None, metavar="DIR", help="where the results go")
    options = parser.parse_args(arguments)
    limits_rpm = options.rpm or (LIMITS_RPM[:1] if options.quick else LIMITS_RPM)
    processes = options.processes or (PROCESSES[:2] if options.quick else PROCESSES)
    is_update = options.update or options.draw
    if is_update and options.quick:
        parser.error("--update: --quick replaces no results")
    is_whole = is_update or not (options.quick or options.rpm or options.processes)
    destination = Destination(options.results, is_whole)
    destination.check(parser)
    report = Report(machine.described(), Costs() if options.quick else _costs(), quick=options.quick)
    if is_update:
        report = load((options.results or RESULTS) / _FILE)
    is_complete = options.draw or _simulate_all(
        report, [(rpm, count) for rpm in limits_rpm for count in processes]
    )
    _write(report, destination, is_complete=is_complete)
    return 0 if is_complete else INTERRUPTED


def _costs() -> Costs:
    """Return what a real server takes, or what one took where none is installed."""
    try:
        return measure_costs()
    except NoRedis as error:
        tell(f"{error}; the costs of an earlier measurement are taken")
        return Costs()


def _simulate_all(report: Report, cells: list[tuple[int, int]]) -> bool:
    """Simulate *cells* into *report*. Return False after Ctrl-C."""
    try:
        for rpm, count in cells:
            began_s = time.monotonic()
            report.put(simulate(size_of(rpm, count), count, redis_stores, report.costs))
            found = report.outcomes[-1]
            tell(
                f"{rpm:,} RPM, {count:,} processes: {found.utilisation:.1%} used, {found.calls_per_grant:.2f} calls a "
                f"request, {found.rejected} 429s ({time.monotonic() - began_s:.0f} s)"
            )
    except KeyboardInterrupt:
        tell("interrupted; the results so far are written")
        return False
    return True


def _write(report: Report, destination: Destination, *, is_complete: bool) -> None:
    folder = destination.folder(is_complete=is_complete)
    folder.mkdir(parents=True, exist_ok=True)
    report.sort()
    save(report, folder / _FILE)
    text = markdown(report)
    (folder / "simulation.md").write_text(text)
    chart(report, folder / _CHART, tell)
    if destination.is_published(is_complete=is_complete):
        pages.put("simulation", summary(report), pages.PERFORMANCE)
    sys.stdout.write(text)
    tell(f"written to {folder}")


def tell(line: str) -> None:
    """Print progress to standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


_DESCRIPTION = """1, 10, 100 and 1,000 processes, each with a store and a queue of its own, over one server with the script of
RedisStore, on a driven clock: what of the limit they use, how evenly, and how often they call the server."""
