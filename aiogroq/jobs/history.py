"""`History`: the states of a job over time, as a file of JSON lines beside its journal."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from .progress import Progress

_log = logging.getLogger("aiogroq")
INTERVAL_S = 5.0
MAX_LINES = 2_000
"""When there are more, every second line is removed and the interval doubles: a job of days has a short history too."""
_BLOCK_BYTES = 1 << 16


def history_path(journal: str | os.PathLike[str]) -> Path:
    """Return the path of the history beside a journal: ``labels.csv.history.jsonl`` for ``labels.csv.journal``."""
    path = Path(journal)
    name = path.name
    for suffix in (".journal.jsonl", ".journal", ".jsonl"):
        if name.endswith(suffix) and name != suffix:
            name = name.removesuffix(suffix)
            break
    return path.with_name(f"{name}.history.jsonl")


class History:
    """Appends a line with the fields of `Progress` and the time (``at``, Unix seconds) every few seconds.

    A new run goes on in the same file. A history is no journal: lines may be lost with the process, and one that cannot be
    written ends with a warning in the log, not with an error of the job. The methods block.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Callable[[], float] = time.monotonic,
        unix_clock: Callable[[], float] = time.time,
        interval_s: float = INTERVAL_S,
        max_lines: int = MAX_LINES,
    ) -> None:
        self.path: Path = Path(path)
        self._clock = clock
        self._unix_clock = unix_clock
        self._interval_s = interval_s
        self._max_lines = max(2, max_lines)
        self._next_s = float("-inf")
        self._latest: Progress | None = None
        self._written: Progress | None = None
        self._lines: int | None = None
        self._is_broken = False

    @property
    def is_due(self) -> bool:
        """Whether `update` would write a line now. Does not block."""
        return not self._is_broken and self._clock() >= self._next_s

    def update(self, progress: Progress) -> None:
        """Append a line where one is due."""
        self._latest = progress
        if self.is_due:
            self._next_s = self._clock() + self._interval_s
            self._append(progress)

    def finish(self, progress: Progress) -> None:
        """Append the last state."""
        self._latest = progress
        self.close()

    def close(self) -> None:
        """Append the last state that was seen. May be called more than once."""
        latest, self._latest = self._latest, None
        if latest is not None and latest is not self._written:
            self._append(latest)

    def _append(self, progress: Progress) -> None:
        if self._is_broken:
            return
        self._written = progress
        fields: dict[str, Any] = {"at": round(self._unix_clock(), 3), **msgspec.to_builtins(progress)}
        try:
            if self._lines is None:
                self._lines = _lines_of(self.path)
            with self.path.open("ab") as file:
                file.write(msgspec.json.encode(fields) + b"\n")
            self._lines += 1
            if self._lines > self._max_lines:
                self._thin()
        except OSError as error:
            self._is_broken = True
            _log.warning(
                "the history of the job ends here, because %s cannot be written: %s", self.path, error
            )

    def _thin(self) -> None:
        kept = self.path.read_bytes().splitlines(keepends=True)[::2]
        temporary = self.path.with_name(f"{self.path.name}.part")
        try:
            temporary.write_bytes(b"".join(kept))
            temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)
        self._lines = len(kept)
        self._interval_s *= 2


def _lines_of(path: Path) -> int:
    """Return the number of lines of earlier runs. A line that was not written whole is removed."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return 0
    with file:
        lines, end, position = 0, 0, 0
        while block := file.read(_BLOCK_BYTES):
            lines += block.count(b"\n")
            if b"\n" in block:
                end = position + block.rindex(b"\n") + 1
            position += len(block)
        if end != position:
            file.truncate(end)
    return lines
