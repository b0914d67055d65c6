"""`NotebookDisplay`: one view in a notebook, which is updated in its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from html import escape
from importlib import import_module
from typing import Any

from ..progress import LimitState, Progress
from ..results import JobReport
from .lines import line
from .report import report_text
from .texts import clock_time, count, details, left_text, limit_text, percent

UPDATE_INTERVAL_S = 1.0
# Colours of the page are inherited, so that light and dark themes both are readable.
_BOX = "font-family:var(--jp-code-font-family,monospace);font-size:13px;line-height:1.6;max-width:46em"
_TRACK = "display:inline-block;width:12em;height:.7em;background:rgba(128,128,128,.3);border-radius:2px"
_FADED = "opacity:.7"


def html(progress: Progress) -> str:
    """Return the state of a job as HTML."""
    settled, total = progress.settled, progress.total
    head = (
        f"<b>{escape(progress.name)}</b> <span style='{_FADED}'>{escape(progress.model)} "
        f"{'' if progress.via == 'live' else escape(progress.via)} {clock_time(progress.elapsed_s)}</span>"
    )
    if total is None:
        items = f"{count(settled)} items, end not known yet"
    else:
        fraction = settled / total if total else 1.0
        items = (
            f"{_bar(fraction, '#2e9e5b')} {percent(settled, total)} &nbsp; {count(settled)} / {count(total)}"
        )
    if progress.failed:
        items += f" &nbsp; <span style='color:#d64541'>{count(progress.failed)} failed</span>"
    lines = [head, items, *map(_limit, progress.limits)]
    left = left_text(progress)
    figures = [*([f"left {left}"] if left is not None else []), *details(progress)]
    lines.append(f"<span style='{_FADED}'>{' &nbsp; '.join(map(escape, figures))}</span>")
    if progress.message:
        lines.append(f"<span style='color:#c77700'>{escape(progress.message)}</span>")
    return f'<div style="{_BOX}">{"<br>".join(lines)}</div>'


def _limit(limit: LimitState) -> str:
    colour = "#c77700" if limit.is_binding else "#4a7fb5"
    learned = " (learned)" if limit.is_learned else ""
    waiting = f" <span style='color:{colour}'>&larr; waiting on this</span>" if limit.is_binding else ""
    drawn = _bar(limit.used / limit.limit if limit.limit else 1.0, colour)
    name = f"<span style='display:inline-block;width:3.5em'>{escape(limit.kind)}</span>"
    return f"{name}{drawn} {escape(limit_text(limit))}{learned}{waiting}"


def _bar(fraction: float, colour: str) -> str:
    width = 100 * max(0.0, min(1.0, fraction))
    filled = f"display:block;height:100%;width:{width:.1f}%;background:{colour};border-radius:2px"
    return f"<span style='{_TRACK}'><span style='{filled}'></span></span>"


class NotebookDisplay:
    """Shows the state of a job in the output of the cell, at most once a second, then its report."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, interval_s: float = UPDATE_INTERVAL_S
    ) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._next_at_s: float | None = None
        self._last: Progress | None = None
        self._handle: Any = None

    def update(self, progress: Progress) -> None:
        """Take over the state of the job, and show it where that is due."""
        self._last = progress
        now_s = self._clock()
        if self._next_at_s is None or now_s >= self._next_at_s:
            self._next_at_s = now_s + self._interval_s
            self._show(html(progress), line(progress))

    def close(self, report: JobReport | None = None) -> None:
        """Show the last state, and the report below it."""
        last, self._last = self._last, None
        if report is None and last is None:
            return
        view, text = ("", "") if last is None else (html(last), line(last))
        if report is not None:
            text = report_text(report, last)
            view += f"<pre style='margin:.4em 0;background:none;color:inherit'>{escape(text)}</pre>"
        self._show(view, text)

    def _show(self, view: str, text: str) -> None:
        display: Any = import_module("IPython.display").display
        data = {"text/html": view, "text/plain": text}
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)
