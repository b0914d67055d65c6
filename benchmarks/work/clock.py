"""A stopwatch for CPU and wall time, and the check that answers are right."""

from __future__ import annotations

import gc
import time
from types import TracebackType

from ..spec import Found


class WrongAnswer(AssertionError):
    """A client gave another answer than the server sent: its time is worth nothing."""


def check(got: object, expected: object) -> None:
    """Raise `WrongAnswer` where the two differ."""
    if got != expected:
        raise WrongAnswer(f"got {str(got)[:200]!r}, expected {str(expected)[:200]!r}")


class Stopwatch:
    """``with Stopwatch() as watch: ...`` then ``watch.found(units)``. Garbage of before is collected first."""

    def __enter__(self) -> Stopwatch:
        gc.collect()
        self.wall_s = time.perf_counter()
        self.cpu_s = time.process_time()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cpu_s = time.process_time() - self.cpu_s
        self.wall_s = time.perf_counter() - self.wall_s

    def found(self, units: int, requests: int = 0, **values: float) -> Found:
        """The time, for so many units."""
        return Found(units=units, cpu_s=self.cpu_s, wall_s=self.wall_s, requests=requests, values=values)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of *values* is not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
