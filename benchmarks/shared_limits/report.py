"""The figures of all parts, their bounds, and the tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from .cost import Cost
from .spec import Outcome, Scenario
from .web import Load, WebOutcome, percentile

MIN_RATE = 0.99
MAX_REFUSED = 1
MAX_UNFAIRNESS = 0.03
MAX_SENT_AFTER_KILLS = 1.02
MIN_RATE_AFTER_KILLS = 0.85
MAX_REJOIN_S = 1.0


@dataclass(frozen=True)
class Row:
    """A scenario of the table."""

    name: str
    scenario: Scenario
    has_bounds: bool = True


KILLS = {"redis_killed_at_s": 20.0, "worker_killed_at_s": 40.0}
ROWS = (
    Row("shared, limit given", Scenario()),
    Row("shared, limit given, jobs", Scenario(mode="jobs")),
    Row("shared, limit learned", Scenario(is_limit_given=False)),
    Row("shared, Redis killed for 8 s, one process killed", Scenario(**KILLS)),  # type: ignore[arg-type]
    Row("each process paces for the whole limit", Scenario(is_shared=False), has_bounds=False),
    Row(
        "each process paces for the whole limit, jobs",
        Scenario(mode="jobs", is_shared=False),
        has_bounds=False,
    ),
    Row("no pacing, 2 retries", Scenario(mode="unpaced", is_shared=False), has_bounds=False),
)


def missed(outcome: Outcome) -> list[str]:
    """Return the bounds that a scenario with a shared store missed, as sentences."""
    scenario = outcome.scenario
    is_killed = scenario.redis_killed_at_s is not None
    min_rate = MIN_RATE_AFTER_KILLS if is_killed else MIN_RATE
    # Those in flight when the first 429 comes: at most one of each caller. The service sees fewer, some are on their way.
    most_refused = MAX_REFUSED if scenario.is_limit_given else scenario.processes * scenario.callers
    checks: list[tuple[bool, str]] = [
        (outcome.rate < min_rate, f"{outcome.rate:.1%} of the rate instead of at least {min_rate:.0%}"),
        (outcome.failed > 0, f"{outcome.failed} calls failed"),
    ]
    if is_killed:
        sent, rejoined_s = outcome.sent_of_allowed, outcome.rejoined_s
        after = "never" if rejoined_s is None else f"after {rejoined_s:.2f} s"
        checks += [
            (sent > MAX_SENT_AFTER_KILLS, f"{sent:.3f} times the allowed requests instead of {MAX_SENT_AFTER_KILLS}"),
            (rejoined_s is None or rejoined_s > MAX_REJOIN_S, f"Redis used again {after} instead of {MAX_REJOIN_S:g} s"),
        ]  # fmt: skip
    else:
        even = 1 / scenario.processes
        furthest = max(outcome.shares, key=lambda share: abs(share - even))
        checks += [
            (outcome.refused > most_refused, f"{outcome.refused} 429s instead of at most {most_refused}"),
            (abs(furthest - even) > MAX_UNFAIRNESS, f"a process has {furthest:.1%} instead of {even:.0%}"),
        ]
    return [text for is_missed, text in checks if is_missed]


def figures(outcome: Outcome) -> dict[str, Any]:
    """Return the figures of a scenario for the table and the file."""
    accepted = max(1, outcome.accepted)
    return {
        "seconds": outcome.scenario.seconds,
        "rate": outcome.rate,
        "sent": len(outcome.within),
        "accepted": outcome.accepted,
        "refused": outcome.refused,
        "failed": outcome.failed,
        "sent_of_allowed": outcome.sent_of_allowed,
        "shares": outcome.shares,
        "later_shares": outcome.later_shares,
        "most_open": outcome.most_open,
        "rejoined_s": outcome.rejoined_s,
        "calls": 0.0 if outcome.scenario.redis_killed_at_s is not None else outcome.store_calls / accepted,
        "store_cpu_us": outcome.store_cpu_us,
    }


@dataclass
class Report:
    """All parts of a run; a part that was not measured is empty."""

    machine: Mapping[str, str]
    quick: bool = False
    date: str = field(default_factory=lambda: date.today().isoformat())
    processes: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, "list[dict[str, Any]]"])
    """The figures of each round, by the name of the row."""
    web: list[WebOutcome] = field(default_factory=list[WebOutcome])
    cost: list[Cost] = field(default_factory=list[Cost])

    def as_dict(self) -> dict[str, Any]:
        """Return the values of the file; of latencies the percentiles."""
        found = asdict(self)
        for each, outcome in zip(found["web"], self.web, strict=True):
            each["latencies_s"] = percentiles(outcome.latencies_s)
        return found


def percentiles(latencies_s: list[float]) -> list[float]:
    """Return p50, p90, p99 and the maximum."""
    if not latencies_s:
        return []
    return [*(percentile(latencies_s, part) for part in (0.5, 0.9, 0.99)), max(latencies_s)]


def processes_table(report: Report) -> list[str]:
    """Return the table of the processes that send as much as they may."""
    lines = [
        "| four processes | of the rate | requests | 429s | failed calls | share of each process, % | calls of Redis a request | "
        "Redis used again |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, rounds in report.processes.items():
        middle = sorted(rounds, key=lambda each: each["rate"])[len(rounds) // 2]
        calls = statistics.median(each["calls"] for each in rounds)
        rejoined = [each["rejoined_s"] for each in rounds if each["rejoined_s"] is not None]
        cells = [
            name,
            f"{middle['rate']:.1%}",
            f"{middle['sent']:,}",
            _range(each["refused"] for each in rounds),
            _range(each["failed"] for each in rounds),
            " ".join(f"{share * 100:.1f}" for share in middle["shares"]),
            f"{calls:.2f}" if calls else "",
            f"after {max(rejoined):.2f} s" if rejoined else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _range(values: Iterable[int]) -> str:
    found = list(values)
    least, greatest = min(found), max(found)
    return f"{least:,}" if least == greatest else f"{least:,} to {greatest:,}"


def web_table(report: Report) -> list[str]:
    """Return the table of the users of the web app."""
    names = {
        "shared": "shared store",
        "part": "each worker paces for its part, an eighth of the limit",
        "own": "each worker paces for the whole limit",
        "none": "no pacing, 2 retries",
    }
    lines = [
        "| workers | users | errors | 429s of the service | p50, s | p90, s | p99, s | longest, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    if report.web:
        ideal = report.web[0].load.ideal_s()
        lines.append(f"| one ideal queue | {len(ideal):,} | 0 | 0 | {_seconds(ideal)} |")
    for each in report.web:
        users = sum(each.statuses.values())
        lines.append(
            f"| {names[each.pace]} | {users:,} | {each.failed} | {each.refused} | {_seconds(each.latencies_s)} |"
        )
    return lines


def _seconds(latencies_s: list[float]) -> str:
    return " | ".join(f"{value:.2f}" for value in percentiles(latencies_s))


def cost_table(report: Report) -> list[str]:
    """Return the table of the CPU."""
    names = {"none": "no pacing", "memory": "`MemoryStore`", "redis": "`RedisStore`"}
    lines = [
        "| at the same time | store | client, CPU us a request | added us | times no pacing | requests a second | "
        "calls of Redis a request | Redis, CPU us a request |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in report.cost:
        calls = f"{each.calls:.2f} | {each.redis_us:.0f}" if each.calls else " | "
        lines.append(
            f"| {each.concurrent} | {names[each.store]} | {each.cpu_us:.0f} | {each.added_us:.0f} | {each.ratio:.2f} | "
            f"{each.per_s:,.0f} | {calls} |"
        )
    return lines


def captions(report: Report) -> dict[str, str]:
    """Return what was measured, when and where, by the name of the part."""
    kind, load, scenario = report.machine, Load(), ROWS[0].scenario
    where = f"Taken {report.date} on {kind['cores']} cores, {kind['system']}, {kind['python']}, with other programs running."
    return {
        "processes": f"Each of {scenario.processes} processes has {scenario.callers} callers, who want more than its part of "
        f"{scenario.rpm:,} requests per minute, for {scenario.seconds:g} s. *Of the rate*: the limit is full at the start, so "
        "the shortest possible time is (accepted - limit) / rate; that time, divided by the time it took. Redis is killed after "
        f"20 s and comes back empty after 8 s, and a process is killed after 40 s. {where} Generated by `python -m benchmarks "
        "shared --part processes`.",
        "web": f"FastAPI behind uvicorn with {load.workers} workers, {load.rpm:,} requests per minute. Users come at "
        f"{load.burst_hz:g} a second for {load.burst_s:g} s, more than the full limit and what flows in, then at "
        f"{load.quiet_hz:g} a second for {load.quiet_s:g} s. Latencies are of the users who were served, {load.latency_s:g} s "
        f"of them in the service. {where} Generated by `python -m benchmarks shared --part web`.",
        "cost": "One process against a server without a limit; what is added is the difference to calls without pacing in the "
        f"same round. Medians. {where} Generated by `python -m benchmarks shared --part cost`.",
    }
