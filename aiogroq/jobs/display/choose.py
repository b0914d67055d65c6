"""`make_display`: shows the progress of a job where it runs: a panel, lines, or a view in a notebook."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from typing import Literal, Protocol, TextIO

from ...protocol.arguments import did_you_mean
from ..errors import JobInputError
from ..progress import LimitState, Progress
from ..results import JobReport
from .lines import LinesDisplay
from .report import report_text

DisplayKind = Literal["auto", "panel", "lines", "notebook"]
"""``panel``: a terminal, with rich. ``lines``: a line every ten seconds. ``notebook``: HTML in a cell of Jupyter or Colab.
``auto``: the one that fits where the process runs."""
_KINDS = ("auto", "panel", "lines", "notebook")


class Display:
    """The display of one job. `update` is called as often as there is news: it draws when it is time to.

    An error of the terminal or file ends the display and never the job. Not to be used from two threads at once.
    """

    def __init__(self, view: _View | None) -> None:
        self._view = view
        self._limits: tuple[LimitState, ...] = ()

    def update(self, progress: Progress) -> None:
        """Show the state of the job, or do nothing where something was drawn just now."""
        self._limits = progress.limits
        if self._view is not None:
            self._view.update(progress)

    def close(
        self,
        report: JobReport | None = None,
        *,
        results: str | None = None,
        errors: str | None = None,
        resume: str | None = None,
    ) -> None:
        """Show the last state and the report, and restore the terminal. Later calls do nothing.

        ``results`` and ``errors`` are the paths of what the job wrote. ``resume`` is the command or call that goes on with a
        job that stopped early.
        """
        view, self._view = self._view, None
        if view is None:
            return
        text = ""
        if report is not None:
            text = report_text(report, self._limits, results=results, errors=errors, resume=resume)
        view.close(text)

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class _View(Protocol):
    def update(self, progress: Progress) -> None: ...
    def close(self, report: str = "") -> None: ...


def make_display(
    kind: DisplayKind | None = "auto",
    file: TextIO | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Display:
    """Return the display of one job, on ``file`` (standard error). None shows nothing.

    Raises `JobInputError` for another kind, and for one that cannot be shown here.
    """
    if kind is None:
        return Display(None)
    if kind not in _KINDS:
        hint = did_you_mean(str(kind), _KINDS) or f"; it is one of {', '.join(_KINDS)}, or None"
        raise JobInputError(f"{kind!r} is no display{hint}")
    is_given = file is not None
    # Without a console (pythonw) there is no standard error.
    stream: TextIO | None = sys.stderr if file is None else file
    if kind == "auto":
        kind = "notebook" if not is_given and is_notebook() else _kind_for(stream)
    if kind == "notebook":
        if not is_notebook():
            raise JobInputError("display='notebook' needs a notebook; use 'auto', which finds out what fits")
        from .notebook import NotebookDisplay

        return Display(NotebookDisplay(clock))
    if kind == "panel":
        if not _has_rich():
            raise JobInputError("the panel needs rich: pip install 'aiogroq[cli]', or use display='lines'")
        from .panel import PanelDisplay

        return Display(None if stream is None else PanelDisplay(stream, clock))
    return Display(LinesDisplay(stream, clock) if stream is not None else None)


def _kind_for(stream: TextIO | None) -> Literal["panel", "lines"]:
    """Return what fits a stream: a panel in a terminal that can move its cursor, where rich is installed."""
    try:
        is_terminal = stream is not None and stream.isatty()
    except (AttributeError, ValueError):  # no file, or closed
        return "lines"
    if not is_terminal or os.environ.get("TERM") in ("dumb", "unknown"):
        return "lines"
    return "panel" if _has_rich() else "lines"


def _has_rich() -> bool:
    return importlib.util.find_spec("rich") is not None


def is_notebook() -> bool:
    """Return whether this process is the kernel of a notebook: of Jupyter, Colab, or an editor."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
