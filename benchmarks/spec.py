"""The messages between the runner and its child processes: `Spec` in, `Result` out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement of one client in one process."""

    workload: str
    """A module of `benchmarks.workloads`."""
    client: str
    """A name of `benchmarks.clients`."""
    loop: str = "asyncio"
    """``asyncio`` or ``uvloop``. Sync clients ignore it."""
    url: str = ""
    """The URL of the load server; ``https`` for workloads over TLS."""
    control_url: str = ""
    """The URL of the load server's counters, never over TLS."""
    ca_file: str = ""
    """The CA certificate of the server; empty without TLS."""
    core: int | None = None
    """The core to bind to."""
    params: Mapping[str, Any] = {}
    """Parameters of the workload: counts, sizes."""


class Result(msgspec.Struct, kw_only=True):
    """The result of one measurement."""

    units: int = 0
    """The number of units (requests, events, bytes) that were done."""
    cpu_s: float = 0.0
    """CPU time of the process in seconds."""
    wall_s: float = 0.0
    """Wall time in seconds."""
    values: dict[str, float] = {}
    """Other figures by name. The name includes the unit."""
    requests: int = 0
    """Requests that the server must have received since the start of the process; 0 if unknown."""
    failed: dict[str, int] = {}
    """The number of failed calls by kind of error."""

    @property
    def cpu_us(self) -> float:
        """CPU microseconds per unit."""
        return self.cpu_s / self.units * 1e6

    @property
    def wall_us(self) -> float:
        """Wall microseconds per unit."""
        return self.wall_s / self.units * 1e6
