"""`LinesDisplay`: a line every ten seconds, for logs and CI."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from ..durations import clock_time
from ..progress import Progress
from .texts import Charset, costs, percent

INTERVAL_S = 10.0
_NAME = 40


class LinesDisplay:
    """Writes lines to a file that is no terminal: the first at once, the last at the end. No control characters."""

    def __init__(self, file: TextIO, clock: Callable[[], float], interval_s: float = INTERVAL_S) -> None:
        self._file: TextIO | None = file
        self._clock = clock
        self._interval_s = interval_s
        self._charset = Charset(getattr(file, "encoding", None))
        self._next_s = float("-inf")
        self._latest: Progress | None = None
        self._message = ""

    def update(self, progress: Progress) -> None:
        """Write a line if it is time for one."""
        self._latest = progress
        now_s = self._clock()
        if now_s < self._next_s:
            return
        self._next_s = now_s + self._interval_s
        self._write_progress(progress)

    def close(self, report: str = "") -> None:
        """Write the last line and the report."""
        if self._latest is not None:
            self._write_progress(self._latest)
            self._latest = None
        self._write(self._charset.encodable(report))
        self._file = None

    def _write_progress(self, progress: Progress) -> None:
        name = self._charset.fit(self._charset.clean(progress.name), _NAME)
        text = f"{name}: {progress_line(progress)}\n"
        if progress.message and progress.message != self._message:
            text += f"{name}: {self._charset.clean(progress.message)}\n"
        self._message = progress.message
        self._write(text)

    def _write(self, text: str) -> None:
        if self._file is None or not text:
            return
        try:
            self._file.write(text)
            self._file.flush()
        except (OSError, ValueError):  # closed, or nobody reads it any more: the job goes on
            self._file = None


def progress_line(progress: Progress) -> str:
    """Return the state of a job as one line of ASCII. Numbers have fixed columns as far as their width is known."""
    total = progress.total
    if total is None:
        counts = f"{progress.settled:,} items"
    else:
        counts = (
            f"{percent(progress.settled, total):>5}  {progress.settled:>{len(f'{total:,}')},} / {total:,}"
        )
    binding = next((limit.kind for limit in progress.limits if limit.is_binding), None)
    left = "unknown" if progress.remaining_s is None else clock_time(progress.remaining_s)
    parts = [clock_time(progress.elapsed_s), counts, f"left {left}", f"in flight {progress.in_flight:,}"]
    if progress.failed:
        parts.append(f"failed {progress.failed:,}")
    if progress.length:
        parts.append(f"truncated {progress.length:,}")
    if binding is not None:
        parts.append(f"waiting on {binding}")
    if progress.cost_usd is not None:
        parts.append(f"cost {costs(progress.cost_usd, progress.expected_cost_usd)}")
    if progress.rate_limited:
        parts.append(f"429s {progress.rate_limited:,}")
    if progress.retries:
        parts.append(f"retried {progress.retries:,}")
    return "  ".join(parts)
