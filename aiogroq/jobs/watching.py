"""`Watch`: shows and records the progress of one run of a job."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..transport.threads import FILES, run
from .display import Display, DisplayKind, make_display
from .errors import JobInputError
from .history import History, history_path
from .progress import Progress
from .results import JobReport

_log = logging.getLogger("aiogroq")
INTERVAL_S = 0.25
"""How often a display is asked to draw. It draws more rarely where that is enough."""


class Watch:
    """The display of a job, and its history where it has a journal. Their errors end them, never the job."""

    def __init__(self, display: Display, journal: Path | None, *, is_own: bool) -> None:
        self._display = display
        self._history = None if journal is None else History(history_path(journal))
        self._is_own = is_own
        self._is_broken = False

    @classmethod
    def of(cls, progress: bool | DisplayKind | Display, journal: Path | None) -> Watch | None:
        """Return what an argument ``progress`` asks for; None for False. To be called in the thread of the user: a notebook
        shows the display in the cell that runs there. Raises `JobInputError`."""
        if progress is False:
            return None
        if isinstance(progress, Display):  # its owner closes it
            return cls(progress, journal, is_own=False)
        given: Any = progress
        if given is not True and not isinstance(given, str):
            raise JobInputError(
                f"progress must be True, False, 'auto', 'panel', 'lines', 'notebook' or a display, not {progress!r}"
            )
        return cls(make_display("auto" if progress is True else progress), journal, is_own=True)

    async def run(self, progress: Callable[[], Progress]) -> None:
        """Show and record the progress until this is cancelled."""
        while not self._is_broken:
            now = progress()
            self._show(now)
            if self._history is not None and self._history.is_due:
                await run(FILES, self._history.update, now)
            await asyncio.sleep(INTERVAL_S)

    async def end(self, progress: Progress, report: JobReport) -> None:
        """Show and record the last state and the report."""
        self._show(progress)
        if self._is_own:
            with contextlib.suppress(Exception):
                self._display.close(report)
        if self._history is not None:
            await run(FILES, self._history.finish, progress)

    def _show(self, progress: Progress) -> None:
        if self._is_broken:
            return
        try:
            self._display.update(progress)
        except Exception:
            self._is_broken = True
            _log.exception("the display of the job ends here, because of an error in it")
