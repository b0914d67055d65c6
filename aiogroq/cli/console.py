"""All that is imported of rich: the console, a table, a progress bar. Imported when a command runs."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

_WIDEST = 100


def make_console() -> Console:
    """A console on standard output that takes texts as they are: no markup, no emoji names, no colours of its own.

    In a pipe or a file it writes no control characters.
    """
    console = Console(markup=False, emoji=False, highlight=False)
    if console.width > _WIDEST:
        console.width = _WIDEST
    return console


def make_table(*headings: str, right_aligned: str = "") -> Table:
    """A table without a frame."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="right" if heading == right_aligned else "left", overflow="fold")
    return table


def make_progress(console: Console) -> Progress:
    """A bar that counts what is done."""
    return Progress(
        TextColumn("    {task.description}"), BarColumn(32), MofNCompleteColumn(), console=console
    )
