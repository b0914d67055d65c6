"""The results of the clients: the table, the bounds of aiogroq, and the file."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

from .peers import Row
from .spec import JobResult, ideal_s

MAX_SECONDS_OVER_IDEAL = 1.0
LIMIT_RPM, LATENCY_S = 600, 0.3


@dataclass
class Measured:
    """One round of one client, as the client and as the server saw it."""

    row: str
    round: int
    count: int
    date: str
    result: JobResult | None = None
    requests: int = 0
    refused: int = 0
    """Responses with status 429."""
    failure: str = ""
    """Why there is no result."""


@dataclass
class Report:
    """All rounds of a run."""

    machine: Mapping[str, str]
    rpm: int
    measured: list[Measured] = field(default_factory=list[Measured])
    quick: bool = False

    def of(self, row: Row) -> list[tuple[Measured, JobResult]]:
        """Return the rounds of a row that have a result."""
        return [(each, each.result) for each in self.measured if each.row == row.name and each.result]

    def without(self, rows: Iterable[Row]) -> Report:
        """Return a report without the rounds of *rows*."""
        names = {row.name for row in rows}
        return replace(self, measured=[each for each in self.measured if each.row not in names])

    def failure(self, row: Row) -> str:
        """Return why a row has no result."""
        return next((each.failure for each in self.measured if each.row == row.name and each.failure), "")


def missed(report: Report, rows: Iterable[Row]) -> list[str]:
    """Return the bounds that aiogroq missed, as sentences."""
    texts: list[str] = []
    for row in rows:
        for each, found in report.of(row):
            if row.peer != "aiogroq":
                continue
            most_s = ideal_s(each.count, report.rpm) + MAX_SECONDS_OVER_IDEAL
            checks = (
                (found.seconds > most_s, f"{found.seconds:.1f} s instead of at most {most_s:g} s"),
                (found.done < each.count, f"{each.count - found.done} items lost"),
                (found.wrong > 0, f"{found.wrong} items wrong"),
                (row.is_limit_known and each.refused > 0, f"{each.refused} responses with status 429"),
                (bool(found.note), found.note),
            )
            texts += [f"{row.name}: {text}" for is_missed, text in checks if is_missed]
    return texts


def table(report: Report, rows: Iterable[Row]) -> list[str]:
    """Return the table of all clients."""
    lines = [
        "| client | limit given | seconds | of the ideal rate | lost | requests | 429s | CPU s | RSS MiB | |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        found = report.of(row)
        given = "yes" if row.is_limit_known else "no"
        if not found:
            if failure := report.failure(row):
                lines.append(f"| {row.name} | {given} | {failure.replace('|', '/')} | | | | | | | |")
            continue
        cells = [
            row.name,
            given,
            _spread([result.seconds for _, result in found], "{:.1f}"),
            _rate(report, found),
            _range([each.count - result.done for each, result in found]),
            _range([each.requests for each, _ in found]),
            _range([each.refused for each, _ in found]),
            _spread([result.cpu_s for _, result in found], "{:.1f}"),
            f"{max(result.rss_mib for _, result in found):.0f}",
            next((result.note for _, result in found if result.note), ""),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _rate(report: Report, found: list[tuple[Measured, JobResult]]) -> str:
    """Return the rate of a client that lost nothing, in percent of the ideal rate."""
    if not ideal_s(found[0][0].count, report.rpm) or any(each.count > result.done for each, result in found):
        return ""
    return f"{statistics.median(ideal_s(e.count, report.rpm) / r.seconds for e, r in found):.1%}"


def _spread(values: list[float], form: str) -> str:
    middle = form.format(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({form.format(min(values))} to {form.format(max(values))})"


def _range(values: list[int]) -> str:
    least, greatest = min(values), max(values)
    return f"{least:,}" if least == greatest else f"{least:,} to {greatest:,}"


def caption(report: Report, rows: Iterable[Row]) -> str:
    """Return what was measured, when and where."""
    count = next((each.count for each in report.measured), 0)
    rounds = max((each.round + 1 for each in report.measured), default=1)
    dates = sorted({each.date for each in report.measured})
    kind = report.machine
    return (
        f"{count:,} chat requests to the embedded server, which allows {report.rpm} a minute and responds after {LATENCY_S} s: "
        f"the shortest possible time is {ideal_s(count, report.rpm):g} s. Taken {' to '.join(dict.fromkeys((dates[0], dates[-1])))} "
        f"on {kind['cores']} cores, {kind['system']}, {kind['python']}. Each client ran alone in its own process, with a new "
        f"server; aiogroq {rounds} times (median, least and greatest), the others once. *Lost* are items whose text did not "
        "reach the caller; with lost items there is no rate. CPU is without imports, RSS with them. Generated by "
        "`python -m benchmarks jobs`."
    )


def versions(report: Report, rows: Iterable[Row]) -> str:
    """Return the versions of the packages of each client."""
    parts: dict[str, None] = {}
    for row in rows:
        for _, result in report.of(row)[:1]:
            packages = ", ".join(f"{name} {number}" for name, number in result.versions.items())
            parts[f"{row.peer} ({packages})"] = None
    return f"Versions: {'; '.join(parts)}."


def markdown(report: Report, rows: Iterable[Row]) -> str:
    """Return the whole report."""
    rows = list(rows)
    lines = ["# One job under a rate limit, side by side", ""]
    if report.quick:
        lines += [
            "**From the quick run, which only checks that everything runs: the figures mean nothing.**",
            "",
        ]
    lines += [caption(report, rows), "", *table(report, rows), "", versions(report, rows), ""]
    return "\n".join(lines)


def summary(report: Report, rows: Iterable[Row]) -> str:
    """Return the table for docs/performance.md."""
    rows = list(rows)
    return "\n".join([caption(report, rows), "", *table(report, rows)])


def today() -> str:
    """Return the date of a measurement."""
    return date.today().isoformat()


def save(report: Report, path: Path) -> None:
    """Write the results as JSON."""
    path.write_text(json.dumps(asdict(report), indent=1) + "\n")


def load(path: Path) -> Report:
    """Read results that `save` wrote."""
    values = json.loads(path.read_text())
    measured = [
        Measured(**{**each, "result": JobResult(**each["result"]) if each["result"] else None})
        for each in values.pop("measured")
    ]
    return Report(**values, measured=measured)
