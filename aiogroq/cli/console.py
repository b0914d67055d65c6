"""The console, tables and progress bars of rich. Imported when a command runs."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

_MAX_WIDTH = 100


def make_console() -> Console:
    """Return a console on standard output that prints text unchanged: no markup, no emoji names, no highlighting.

    It writes no control characters to a pipe or a file.
    """
    console = Console(markup=False, emoji=False, highlight=False)
    if console.width > _MAX_WIDTH:
        console.width = _MAX_WIDTH
    return console


def make_table(*headings: str, right_aligned: str = "") -> Table:
    """Return a table without borders."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="right" if heading == right_aligned else "left", overflow="fold")
    return table


def make_progress(console: Console) -> Progress:
    """Return a progress bar with a count."""
    return Progress(
        TextColumn("    {task.description}"), BarColumn(32), MofNCompleteColumn(), console=console
    )
