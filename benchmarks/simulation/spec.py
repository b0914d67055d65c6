"""The sizes that are simulated, and what one simulation brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

PROCESSES = (1, 10, 100, 1_000)
LATENCY_S = 0.5e-3
"""How long a call of the store is under way, both ways together, without its time in the server."""


LIMITS_RPM = (1_000, 10_000, 100_000, 1_000_000)
_GRANTS = 1_000
_GRANTS_OF_EACH = 4
_LEAST_S = 2.0


@dataclass(frozen=True)
class Size:
    """A limit, and how long it is simulated."""

    rpm: int
    warm_up_s: float
    measured_s: float


def size_of(rpm: int, processes: int) -> Size:
    """Return a size in which every process gets a few requests, after each has had one."""
    per_s = rpm / 60
    return Size(
        rpm,
        max(1.0, min(10.0, 100 / per_s), 1.2 * processes / per_s),
        max(_LEAST_S, max(_GRANTS, _GRANTS_OF_EACH * processes) / per_s),
    )


@dataclass(frozen=True)
class Costs:
    """What the server of the store takes for a call of the script: seconds. `measure_costs` measures a real one."""

    call_s: float = 70e-6
    """A call that ends one request."""
    operation_s: float = 1.5e-6
    """Each further operation of a call."""
    reserve_s: float = 85e-6
    """What a call takes in addition that reserves, and finds many processes in the line."""

    def of(self, operations: Sequence[str]) -> float:
        """Return what a call with the operations of these names takes."""
        more_s = self.reserve_s if "reserve" in operations else 0.0
        return self.call_s + self.operation_s * max(0, len(operations) - 1) + more_s


@dataclass
class Outcome:
    """What one simulation brought."""

    processes: int
    rpm: int
    measured_s: float
    counts: list[int] = field(default_factory=list[int])
    """The requests of each process that the service accepted in the measured time."""
    rejected: int = 0
    """429s in the whole time."""
    calls: int = 0
    """Calls of the script in the measured time."""
    operations: int = 0
    """The operations in them."""
    busy_s: float = 0.0
    """How long the server of the store was busy in the measured time."""

    @property
    def granted(self) -> int:
        """The requests that the service accepted in the measured time."""
        return sum(self.counts)

    @property
    def utilisation(self) -> float:
        """The part of the limit that was used."""
        return self.granted / (self.rpm / 60 * self.measured_s)

    @property
    def jain(self) -> float:
        """Jain's index of fairness: 1 where all processes got the same, 1/n where one got all."""
        squares = sum(count * count for count in self.counts)
        return self.granted**2 / (len(self.counts) * squares) if squares else 0.0

    @property
    def shares(self) -> tuple[float, float]:
        """What the processes with the least and the most got, as parts of an equal share."""
        equal = self.granted / len(self.counts)
        return (min(self.counts) / equal, max(self.counts) / equal) if equal else (0.0, 0.0)

    @property
    def calls_per_grant(self) -> float:
        """Calls of the script for each request."""
        return self.calls / self.granted if self.granted else 0.0

    @property
    def calls_per_s(self) -> float:
        """Calls of the script in a second."""
        return self.calls / self.measured_s
