"""What a run has measured, and the figures in it: medians of pairwise ratios, with their spread."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from .plan import Client
from .spec import Found

Figure = Callable[[Found], float]


NOT_INSTALLED = "not installed"
"""How the failure of a client begins whose package is not here."""


class Measured(msgspec.Struct):
    """One measurement in its round."""

    row: str
    client: str
    loop: str
    round: int
    found: Found | None
    server_share: float = 0.0
    """How busy the server was, 1 being all the time: near 1 the wall time is the server's."""
    failure: str = ""


class Results(msgspec.Struct):
    """All measurements of a run."""

    machine: dict[str, str]
    versions: dict[str, str]
    quick: bool
    measured: list[Measured] = []
    planned: int = 0
    """How many measurements were to be made."""
    is_interrupted: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every measurement of the plan was made and has its figures."""
        found = sum(each.found is not None for each in self.measured)
        return not self.is_interrupted and found == self.planned

    def found(self, row: str, client: Client) -> dict[int, Found]:
        """What a client's measurements of a row found, by round."""
        return {
            each.round: each.found
            for each in self.measured
            if each.row == row and (each.client, each.loop) == client and each.found is not None
        }

    def failures(self, row: str, client: Client) -> list[str]:
        """Why a client's measurements of a row have no figures."""
        return [
            each.failure
            for each in self.measured
            if each.row == row and (each.client, each.loop) == client and each.failure
        ]

    def median(self, row: str, client: Client, figure: Figure) -> float | None:
        """The middle of a figure over the rounds."""
        values = [figure(found) for found in self.found(row, client).values()]
        return statistics.median(values) if values else None

    def ratio(self, row: str, over: Client, under: Client, figure: Figure) -> Ratio | None:
        """*over* to *under*, each pair measured in the same round one soon after the other."""
        above, below = self.found(row, over), self.found(row, under)
        return ratio_of([(figure(above[n]), figure(below[n])) for n in above.keys() & below.keys()])

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


class Ratio(NamedTuple):
    """The median of pairwise ratios, and the least and the greatest of them."""

    median: float
    least: float
    greatest: float


def ratio_of(pairs: list[tuple[float, float]]) -> Ratio | None:
    """The ratios of pairs; None where there is none."""
    ratios = [over / under for over, under in pairs if under > 0]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios)) if ratios else None


def cpu(found: Found) -> float:
    """CPU microseconds a unit."""
    return found.cpu_us


def wall(found: Found) -> float:
    """Wall microseconds a unit."""
    return found.wall_us


def value(name: str) -> Figure:
    """A figure of another kind, by its name."""
    return lambda found: found.values[name]


def load(path: Path) -> Results:
    """Read what `Results.save` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
