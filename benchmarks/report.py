"""Formats results and targets as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .plan import Client, Row, label
from .results import NOT_INSTALLED, Figure, Ratio, Results, cpu, value, wall
from .spec import Result
from .targets import Target, judge

_EXTRA_FIGURES = {
    "delay": (
        "first_p50_us", "first_p99_us", "token_p50_us", "token_p99_us", "lag_p99_us",
    ),
    "memory": ("kib_each",),
    "cold": ("tls_started", "tls_opened", "tls_resumed", "failed", "p50_ms", "p99_ms"),
    "growth": ("part_0_us", "part_9_us", "second_half_to_first", "rss_first_mib", "rss_last_mib"),
    "start": ("rss_mib",),
    "transfer": ("peak_mib", "grown_mib"),
}  # fmt: skip


def value_ms(found: Result) -> float:
    """Return wall milliseconds."""
    return found.wall_s * 1e3


def markdown(results: Results, rows: Iterable[Row]) -> str:
    """Return the whole report."""
    lines = ["# Benchmarks", "", _caption(results), ""]
    if results.quick:
        lines += [
            "**From the quick run, which only checks that everything runs: the figures mean nothing.**",
            "",
        ]
    lines += ["## Targets", "", *target_table(judge(results)), ""]
    for row in rows:
        if any(each.row == row.name for each in results.measured):
            lines += [f"## {row.name[0].upper()}{row.name[1:]}", "", *_row_table(results, row), ""]
    failures = [each for each in results.measured if each.failure]
    if failures:
        lines += ["## Failures", ""]
        for each in failures:
            reason = each.failure.strip().splitlines()[-1]
            lines.append(
                f"- {each.row}, {label((each.client, each.loop))}, round {each.round + 1}: `{reason}`"
            )
        lines.append("")
    return "\n".join(lines)


_SUMMARY_CLIENTS = (
    "aiogroq",
    "groq",
    "groq+aiohttp",
    "openai",
    "openai+aiohttp",
    "hand-written",
    "plain aiohttp",
)
_SUMMARY: tuple[tuple[str, str, Figure, str], ...] = (
    ("chat, 1 concurrent", "asyncio", cpu, "CPU us per request"),
    ("chat, 50 concurrent", "asyncio", cpu, "CPU us per request"),
    ("chat, 1,000 concurrent", "asyncio", cpu, "CPU us per request"),
    ("streams, 50 concurrent", "asyncio", cpu, "CPU us per event"),
    ("sync chat, sequential", "sync", wall, "wall us per request"),
    ("sync chat, 32 threads", "sync", wall, "wall us per request"),
    ("sync stream", "sync", cpu, "CPU us per event"),
    ("embeddings, 64 of 768, float", "asyncio", cpu, "CPU us per request"),
    ("embeddings, 64 of 768, base64", "asyncio", cpu, "CPU us per request"),
    ("a prompt of 1 MiB", "asyncio", cpu, "CPU us per request"),
    ("download 64 MiB to a file", "asyncio", cpu, "CPU us per MiB"),
    ("upload 25 MiB from a file", "asyncio", cpu, "CPU us per MiB"),
    ("cold over TLS, 3,000 calls, 0 ms", "asyncio", value_ms, "ms in all"),
    ("cold over TLS, 3,000 calls, 300 ms", "asyncio", value_ms, "ms in all"),
    ("import", "sync", value_ms, "ms, the interpreter's start included"),
    ("memory of 1,000 open streams", "asyncio", value("kib_each"), "KiB each"),
)  # fmt: skip


def summary(results: Results) -> str:
    """Return the most important rows, client by client, for docs/performance.md."""
    machine = results.machine
    lines = [
        f"Medians, taken {machine['date']} on {machine['cores']} cores, {machine['system']}, {machine['python']}; each "
        "client in its own process, in turn, against one local server. Lower is better.",
        "",
        f"| | unit | {' | '.join(_SUMMARY_CLIENTS)} |",
        "|---" * (2 + len(_SUMMARY_CLIENTS)) + "|",
    ]
    for row, loop, figure, unit in _SUMMARY:
        cells = [_summary_cell(results, row, (client, loop), figure) for client in _SUMMARY_CLIENTS]
        lines.append(f"| {row} | {unit} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _summary_cell(results: Results, row: str, client: Client, figure: Figure) -> str:
    median = results.median(row, client, figure)
    if median is None:
        return ""
    # A client with failed calls looks fast, so the share is shown.
    found = results.by_round(row, client).values()
    failed, calls = sum(sum(each.failed.values()) for each in found), sum(each.units for each in found)
    return f"{median:,.1f}" + (f" ({failed / calls:.1%} failed)" if failed else "")


def target_table(targets: Iterable[Target]) -> list[str]:
    """Return the targets as a Markdown table."""
    lines = ["| target | figure | bound | measured | spread | |", "|---|---|---|---|---|---|"]
    for target in targets:
        got = "" if target.got is None else f"{target.got.median:.2f}"
        lines.append(
            f"| {target.number} | {target.text} | {target.bound} | {got} | {spread(target.got)} | {target.verdict} |"
        )
    return lines


def spread(ratio: Ratio | None) -> str:
    """Return the range of the ratios."""
    return "" if ratio is None else f"{ratio.least:.2f} to {ratio.greatest:.2f}"


def _caption(results: Results) -> str:
    machine, versions = results.machine, results.versions
    packages = ", ".join(f"{name} {number}" for name, number in versions.items())
    return (
        f"Taken {machine['date']} on {machine['cores']} cores, {machine['system']}, {machine['python']}, with {packages}. "
        "Each measurement ran in its own process on one core, the server on another, the clients in turn. Times are "
        "medians of the rounds; ratios are medians of the ratios of the same round, to aiogroq on asyncio, with the minimum "
        "and the maximum in brackets."
    )


def _row_table(results: Results, row: Row) -> list[str]:
    first = row.clients[0]
    names = _EXTRA_FIGURES.get(row.workload, ())
    lines = [_head(row, names), "|---" * (1 + len(names) + (4 if row.unit else 0)) + "|"]
    for client in row.clients:
        if not results.by_round(row.name, client):
            failures = results.failures(row.name, client)
            if failures:
                is_missing = failures[0].startswith(NOT_INSTALLED)
                lines.append(f"| {label(client)} | {NOT_INSTALLED if is_missing else 'failed'} |")
            continue
        cells = [label(client)]
        if row.unit:
            cells += [*_time_cells(results, row, client, first)]
        cells += [f"{results.median(row.name, client, value(name)):,.1f}" for name in names]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, *_failed_calls(results, row)]


def _failed_calls(results: Results, row: Row) -> list[str]:
    """Return the number of failed calls by kind of error, over all rounds."""
    lines: list[str] = []
    for client in row.clients:
        found = list(results.by_round(row.name, client).values())
        counts = Counter[str]()
        for each in found:
            counts.update(each.failed)
        if counts:
            kinds = ", ".join(f"{number:,} {kind}" for kind, number in counts.most_common())
            calls = sum(each.units for each in found)
            lines.append(
                f"- {label(client)} failed calls: {kinds}, of {calls:,} calls in {len(found)} rounds"
            )
    return ["", *lines] if lines else []


def _head(row: Row, names: Iterable[str]) -> str:
    head = ["client"]
    if row.unit:
        head += [f"CPU us per {row.unit}", "ratio to aiogroq", f"wall us per {row.unit}", "ratio to aiogroq"]
    return f"| {' | '.join([*head, *(_heading(name) for name in names)])} |"


def _heading(name: str) -> str:
    return (
        name.replace("_", " ").replace("tls", "TLS").replace(" mib", " MiB").replace("kib each", "KiB each")
    )


def _time_cells(results: Results, row: Row, client: Client, first: Client) -> list[str]:
    cells: list[str] = []
    for figure in (cpu, wall):
        cells.append(f"{results.median(row.name, client, figure):,.1f}")
        ratio = results.ratio(row.name, client, first, figure)
        cells.append("" if ratio is None or client == first else f"{ratio.median:.2f} ({spread(ratio)})")
    return cells
