"""``python -m benchmarks``: all clients side by side. Subcommands: ``instructions``, ``faults``, ``soak``, ``jobs``, ``shared``,
``simulation``, ``ray``."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from . import charts, history, pages, report
from .destination import INTERRUPTED, RESULTS, Destination, integer_from
from .plan import Row, chosen, for_targets, with_clients
from .results import Results
from .run import run
from .targets import judge

_SUBCOMMANDS = {name: name for name in ("instructions", "faults", "soak", "jobs", "simulation")} | {
    "shared": "shared_limits",
    "ray": "ray_data",
}
"""The packages of the subcommands."""


def main(arguments: list[str]) -> int:
    """Run a subcommand or the comparison. Return the exit code."""
    try:
        if arguments and arguments[0] in _SUBCOMMANDS:
            command = importlib.import_module(f"benchmarks.{_SUBCOMMANDS[arguments[0]]}")
            code: int = command.main(arguments[1:])
            return code
        return compare(arguments)
    except KeyboardInterrupt:
        tell("interrupted")
        return INTERRUPTED


def compare(arguments: list[str]) -> int:
    """Measure all clients side by side. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="small sizes, to check that everything runs; the figures mean nothing",
    )
    parser.add_argument("--targets", action="store_true", help="only the rows and clients of the targets")
    parser.add_argument("--only", default="", metavar="NAME", help="rows with this in their name")
    parser.add_argument(
        "--client", action="append", default=[], metavar="NAME", help="only this client; can be repeated"
    )
    parser.add_argument(
        "--rounds", type=integer_from(1), default=None, metavar="N", help="maximum number of rounds"
    )
    parser.add_argument("--results", type=Path, default=None, metavar="DIR", help="directory for the results")
    parser.add_argument("--list", action="store_true", help="list the rows and exit")
    options = parser.parse_args(arguments)

    rows = for_targets() if options.targets else chosen(options.only, quick=options.quick)
    if not rows:
        parser.error(f"no row has {options.only!r} in its name")
    rows = with_clients(rows, options.client)
    if not rows:
        parser.error(f"no row has the client {' or '.join(map(repr, options.client))}")
    if options.list:
        sys.stdout.write("".join(f"{row.name}\n" for row in rows))
        return 0
    # A single round has no spread; quick and partial runs must not replace a full one.
    is_reliable = not options.quick and options.rounds != 1 and not options.client
    destination = Destination(options.results, is_reliable and not (options.only or options.targets))
    destination.check(parser)
    results = run(rows, quick=options.quick, rounds=options.rounds, tell=tell)
    _write(results, rows, destination, is_recorded=is_reliable and not options.only)
    if results.is_interrupted:
        return INTERRUPTED
    return 1 if any(each.failure for each in results.measured) else 0


def _write(results: Results, rows: tuple[Row, ...], destination: Destination, *, is_recorded: bool) -> None:
    """Write the results and print the targets and the failures."""
    is_complete = results.is_complete
    folder = destination.folder(is_complete=is_complete)
    folder.mkdir(parents=True, exist_ok=True)
    results.save(folder / "results.json")
    (folder / "results.md").write_text(report.markdown(results, rows))
    charts.draw(results, folder, tell)
    targets = judge(results)
    if is_recorded and is_complete:
        history.add(destination.requested or RESULTS, targets, results.machine)
    if destination.is_published(is_complete=is_complete):
        pages.put("benchmarks", report.summary(results), pages.PERFORMANCE)
    sys.stdout.write("\n".join(report.target_table(t for t in targets if t.got is not None)) + "\n")
    for each in results.measured:
        if each.failure:
            tell(f"FAILED {each.row}, {each.client}: {each.failure.strip().splitlines()[-1]}")
    tell(f"written to {folder}")


def tell(line: str) -> None:
    """Print progress to standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
