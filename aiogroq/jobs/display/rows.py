"""The rows of the panel of a job, from its `Progress`: text with the names of styles, for terminals of any width.

Everything has its column: a number that grows, or a limit that begins to bind, moves nothing else.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from ..durations import clock_time
from ..progress import LimitState, Progress
from .texts import Charset, cells, costs, in_order, padded, per_window, percent, short

Span = tuple[str, str]
"""A text and the name of its style, one of `STYLES` or empty."""
Row = list[Span]

STYLES = {
    "title": "bold",
    "label": "dim",
    "empty": "dim",
    "bar": "cyan",
    "limit": "bright_blue",
    "binding": "yellow",
    "failed": "red",
    "message": "yellow",
}
"""The styles of spans, as rich writes them."""

MIN_WIDTH = 26
MAX_WIDTH = 100
_LEAST_BAR = 8
_WIDEST_LIMIT_BAR = 32


def panel_rows(progress: Progress, width: int, charset: Charset) -> list[Row]:
    """Return the rows of the panel, each at most ``width`` columns wide, between `MIN_WIDTH` and `MAX_WIDTH`."""
    width = min(MAX_WIDTH, max(MIN_WIDTH, width))
    rows = [_title(progress, width, charset), *_items(progress, width, charset)]
    if progress.limits:
        columns = _LimitColumns.of(progress.limits, width)
        rows += [_limit(limit, columns, charset) for limit in in_order(progress.limits)]
    rows += _facts(progress, width, charset)
    if progress.message:
        lines = textwrap.wrap(
            charset.clean(progress.message), width - 1, max_lines=4, placeholder=charset.ellipsis
        )
        rows += [[(" " + line, "message")] for line in lines]
    return rows


def plain_text(rows: Sequence[Row]) -> str:
    """Return rows as text without styles, each with a line break."""
    return "".join("".join(text for text, _ in row).rstrip() + "\n" for row in rows)


def _title(progress: Progress, width: int, charset: Charset) -> Row:
    clock = clock_time(progress.elapsed_s)
    room = width - cells(clock) - 2
    name, model = charset.clean(progress.name), charset.clean(progress.model)
    via = "" if progress.via == "live" else f" ({progress.via})"
    if model == name or cells(name) + 3 + cells(model + via) > room:
        # The name of the maker is the first to be left out, then the model; the name of the job is shortened last.
        model = "" if model == name else model.rpartition("/")[2]
        if min(cells(name), 24) + 3 + cells(model + via) > room:
            model = ""
    model += via if model else ""
    room_of_name = room - (3 + cells(model) if model else 0)
    name = charset.fit(name, room_of_name)
    gap = room - cells(name) - (3 + cells(model) if model else 0)
    middle: Row = [("   ", ""), (model, "")] if model else []
    return [(name, "title"), *middle, (" " * (gap + 2), ""), (clock, "")]


def _items(progress: Progress, width: int, charset: Charset) -> list[Row]:
    """Return the bar of items and their counts; in narrow terminals each on a row of its own."""
    total, settled = progress.total, progress.settled
    if total is None:
        counts = f"{settled:>9,} items"
        share = 0.0
    else:
        counts = f"{percent(settled, total):>5}  {settled:>{len(f'{total:,}')},} / {total:,}"
        share = settled / total if total else 1.0
    failed: Span = (f"{progress.failed:,} failed", "failed" if progress.failed else "label")
    size = cells(counts) + 2 + cells(failed[0])
    is_beside = width - size - 2 >= 2 * _LEAST_BAR
    filled, empty = charset.bar(share, width - size - 2 if is_beside else width)
    row: Row = [(filled, "bar"), (empty, "empty")]
    if is_beside:
        return [[*row, ("  ", ""), (counts, ""), ("  ", ""), failed]]
    if size <= width:
        return [row, [(counts, ""), ("  ", ""), failed]]
    return [row, [(charset.fit(counts.strip(), width), "")], [failed]]


@dataclass(frozen=True)
class _LimitColumns:
    """How wide the columns of the limits are."""

    kind: int
    bar: int
    """0 where no bar has room."""
    digits: int
    window: int
    """0 where the windows are not named."""
    learned: str
    waiting: str
    is_short: bool = False
    """Whether numbers are written as 250K."""

    @classmethod
    def of(cls, limits: Sequence[LimitState], width: int) -> _LimitColumns:
        """Return the widest columns that fit. There is room for each mark even where it is not shown now: nothing moves
        when a limit begins to bind."""
        kind = max(len(limit.kind) for limit in limits)
        digits = max(len(f"{limit.limit:,.0f}") for limit in limits)
        window = max(len(per_window(limit.window_s)) for limit in limits)
        is_any_learned = any(limit.is_learned for limit in limits)
        waiting = ""
        for learned, waiting, has_window in _MARKS:
            learned = learned if is_any_learned else ""
            numbers = 2 * digits + 4 + (1 + window if has_window else 0)
            bar = width - 1 - kind - 4 - numbers - len(learned) - len(waiting)
            if bar >= _LEAST_BAR:
                return cls(
                    kind, min(_WIDEST_LIMIT_BAR, bar), digits, window if has_window else 0, learned, waiting
                )
        is_short = width < 1 + kind + 2 + 2 * digits + 4 + len(waiting)
        return cls(kind, 0, 5 if is_short else digits, 0, "", waiting, is_short)


_MARKS = (
    ("  learned", "  <- waiting on this", True),
    ("  learned", "  <- waiting", True),
    ("", "  <- waiting", True),
    ("", "  <-", True),
    ("", "  <-", False),
)
"""What stands behind the numbers of a limit, from wide to narrow terminals, and whether its window is named."""


def _limit(limit: LimitState, columns: _LimitColumns, charset: Charset) -> Row:
    """Return the row of a limit: its kind, its bar, its numbers and whether the job waits for it."""
    style = "binding" if limit.is_binding else "limit"
    row: Row = [(f" {limit.kind:<{columns.kind}}  ", "binding" if limit.is_binding else "")]
    if columns.bar:
        filled, empty = charset.bar(limit.used / limit.limit if limit.limit else 1.0, columns.bar)
        row += [(filled, style), (empty, "empty"), ("  ", "")]
    used, whole = max(0.0, limit.used), limit.limit
    numbers = (short(used), short(whole)) if columns.is_short else (f"{used:,.0f}", f"{whole:,.0f}")
    text = f"{numbers[0]:>{columns.digits}} of {numbers[1]:>{columns.digits}}"
    if columns.window:
        text += f" {per_window(limit.window_s):<{columns.window}}"
    row.append((text, ""))
    if columns.learned:
        row.append((columns.learned if limit.is_learned else " " * len(columns.learned), "label"))
    if limit.is_binding:
        row.append((columns.waiting, "binding"))
    return row


def _facts(progress: Progress, width: int, charset: Charset) -> list[Row]:
    """Return the other numbers, in as many columns as fit."""
    columns = 3 if width >= 68 else 2 if width >= 48 else 1
    facts = fact_texts(progress)
    if columns == 2:  # the widest is in the last column
        facts.insert(1, facts.pop(2))
    labels = [
        max(least, *(len(label) for label, _ in facts[i::columns]))
        for i, least in enumerate(_LABELS[columns])
    ]
    rows: list[Row] = []
    for start in range(0, len(facts), columns):
        row: Row = [(" ", "")]
        for column, (label, value) in enumerate(facts[start : start + columns]):
            is_last = column == columns - 1
            room = (width - 1 - (columns - 1) * _FACT if is_last else _FACT - 2) - labels[column] - 2
            if cells(value) > room:
                value = charset.fit(value.partition(" of ")[0], room)
            row += [
                (f"{label:<{labels[column]}}  ", "label"),
                (value if is_last else padded(value, room + 2), ""),
            ]
        rows.append(row)
    return rows


_FACT = 23
"""The columns of a number with its label."""
_LABELS = {1: (13,), 2: (9, 13), 3: (9, 9, 13)}
"""How wide the labels are: those that come later must not move the others."""


def fact_texts(progress: Progress) -> list[tuple[str, str]]:
    """Return the other numbers of a job, each with its label, in the order of their columns."""
    facts = [
        ("left", "unknown" if progress.remaining_s is None else clock_time(progress.remaining_s)),
        ("in flight", f"{progress.in_flight:,}"),
        ("cost", costs(progress.cost_usd, progress.expected_cost_usd)),
        ("429s", f"{progress.rate_limited:,}"),
        ("retried", f"{progress.retries:,}"),
    ]
    if progress.prompt_tokens or not progress.audio_s:
        cached = percent(progress.cached_tokens, progress.prompt_tokens) if progress.prompt_tokens else "0 %"
        facts.append(("cached tokens", cached))
    if progress.audio_s:
        facts.append(("audio", clock_time(progress.audio_s)))
    if progress.resumed:
        facts.append(("resumed", f"{progress.resumed:,}"))
    if progress.length:
        facts.append(("truncated", f"{progress.length:,}"))
    return facts
