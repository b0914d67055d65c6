"""`make_display`: the display that fits where the program runs."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Literal, Protocol, TextIO

from ..progress import Progress
from ..results import JobReport
from .lines import LineDisplay

DisplayKind = Literal["auto", "panel", "lines", "notebook"]


class Display(Protocol):
    """Shows the progress of a job."""

    def update(self, progress: Progress) -> None:
        """Take over the state of the job. Costs little where nothing is to be drawn yet."""
        ...

    def close(self, report: JobReport | None = None) -> None:
        """Show the end of the job: its report, or its last state where there is none."""
        ...


def make_display(
    kind: DisplayKind = "auto",
    *,
    file: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Display:
    """Return a display of this kind.

    ``auto``: a view in a notebook; a live panel where ``file`` (standard error by default) is a terminal and rich is
    installed (the extra ``cli``); otherwise a line every ten seconds. Raises `ValueError` for another kind, `ImportError` for
    a panel without rich or a notebook without IPython.
    """
    stream: TextIO = sys.stderr if file is None else file
    if kind == "auto":
        kind = _fitting(stream, is_own_file=file is not None)
    if kind == "lines":
        return LineDisplay(stream, clock)
    if kind == "panel":
        from .panel import PanelDisplay

        return PanelDisplay(stream, clock)
    if kind == "notebook":
        from .notebook import NotebookDisplay

        return NotebookDisplay(clock)
    raise ValueError(f"a display is 'auto', 'panel', 'lines' or 'notebook', not {kind!r}")


def _fitting(stream: TextIO, *, is_own_file: bool) -> DisplayKind:
    if not is_own_file and _is_notebook():
        return "notebook"
    is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    return "panel" if is_terminal and importlib.util.find_spec("rich") is not None else "lines"


def _is_notebook() -> bool:
    """Return whether the program runs in the kernel of a notebook."""
    ipython: Any = sys.modules.get("IPython")
    get_ipython = getattr(ipython, "get_ipython", None)
    return get_ipython is not None and hasattr(get_ipython(), "kernel")
