"""``python -m benchmarks``: everything side by side. ``instructions``, ``faults`` and ``soak`` are runs of their own."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str]) -> int:
    """Run what is asked for; the exit code."""
    if arguments and arguments[0] in ("instructions", "faults", "soak"):
        command = importlib.import_module(f"benchmarks.{arguments[0]}")
        code: int = command.main(arguments[1:])
        return code
    return compare(arguments)


def compare(arguments: list[str]) -> int:
    """Measure all clients beside each other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, for breakage and not for figures")
    parser.add_argument("--targets", action="store_true", help="what the targets are about, and no more")
    parser.add_argument("--only", default="", metavar="NAME", help="rows with this in their name")
    parser.add_argument("--rounds", type=int, default=None, metavar="N", help="no more rounds than this")
    parser.add_argument("--results", type=Path, default=None, metavar="DIR", help="where the results go")
    parser.add_argument("--list", action="store_true", help="name the rows and stop")
    options = parser.parse_args(arguments)

    from . import charts, occasions, readme, report
    from .plan import chosen, for_targets
    from .run import run
    from .targets import judge

    rows = for_targets() if options.targets else chosen(options.only, quick=options.quick)
    if options.list or not rows:
        sys.stdout.write(
            "".join(f"{row.name}\n" for row in rows) or f"no row has {options.only!r} in its name\n"
        )
        return 0 if rows else 2
    results = run(rows, quick=options.quick, rounds=options.rounds, tell=tell)
    # A quick or a partial run does not take the place of the whole one.
    is_whole = not (options.quick or options.only or options.targets)
    folder = options.results or (RESULTS if is_whole else RESULTS / "partial")
    folder.mkdir(parents=True, exist_ok=True)
    results.save(folder / "results.json")
    (folder / "results.md").write_text(report.markdown(results, rows))
    for path in charts.draw(results, folder):
        tell(f"drawn: {path.name}")
    targets = judge(results)
    if is_whole or options.targets:
        occasions.add(options.results or RESULTS, targets, results.machine)
    if is_whole and not options.results:
        readme.put("benchmarks", report.summary(results))
    sys.stdout.write("\n".join(report.target_table(t for t in targets if t.got is not None)) + "\n")
    failures = [each for each in results.measured if each.failure]
    for each in failures:
        tell(f"FAILED {each.row}, {each.client}: {each.failure.strip().splitlines()[-1]}")
    return 1 if failures else 0


def tell(line: str) -> None:
    """Say how far it is, where figures do not go."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
