"""`LineDisplay`: a line every ten seconds, for logs and wherever there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from ..progress import Progress
from ..results import JobReport
from .report import report_text
from .texts import binding, clock_time, count, details, left_text, limit_text, percent

LINE_INTERVAL_S = 10.0


def line(progress: Progress) -> str:
    """Return the state of a job in one line, in ASCII but for its name."""
    settled, total = progress.settled, progress.total
    parts = [f"{progress.name}: {clock_time(progress.elapsed_s)}"]
    if total is None:
        parts.append(f"{count(settled)} items")
    else:
        parts.append(f"{percent(settled, total)}, {count(settled)} of {count(total)}")
    if progress.failed:
        parts.append(f"{count(progress.failed)} failed")
    limit = binding(progress)
    if limit is not None:
        learned = ", learned" if limit.is_learned else ""
        parts.append(f"waiting on {limit.kind} ({limit_text(limit)}{learned})")
    left = left_text(progress)
    if left is not None and (total is None or settled < total):
        parts.append(f"left {left}")
    parts += details(progress)
    if progress.message:
        parts.append(progress.message)
    return ", ".join(parts)


class LineDisplay:
    """Writes a line at the first update, then one every ``interval_s`` seconds, and the report at the end."""

    def __init__(
        self,
        file: TextIO,
        clock: Callable[[], float] = time.monotonic,
        interval_s: float = LINE_INTERVAL_S,
    ) -> None:
        self._file = file
        self._clock = clock
        self._interval_s = interval_s
        self._next_at_s: float | None = None
        self._last: Progress | None = None

    def update(self, progress: Progress) -> None:
        """Take over the state of the job, and write a line where one is due."""
        self._last = progress
        now_s = self._clock()
        if self._next_at_s is None or now_s >= self._next_at_s:
            self._next_at_s = now_s + self._interval_s
            self._write(line(progress))

    def close(self, report: JobReport | None = None) -> None:
        """Write the report, or the last state where there is none. Writes nothing for a job that never started."""
        if report is not None:
            self._write(report_text(report, self._last))
        elif self._last is not None:
            self._write(line(self._last))
        self._last = None

    def _write(self, text: str) -> None:
        encoding = getattr(self._file, "encoding", None) or "utf-8"
        text = text.encode(encoding, "replace").decode(encoding)
        self._file.write(f"{text}\n")
        self._file.flush()
