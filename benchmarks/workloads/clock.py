"""A stopwatch for CPU and wall time, and the check of responses."""

from __future__ import annotations

import gc
import time
from types import TracebackType

from ..spec import Result


class WrongResult(AssertionError):
    """A client returned something else than the server sent, so its time is meaningless."""


def check(got: object, expected: object) -> None:
    """Raise `WrongResult` if the two differ."""
    if got != expected:
        raise WrongResult(f"got {str(got)[:200]!r}, expected {str(expected)[:200]!r}")


class Stopwatch:
    """``with Stopwatch() as watch: ...`` then ``watch.result(units)``. Collects garbage before it starts."""

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

    def result(self, units: int, requests: int = 0, **values: float) -> Result:
        """Return the times for *units*."""
        return Result(units=units, cpu_s=self.cpu_s, wall_s=self.wall_s, requests=requests, values=values)


def percentile(values: list[float], share: float) -> float:
    """Return the percentile of *values*; *share* is 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
