"""`report_text`: what a user reads at the end of a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...limits import KINDS
from ..durations import duration
from ..forecast_rules import ItemUse, percent_reached
from ..progress import LimitState
from ..results import JobReport, StopReason
from .texts import per_window, percent, price

_ENDINGS: Mapping[StopReason, str] = {
    "complete": "complete",
    "interrupted": "interrupted",
    "cancelled": "stopped, because batches of it were cancelled",
    "max_failures": "stopped, because too many items failed",
    "max_cost": "stopped, because the maximum cost is reached",
    "deadline": "stopped, because the deadline has passed",
    "day limit": "stopped, because a limit of a day is reached",
    "error": "stopped by an error",
}


def report_text(
    report: JobReport,
    limits: Iterable[LimitState] = (),
    *,
    results: str | None = None,
    errors: str | None = None,
    resume: str | None = None,
) -> str:
    """Return the report of a job as a few lines. ``limits`` are the last ones that were seen."""
    lines = [
        ("", f"{report.name}: {_ENDINGS[report.reason]}"),
        ("items", _items(report)),
        ("time", _time(report, limits)),
    ]
    lines.append(("requests", _requests(report)))
    if used := _used(report):
        lines.append(("used", used))
    if report.cost_usd is not None:
        lines.append(("cost", price(report.cost_usd)))
    lines += [("results", results or ""), ("errors", errors or ""), ("journal", report.journal or "")]
    lines.append(("note", report.message))
    if not report.is_complete:
        lines.append(("go on", resume or ""))
    width = max(len(label) for label, text in lines if text)
    return "".join(f" {label:<{width}}  {text}\n" if label else f"{text}\n" for label, text in lines if text)


def _items(report: JobReport) -> str:
    parts = [f"{report.done:,} done"]
    if report.length:
        parts.append(f"{report.length:,} truncated at the maximum of tokens")
    parts.append(f"{report.failed:,} failed")
    resumed = f" ({report.resumed:,} from the journal)" if report.resumed else ""
    return ", ".join(parts) + resumed


def _time(report: JobReport, limits: Iterable[LimitState]) -> str:
    """Return how long it took, and how much of its limit the job reached."""
    seconds = report.elapsed_s
    text = f"{seconds:.1f} s" if seconds < 60 else duration(seconds)
    items = max(0, report.settled - report.resumed)
    use = ItemUse.of(
        items, report.prompt_tokens, report.cached_tokens, report.completion_tokens, report.audio_s
    )
    # In less than its window a limit is used up at once, and its rate says nothing.
    numbers = {
        limit.kind: limit.limit
        for limit in limits
        if limit.kind in KINDS and limit.limit > 0 and seconds >= KINDS[limit.kind].window_s
    }
    reached = (
        None
        if use is None
        else percent_reached(numbers, use, items, report.attempts - report.rate_limited, seconds)
    )
    if reached is None:
        return text
    kind, share = reached
    return f"{text}, {share:.0f} % of {kind} ({numbers[kind]:,.0f} {per_window(KINDS[kind].window_s)})"


def _requests(report: JobReport) -> str:
    parts = [f"{report.attempts:,} sent", f"{report.retries:,} retried"]
    parts.append(f"{report.rate_limited:,} rejected with 429")
    return ", ".join(parts)


def _used(report: JobReport) -> str:
    """Return the tokens, or the audio; empty where nothing was used."""
    parts: list[str] = []
    if report.prompt_tokens or report.completion_tokens:
        cached = percent(report.cached_tokens, report.prompt_tokens)
        of_cached = f" ({cached} cached)" if report.cached_tokens else ""
        parts.append(
            f"{report.prompt_tokens:,} prompt tokens{of_cached}, {report.completion_tokens:,} completion tokens"
        )
    if report.audio_s:
        parts.append(f"{duration(report.audio_s)} of audio")
    return ", ".join(parts)
