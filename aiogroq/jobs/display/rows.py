"""`rows`: the panel of a job as rows of styled texts, for a given width. Knows no terminal."""

from __future__ import annotations

from ..progress import LimitState, Progress
from .texts import bar, clock_time, count, details, left_text, limit_text, percent, shorten

Segment = tuple[str, str]
"""A text and its style: ``name``, ``dim``, ``done``, ``rest``, ``bad``, ``binding``, ``message`` or empty."""
MIN_WIDTH = 40
MAX_WIDTH = 100
_GAP = "   "
_MIN_BAR_WIDTH = 8
_WAITING = "<- waiting on this"


def rows(progress: Progress, width: int, *, is_ascii: bool = False) -> list[list[Segment]]:
    """Return the rows of the panel, each at most ``width`` characters long (at least `MIN_WIDTH`)."""
    width = max(MIN_WIDTH, min(MAX_WIDTH, width))
    bar_width = 21 if width >= 78 else max(6, width // 6)
    found = [_head(progress, width), _items(progress, width, is_ascii)]
    found += [_limit(limit, width, bar_width, is_ascii) for limit in progress.limits]
    left = left_text(progress)
    parts = [f"left {left}"] if left is not None and not _is_over(progress) else []
    found += [[(f" {line}", "dim")] for line in _lines([*parts, *details(progress)], width - 1)]
    if progress.message:
        found += [[(f" {line}", "message")] for line in _words(progress.message, width - 1)]
    return found


def _is_over(progress: Progress) -> bool:
    return progress.total is not None and progress.settled >= progress.total


def _head(progress: Progress, width: int) -> list[Segment]:
    elapsed = clock_time(progress.elapsed_s)
    model = progress.model if progress.via == "live" else f"{progress.model} ({progress.via})"
    room = width - len(elapsed) - 2
    name = shorten(progress.name, max(room - len(model) - len(_GAP), room // 2))
    model = "" if model == name else shorten(model, room - len(name) - len(_GAP))
    blank = width - len(name) - len(_GAP) - len(model) - len(elapsed)
    return [(name, "name"), (_GAP, ""), (model, "dim"), (" " * blank, ""), (elapsed, "dim")]


def _items(progress: Progress, width: int, is_ascii: bool) -> list[Segment]:
    settled, total = progress.settled, progress.total
    failed: list[Segment] = [(f"{_GAP}{count(progress.failed)} failed", "bad")] if progress.failed else []
    if total is None:
        text = f"{count(settled)} items"
        if width >= 60:
            text += ", end not known yet"
        return [(text, ""), *failed]
    of = f"{count(settled).rjust(len(count(total)))} / {count(total)}"
    texts = f"{percent(settled, total).rjust(5)}{_GAP}{of}"
    # Room for the number of failed items, so that the bar does not jump when the first one fails.
    bar_width = width - len(_GAP) - len(texts) - max(len(_GAP) + 9, sum(len(text) for text, _ in failed))
    if bar_width < _MIN_BAR_WIDTH:
        return [(f" {texts}", ""), *failed]
    texts = _GAP + texts
    fraction = settled / total if total else 1.0
    filled = int(fraction * bar_width)
    if is_ascii:
        return [("#" * filled, "done"), ("." * (bar_width - filled), "rest"), (texts, ""), *failed]
    half = "╸" if fraction * bar_width - filled >= 0.5 and filled < bar_width else ""
    rest = bar_width - filled - len(half)
    return [("━" * filled + half, "done"), ("━" * rest, "rest"), (texts, ""), *failed]


def _limit(limit: LimitState, width: int, bar_width: int, is_ascii: bool) -> list[Segment]:
    style = "binding" if limit.is_binding else ""
    drawn = bar(limit.used / limit.limit if limit.limit else 1.0, bar_width, is_ascii=is_ascii)
    text = limit_text(limit) + (" (learned)" if limit.is_learned else "")
    found: list[Segment] = [(f" {limit.kind:<5}", style), (drawn, style or "done")]
    room = width - 6 - bar_width - 1
    if limit.is_binding:
        mark = _WAITING if len(text) + 2 + len(_WAITING) <= room else "<-"
        text = shorten(text, room - len(mark) - 2)
        return [*found, (f" {text}", style), (f"  {mark}", style)]
    return [*found, (f" {shorten(text, room)}", "")]


def _lines(parts: list[str], width: int) -> list[str]:
    """Join parts into as few lines as hold them."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(_GAP) + len(part) <= width:
            lines[-1] += _GAP + part
        else:
            lines.append(shorten(part, width))
    return lines


def _words(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(shorten(word, width))
    return lines
