"""The CPU and the memory of a job, beside `asyncio.gather` with a semaphore on the same client, without a rate limit."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from .. import machine, pages
from ..destination import INTERRUPTED, Destination
from ..load.process import LoadServer, ask
from ..load.responses import TEXT
from .process import ClientFailed, run_client
from .report import today
from .spec import JobResult, JobSpec

ITEMS = (20_000, 100_000)
MAX_RATIO = 1.0
"""Bound of the CPU of a job, divided by that of gather."""
MAX_GROWN_MIB = {100_000: 30.0, 1_000_000: 60.0}
"""Bound of the memory that a job adds, by the number of items."""
_CLIENTS = ("aiogroq_jobs", "aiogroq_gather")
_ROUNDS = 3
_QUICK_ITEMS = (500,)


@dataclass
class Pair:
    """One round: a job and gather, one after the other."""

    items: int
    round: int
    job: JobResult
    gather: JobResult

    @property
    def ratio(self) -> float:
        """The CPU of the job, divided by that of gather."""
        return self.job.cpu_s / self.gather.cpu_s


@dataclass
class CpuReport:
    """All rounds of a run."""

    machine: Mapping[str, str]
    date: str
    pairs: list[Pair] = field(default_factory=list[Pair])
    quick: bool = False

    def by_items(self) -> dict[int, list[Pair]]:
        """Return the rounds by the number of items."""
        found: dict[int, list[Pair]] = {}
        for pair in self.pairs:
            found.setdefault(pair.items, []).append(pair)
        return found


def main(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Measure and write the table. Return 1 if a bound is missed."""
    if options.peer or options.only or options.update:
        parser.error("--cpu has no other clients to choose from")
    items = _QUICK_ITEMS if options.quick else tuple(options.items or ITEMS)
    rounds = 1 if options.quick else (options.rounds or _ROUNDS)
    destination = Destination(options.results, items == ITEMS and rounds > 1)
    destination.check(parser)
    report = CpuReport(machine.described(), today(), quick=options.quick)
    try:
        for number in range(rounds):
            for count in items:
                report.pairs.append(_pair(count, number))
                _tell(report.pairs[-1])
    except ClientFailed as error:
        sys.stderr.write(f"FAILED {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; the results so far are written\n")
        _write(report, destination, is_complete=False)
        return INTERRUPTED
    _write(report, destination, is_complete=True)
    misses = [] if options.quick else missed(report)
    for text in misses:
        sys.stderr.write(f"MISSED {text}\n")
    return 1 if misses else 0


def _pair(count: int, number: int) -> Pair:
    """Run both, in turn the one and the other first, against a new server."""
    server_core, client_core = machine.cores()
    found: dict[str, JobResult] = {}
    with LoadServer(server_core) as server:
        for client in _CLIENTS if number % 2 else reversed(_CLIENTS):
            ask(server.url, "/reset")
            spec = JobSpec(client, server.url, count, model="unlimited", reply=TEXT, core=client_core)
            result = found[client] = run_client(spec)
            requests = ask(server.url, "/counts")["requests"]
            if (result.done, requests) != (count, count) or result.note:
                raise ClientFailed(
                    f"{client}: {result.done} of {count} items, {requests} requests {result.note}"
                )
    return Pair(count, number, *(found[client] for client in _CLIENTS))


def missed(report: CpuReport) -> list[str]:
    """Return the bounds that are missed, as sentences."""
    texts: list[str] = []
    for items, pairs in report.by_items().items():
        ratio = statistics.median(pair.ratio for pair in pairs)
        grown = statistics.median(pair.job.grown_mib for pair in pairs)
        if ratio > MAX_RATIO:
            texts.append(f"{items:,} items: {ratio:.2f} times the CPU of gather instead of {MAX_RATIO:g}")
        if grown > (most := MAX_GROWN_MIB.get(items, float("inf"))):
            texts.append(f"{items:,} items: {grown:.0f} MiB added instead of {most:g}")
    return texts


def table(report: CpuReport) -> list[str]:
    """Return the table: a line for each number of items."""
    lines = [
        "| items | job, CPU us an item | gather, CPU us an item | ratio (bound 1.0) | job, MiB added | bound | "
        "gather, MiB added |",
        "|---|---|---|---|---|---|---|",
    ]
    for items, pairs in report.by_items().items():
        ratios = [pair.ratio for pair in pairs]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        bound = MAX_GROWN_MIB.get(items)
        cells = [
            f"{items:,}",
            f"{_us(pair.job for pair in pairs):.0f}",
            f"{_us(pair.gather for pair in pairs):.0f}",
            ratio,
            f"{statistics.median(pair.job.grown_mib for pair in pairs):.1f}",
            f"{bound:g}" if bound else "",
            f"{statistics.median(pair.gather.grown_mib for pair in pairs):.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _us(results: Iterable[JobResult]) -> float:
    return statistics.median(each.cpu_s / each.done * 1e6 for each in results)


def caption(report: CpuReport) -> str:
    """Return what was measured, when and where."""
    kind = report.machine
    rounds = max((pair.round + 1 for pair in report.pairs), default=0)
    return (
        "A job with the pacer, a journal and results in order, beside `asyncio.gather` with a semaphore of 50 on the same "
        f"client, against a server without a limit. Medians of {rounds} rounds (ratios of one round, with the least and the "
        f"greatest), taken {report.date} on {kind['cores']} cores, {kind['system']}, {kind['python']}; each in its own "
        "process on one core, the server on another. Generated by `python -m benchmarks jobs --cpu`."
    )


def _write(report: CpuReport, destination: Destination, *, is_complete: bool) -> None:
    folder = destination.folder(is_complete=is_complete)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "jobs-cpu.json").write_text(json.dumps(asdict(report), indent=1) + "\n")
    lines = ["# The CPU and the memory of a job", ""]
    if report.quick:
        lines += [
            "**From the quick run, which only checks that everything runs: the figures mean nothing.**",
            "",
        ]
    text = "\n".join([*lines, caption(report), "", *table(report), ""])
    (folder / "jobs-cpu.md").write_text(text)
    if destination.is_published(is_complete=is_complete):
        pages.put("jobs-cpu", "\n".join([caption(report), "", *table(report)]), pages.PERFORMANCE)
    sys.stdout.write(text)


def _tell(pair: Pair) -> None:
    sys.stderr.write(
        f"{pair.items:,} items, round {pair.round + 1}: {pair.ratio:.2f} times the CPU of gather, "
        f"{pair.job.grown_mib:.1f} MiB added\n"
    )
    sys.stderr.flush()
