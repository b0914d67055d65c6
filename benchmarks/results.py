"""The measurements of a run, and statistics over them: medians of pairwise ratios with their spread."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from .plan import Client
from .spec import Result

Figure = Callable[[Result], float]


NOT_INSTALLED = "not installed"
"""The start of a failure message for a missing package."""


class Measured(msgspec.Struct):
    """One measurement of one round."""

    row: str
    client: str
    loop: str
    round: int
    result: Result | None
    server_share: float = 0.0
    """The server's CPU time / wall time. Near 1, the server limits the wall time."""
    failure: str = ""


class Results(msgspec.Struct):
    """All measurements of a run."""

    machine: dict[str, str]
    versions: dict[str, str]
    quick: bool
    measured: list[Measured] = []
    planned: int = 0
    """The number of planned measurements."""
    is_interrupted: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every planned measurement has a result."""
        found = sum(each.result is not None for each in self.measured)
        return not self.is_interrupted and found == self.planned

    def by_round(self, row: str, client: Client) -> dict[int, Result]:
        """Return the results of a client in a row, by round."""
        return {
            each.round: each.result
            for each in self.measured
            if each.row == row and (each.client, each.loop) == client and each.result is not None
        }

    def failures(self, row: str, client: Client) -> list[str]:
        """Return the failure messages of a client in a row."""
        return [
            each.failure
            for each in self.measured
            if each.row == row and (each.client, each.loop) == client and each.failure
        ]

    def median(self, row: str, client: Client, figure: Figure) -> float | None:
        """Return the median of a figure over the rounds."""
        values = [figure(found) for found in self.by_round(row, client).values()]
        return statistics.median(values) if values else None

    def ratio(self, row: str, over: Client, under: Client, figure: Figure) -> Ratio | None:
        """Return the ratio of *over* to *under*. Each pair is from the same round."""
        above, below = self.by_round(row, over), self.by_round(row, under)
        return ratio_of([(figure(above[n]), figure(below[n])) for n in above.keys() & below.keys()])

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


class Ratio(NamedTuple):
    """The median, minimum and maximum of pairwise ratios."""

    median: float
    least: float
    greatest: float


def ratio_of(pairs: list[tuple[float, float]]) -> Ratio | None:
    """Return the ratio of pairs, or None without pairs."""
    ratios = [over / under for over, under in pairs if under > 0]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios)) if ratios else None


def cpu(found: Result) -> float:
    """Return CPU microseconds per unit."""
    return found.cpu_us


def wall(found: Result) -> float:
    """Return wall microseconds per unit."""
    return found.wall_us


def value(name: str) -> Figure:
    """Return the figure with this name in `Result.values`."""
    return lambda found: found.values[name]


def load(path: Path) -> Results:
    """Read what `Results.save` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
