"""`PanelDisplay`: a live panel in a terminal, drawn by rich (the extra ``cli``)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from ..progress import Progress
from ..results import JobReport
from .report import report_text
from .rows import rows
from .texts import can_encode

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

DRAW_INTERVAL_S = 0.2
_STYLES = {
    "name": "bold",
    "dim": "dim",
    "done": "green",
    "rest": "bright_black",
    "bad": "red",
    "binding": "yellow",
    "message": "yellow",
}


class PanelDisplay:
    """Draws the state of a job over its last one, at most five times a second.

    What the program prints meanwhile appears above it. `close` leaves the last state, and writes the report below.
    """

    def __init__(
        self,
        file: TextIO,
        clock: Callable[[], float] = time.monotonic,
        interval_s: float = DRAW_INTERVAL_S,
    ) -> None:
        from rich.console import Console

        self._console: Console = Console(file=file, highlight=False, markup=False, emoji=False)
        self._is_ascii = not can_encode(getattr(file, "encoding", None))
        self._clock = clock
        self._interval_s = interval_s
        self._next_at_s: float | None = None
        self._last: Progress | None = None
        self._live: Live | None = None

    def update(self, progress: Progress) -> None:
        """Take over the state of the job, and draw it where that is due."""
        self._last = progress
        now_s = self._clock()
        if self._next_at_s is None or now_s >= self._next_at_s:
            self._next_at_s = now_s + self._interval_s
            self._draw(progress)

    def close(self, report: JobReport | None = None) -> None:
        """Leave the last state, give the cursor back, and write the report. May be called more than once."""
        live, self._live = self._live, None
        last, self._last = self._last, None
        if live is not None:
            try:
                if last is not None:
                    live.update(self._panel(last), refresh=True)
            finally:
                live.stop()
        if report is not None:
            self._console.print(report_text(report, last), soft_wrap=True)

    def _draw(self, progress: Progress) -> None:
        panel = self._panel(progress)
        if self._live is None:
            from rich.live import Live

            self._live = Live(panel, console=self._console, auto_refresh=False)
            self._live.start(refresh=True)
        else:
            self._live.update(panel, refresh=True)

    def _panel(self, progress: Progress) -> RenderableType:
        from rich.text import Text

        # The last column stays free: some terminals wrap a line that fills it.
        panel = Text(no_wrap=True, overflow="crop")
        lines = rows(progress, self._console.width - 1, is_ascii=self._is_ascii)
        for number, row in enumerate(lines):
            if number:
                panel.append("\n")
            for text, style in row:
                panel.append(text, _STYLES.get(style))
        return panel
