"""What one measurement is, and what it found: the two values that pass between the harness and its children."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement of one client in one process."""

    work: str
    """Which work: a module of `benchmarks.work`."""
    client: str
    """Which client: a name of `benchmarks.clients`."""
    loop: str = "asyncio"
    """``asyncio`` or ``uvloop``; blocking clients choose for themselves."""
    url: str = ""
    """Where the load server is: ``https`` where the work is over TLS."""
    control_url: str = ""
    """Where the load server tells its counts, never over TLS."""
    ca_file: str = ""
    """The certificate of the authority that signed the server's; empty where nothing is over TLS."""
    core: int | None = None
    """The core to stay on."""
    params: Mapping[str, Any] = {}
    """What the work is told: counts, sizes."""


class Found(msgspec.Struct, kw_only=True):
    """What a measurement found."""

    units: int = 0
    """How many of the things were done (requests, events, bytes) that the figures are for."""
    cpu_s: float = 0.0
    """CPU time of the process while they were done."""
    wall_s: float = 0.0
    """Time on the clock."""
    values: dict[str, float] = {}
    """Figures of other kinds, by name with their unit in it."""
    requests: int = 0
    """Requests that the server must have seen since the start of the process; 0 where that is not known."""
    lost: dict[str, int] = {}
    """How many calls ended with an error, by the kind of error."""

    @property
    def cpu_us(self) -> float:
        """CPU microseconds a unit."""
        return self.cpu_s / self.units * 1e6

    @property
    def wall_us(self) -> float:
        """Wall microseconds a unit."""
        return self.wall_s / self.units * 1e6
