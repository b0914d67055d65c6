"""Runs the scenarios with both packages, each in a child process with a timeout, and writes the results."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from .. import machine, pages
from ..destination import INTERRUPTED, Destination, integer_from
from ..run import versions
from .catalog import SCENARIOS
from .process import Children, run, verdict
from .scenario import Scenario
from .table import Line, markdown, summary

PACKAGES = ("aiogroq", "groq")
_TIME_DEPENDENT = ("hang", "late")
"""Verdicts that a busy machine can cause."""


def main(arguments: list[str]) -> int:
    """Run the scenarios and write the table and the JSON. Return 1 unless aiogroq is right in all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks faults", description=__doc__)
    parser.add_argument(
        "--only", default="", metavar="NAME", help="scenarios with this in their name or group"
    )
    parser.add_argument(
        "--jobs",
        type=integer_from(1),
        default=4,
        metavar="N",
        help="how many run at a time; most of them only wait",
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
    lines = run_all(chosen, options.jobs)
    is_complete = len(lines) == len(chosen)
    _write(lines, destination, is_complete=is_complete)
    wrong = [line for line in lines if not line.aiogroq.startswith("right")]
    sys.stdout.write(f"{len(lines)} scenarios; aiogroq right in {len(lines) - len(wrong)}, ")
    sys.stdout.write(f"groq in {sum(line.groq.startswith('right') for line in lines)}\n")
    if not is_complete:
        return INTERRUPTED
    return 1 if wrong else 0


def _verdict_of(scenario: Scenario, package: str, children: Children) -> str:
    return verdict(scenario, run(scenario, package, children))


def run_all(
    chosen: list[Scenario],
    jobs: int,
    verdict_of: Callable[[Scenario, str, Children], str] = _verdict_of,
) -> list[Line]:
    """Run the scenarios with both packages, *jobs* at a time. Then run scenarios alone that need it or timed out.

    Ctrl-C ends the run; the results so far are returned.
    """
    lines: dict[str, Line] = {}
    names = [scenario.name for scenario in chosen]
    children = Children()

    def run_both(scenario: Scenario) -> Line:
        verdicts = [verdict_of(scenario, package, children) for package in PACKAGES]
        return Line(scenario.group, scenario.name, *verdicts)

    def add(line: Line) -> None:
        lines[line.name] = line
        mark = "" if line.aiogroq.startswith("right") else "  <-- aiogroq"
        sys.stderr.write(
            f"[{len(lines)}/{len(chosen)}] {line.group}: {line.name}: {line.aiogroq} | {line.groq}{mark}\n"
        )

    pool = ThreadPoolExecutor(jobs)
    try:
        left = [scenario for scenario in chosen if scenario.alone]
        running = {pool.submit(run_both, scenario): scenario for scenario in chosen if not scenario.alone}
        for done in as_completed(running):
            line = done.result()
            if jobs > 1 and any(each.startswith(_TIME_DEPENDENT) for each in (line.aiogroq, line.groq)):
                left.append(running[done])
            else:
                add(line)
        for scenario in left:
            add(run_both(scenario))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; the results so far are written\n")
    finally:
        children.kill_all()
        pool.shutdown(cancel_futures=True)
    groups = list(dict.fromkeys(scenario.group for scenario in chosen))
    return sorted(lines.values(), key=lambda line: (groups.index(line.group), names.index(line.name)))


def _as_json(line: Line) -> dict[str, str]:
    expects = SCENARIOS[line.name].expects
    return {**line._asdict(), **({"expects": expects} if expects else {})}


def _write(lines: list[Line], destination: Destination, *, is_complete: bool) -> None:
    folder = destination.folder(is_complete=is_complete)
    folder.mkdir(parents=True, exist_ok=True)
    kind, packages = machine.described(), versions()
    report = {"machine": kind, "versions": packages, "scenarios": [_as_json(line) for line in lines]}
    (folder / "faults.json").write_text(json.dumps(report, indent=1) + "\n")
    (folder / "faults.md").write_text(markdown(lines, kind, packages))
    if destination.is_published(is_complete=is_complete):
        pages.put("faults", summary(lines, kind, packages), pages.FAULTS)
