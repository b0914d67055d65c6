"""`report_text`: what is said at the end of a job, in a few lines."""

from __future__ import annotations

from ..progress import LimitState, Progress
from ..results import JobReport
from .texts import clock_time, count, percent, price

_REASONS = {
    "complete": "complete",
    "interrupted": "interrupted",
    "max_failures": "stopped: too many items failed",
    "max_cost": "stopped: the maximum cost is reached",
    "deadline": "stopped: the deadline has passed",
    "day limit": "stopped: a limit of a day is reached",
    "error": "stopped by an error",
}


def report_text(report: JobReport, last: Progress | None = None) -> str:
    """Return the report of a job as lines of text. ``last`` is its last state, for the limits."""
    total = None if last is None else last.total
    of = "" if total is None else f" of {count(total)}"
    lines = [
        f"{report.name}: {_REASONS[report.reason]}, {count(report.settled)}{of} items "
        f"in {clock_time(report.elapsed_s)}"
    ]
    parts = [f"{count(report.done)} done"]
    if report.length:
        parts.append(f"{count(report.length)} truncated at their maximum of tokens")
    parts.append(f"{count(report.failed)} failed")
    if report.resumed:
        parts.append(f"{count(report.resumed)} of them from earlier runs")
    lines.append(f"  items     {', '.join(parts)}")
    lines.append(
        f"  requests  {count(report.attempts)} sent, {count(report.retries)} of them again, "
        f"{count(report.rate_limited)} with status 429"
    )
    used = _used(report)
    if used:
        lines.append(f"  used      {used}")
    reached = _reached(report, last)
    if reached:
        lines.append(f"  limit     {reached}")
    if report.journal:
        lines.append(f"  journal   {report.journal}")
    if report.message:
        lines.append(f"  {report.message}")
    return "\n".join(lines)


def _used(report: JobReport) -> str:
    parts: list[str] = []
    if report.prompt_tokens:
        cached = percent(report.cached_tokens, report.prompt_tokens) if report.cached_tokens else ""
        parts.append(
            f"{count(report.prompt_tokens)} prompt tokens" + (f" ({cached} cached)" if cached else "")
        )
    if report.completion_tokens:
        parts.append(f"{count(report.completion_tokens)} completion tokens")
    if report.audio_s:
        parts.append(f"{count(report.audio_s)} s of audio")
    if report.cost_usd is not None:
        parts.append(price(report.cost_usd))
    return ", ".join(parts)


def _reached(report: JobReport, last: Progress | None) -> str:
    """Return how much of each limit of a minute was used, as a share of what it allowed in this time."""
    if last is None or report.elapsed_s < 60.0:
        return ""
    parts: list[str] = []
    for limit in last.limits:
        used = _use(limit, report)
        if limit.window_s == 60.0 and used:
            # A full bucket at the start, then its rate.
            allowed = limit.limit * (1 + report.elapsed_s / limit.window_s)
            parts.append(f"{percent(min(used, allowed), allowed)} of {limit.kind} ({count(limit.limit)})")
    return ", ".join(parts)


def _use(limit: LimitState, report: JobReport) -> float:
    tokens = {"TPM": report.prompt_tokens + report.completion_tokens - report.cached_tokens}
    tokens |= {"ITPM": report.prompt_tokens - report.cached_tokens, "OTPM": report.completion_tokens}
    return float(report.attempts if limit.kind == "RPM" else tokens.get(limit.kind, 0))
