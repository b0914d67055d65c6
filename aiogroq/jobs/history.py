"""`History`: the states of a job over time, as a file of JSON lines beside its journal."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from .progress import Progress

INTERVAL_S = 5.0
MAX_LINES = 2_000
"""When there are more, every second line is removed and the interval doubles: a job of days has a short history too."""


class History:
    """Appends a line with the fields of `Progress` and the time (``at``, Unix seconds) every few seconds.

    A new run goes on in the same file. A history is no journal: lines may be lost with the process.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        clock: Callable[[], float] = time.time,
        interval_s: float = INTERVAL_S,
        max_lines: int = MAX_LINES,
    ) -> None:
        self.path: Path = Path(path)
        self._clock = clock
        self._interval_s = interval_s
        self._max_lines = max_lines
        self._next_at_s: float | None = None
        self._last: Progress | None = None
        self._lines: int | None = None

    def update(self, progress: Progress) -> None:
        """Append a line where one is due. Raises `OSError`."""
        self._last = progress
        now_s = self._clock()
        if self._next_at_s is None or now_s >= self._next_at_s:
            self._next_at_s = now_s + self._interval_s
            self._append(progress, now_s)

    def close(self, report: object = None) -> None:
        """Append the last state."""
        last, self._last = self._last, None
        if last is not None:
            self._append(last, self._clock())

    def _append(self, progress: Progress, now_s: float) -> None:
        if self._lines is None:
            self._lines = self._count()
        fields: dict[str, Any] = {"at": round(now_s, 3), **msgspec.to_builtins(progress)}
        with self.path.open("ab") as file:
            file.write(msgspec.json.encode(fields) + b"\n")
        self._lines += 1
        if self._lines > self._max_lines:
            self._thin()

    def _count(self) -> int:
        """Return the number of lines of an earlier run. A line that was not written whole is ended."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return 0
        if content and not content.endswith(b"\n"):
            with self.path.open("ab") as file:
                file.write(b"\n")
        return content.count(b"\n")

    def _thin(self) -> None:
        lines = self.path.read_bytes().splitlines(keepends=True)
        kept = lines[::2]
        temporary = self.path.with_name(f"{self.path.name}.part")
        temporary.write_bytes(b"".join(kept))
        temporary.replace(self.path)
        self._lines = len(kept)
        self._interval_s *= 2
