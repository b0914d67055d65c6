"""`NotebookDisplay`: the panel of a job as HTML in the cell of a notebook. One output that is replaced, in Jupyter, Colab and
editors. Colours are those of the notebook, light or dark; rich's live display is never used there.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from html import escape
from typing import Any

from ..durations import clock_time
from ..progress import LimitState, Progress
from .rows import fact_texts, panel_rows, plain_text
from .texts import Charset, in_order, per_window, percent

INTERVAL_S = 1.0
"""Each update is a message to the browser, which a notebook stores too."""

_TRACK = "rgba(128,128,128,.25)"
_COLOURS = {"bar": "#2a9d8f", "limit": "#4c86d9", "binding": "#d98a1f", "failed": "#d9534f"}
"""Readable on white and on black."""
_FAINT = "opacity:.65"
_CELL = "padding:1px 12px 1px 0;text-align:left;border:none;background:none;white-space:nowrap"
_NUMBER = _CELL.replace("text-align:left", "text-align:right")


class NotebookDisplay:
    """Shows the panel in the cell in which it is made."""

    def __init__(self, clock: Callable[[], float], interval_s: float = INTERVAL_S) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._next_s = float("-inf")
        self._latest: Progress | None = None
        # Made now, in the thread of the cell: an update finds its place from any thread.
        self._handle: Any = _shown("<div>starting ...</div>", "starting ...")

    def update(self, progress: Progress) -> None:
        """Replace the output if it is time to."""
        self._latest = progress
        now_s = self._clock()
        if now_s < self._next_s:
            return
        self._next_s = now_s + self._interval_s
        self._replace(progress)

    def close(self, report: str = "") -> None:
        """Show the last state and the report."""
        if self._latest is not None or report:
            self._replace(self._latest, report)

    def _replace(self, progress: Progress | None, report: str = "") -> None:
        html = "" if progress is None else panel_html(progress)
        text = "" if progress is None else plain_text(panel_rows(progress, 80, Charset("utf-8")))
        if report:
            html += f'<pre style="margin:8px 0 0;color:inherit;background:none">{escape(report)}</pre>'
        self._handle.update({"text/html": html, "text/plain": text + report}, raw=True)


def _shown(html: str, text: str) -> Any:
    module: Any = importlib.import_module("IPython.display")
    return module.display({"text/html": html, "text/plain": text}, raw=True, display_id=True)


def panel_html(progress: Progress) -> str:
    """Return the panel of a job as HTML that needs no style sheet."""
    total, settled = progress.total, progress.settled
    share = 0.0 if total is None else settled / total if total else 1.0
    counts = (
        f"{settled:,} items"
        if total is None
        else f"{percent(settled, total)} &middot; {settled:,} / {total:,}"
    )
    if progress.failed:
        counts += f' &middot; <span style="color:{_COLOURS["failed"]}">{progress.failed:,} failed</span>'
    model = (
        f' <span style="{_FAINT}">{escape(progress.model)}</span>' if progress.model != progress.name else ""
    )
    message = f'<div style="color:{_COLOURS["binding"]};margin-top:4px">{escape(progress.message)}</div>'
    return (
        '<div style="color:inherit;max-width:720px;font-size:13px;line-height:1.5;font-variant-numeric:tabular-nums">'
        '<div style="display:flex;justify-content:space-between;gap:12px">'
        f'<span style="overflow-wrap:anywhere"><b>{escape(progress.name)}</b>{model}</span>'
        f"<span>{clock_time(progress.elapsed_s)}</span></div>"
        f"{_bar(share, _COLOURS['bar'], '100%')}<div>{counts}</div>"
        f"{_limits_table(progress.limits)}{_facts_table(progress)}{message if progress.message else ''}</div>"
    )


def _bar(share: float, colour: str, width: str) -> str:
    filled = f"width:{100 * min(1.0, max(0.0, share)):.1f}%;height:100%;background:{colour};border-radius:4px"
    return (
        f'<div style="width:{width};height:8px;background:{_TRACK};border-radius:4px;margin:4px 0">'
        f'<div style="{filled}"></div></div>'
    )


def _limits_table(limits: tuple[LimitState, ...]) -> str:
    if not limits:
        return ""
    return _table("".join(_limit_row(limit) for limit in in_order(limits)))


def _limit_row(limit: LimitState) -> str:
    colour = _COLOURS["binding" if limit.is_binding else "limit"]
    marks = "learned" if limit.is_learned else ""
    mark = f'<span style="{_FAINT}">{marks}</span>'
    if limit.is_binding:
        mark += f' <b style="color:{colour}">&larr; waiting on this</b>'
    share = limit.used / limit.limit if limit.limit else 1.0
    numbers = f"{max(0.0, limit.used):,.0f} of {limit.limit:,.0f}"
    return (
        f'<tr style="background:none"><td style="{_CELL}">{escape(limit.kind)}</td>'
        f'<td style="{_CELL}">{_bar(share, colour, "160px")}</td><td style="{_NUMBER}">{numbers}</td>'
        f'<td style="{_CELL}">{per_window(limit.window_s)}</td><td style="{_CELL}">{mark}</td></tr>'
    )


def _facts_table(progress: Progress) -> str:
    facts = fact_texts(progress)
    rows = (facts[start : start + 3] for start in range(0, len(facts), 3))
    return _table(
        "".join(f'<tr style="background:none">{"".join(_fact(*fact) for fact in row)}</tr>' for row in rows)
    )


def _fact(label: str, value: str) -> str:
    return f'<td style="{_CELL};{_FAINT}">{escape(label)}</td><td style="{_CELL};min-width:90px">{escape(value)}</td>'


def _table(rows: str) -> str:
    return f'<table style="border:none;border-collapse:collapse;margin:4px 0;color:inherit;font-size:13px">{rows}</table>'
