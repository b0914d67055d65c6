"""What one scenario with many processes is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["paced", "unpaced", "jobs"]

KEY = "gsk_benchmark"
MODEL = "openai/gpt-oss-20b"
WORKER_HEADER = "x-worker"
"""The header of every request that names its process."""
WINDOW_S = 60.0
"""The window of a limit of requests per minute."""


@dataclass(frozen=True)
class WorkerSpec:
    """One process that sends as much as it may."""

    index: int
    url: str
    """The URL of the service, without a path."""
    mode: Mode
    store: str
    """The URL of Redis; empty for the store of the process."""
    rpm: int | None
    """The limit that it is given, requests per minute; None if it has to learn it."""
    callers: int
    """Coroutines that send one request after the other; more than its part of the limit can serve."""
    seconds: float


@dataclass(frozen=True)
class Scenario:
    """Some processes that share an account."""

    mode: Mode = "paced"
    is_shared: bool = True
    """Whether the levels are in Redis, or each process has its own."""
    is_limit_given: bool = True
    processes: int = 4
    callers: int = 40
    rpm: int = 1200
    latency_s: float = 0.1
    seconds: float = 75.0
    redis_killed_at_s: float | None = None
    """When Redis is killed, in seconds from the first request; None for never."""
    redis_down_s: float = 8.0
    """How long it is down. It is restarted empty."""
    worker_killed_at_s: float | None = None
    """When the last process is killed; None for never."""
    store_timeout_s: float | None = None
    """How long Redis may take for one step; None for the default. With more, a busy machine has no outages but those above."""


@dataclass(frozen=True)
class Received:
    """One request that the service received."""

    at: float
    """Seconds since the epoch."""
    ended_at: float
    worker: int
    status: int


@dataclass
class WorkerResult:
    """What one process saw."""

    done: int = 0
    errors: dict[str, int] = field(default_factory=dict[str, int])
    """Calls that failed, by the name of the error."""
    cpu_s: float = 0.0
    logged: list[tuple[float, str, str]] = field(default_factory=list[tuple[float, str, str]])
    """What aiogroq logged: seconds since the epoch, level, message."""


@dataclass
class Outcome:
    """What came of a scenario."""

    scenario: Scenario
    received: list[Received]
    workers: list[WorkerResult]
    """Without the process that was killed."""
    rejoined_s: float | None = None
    """Seconds from the restart of Redis until each process that lives had used it again."""
    store_calls: int = 0
    """Calls of the script of the store. Those before the kill of Redis are lost with it."""
    store_cpu_us: float = 0.0
    """CPU of Redis for one such call, microseconds."""

    @property
    def began_at(self) -> float:
        """When the first request was received."""
        return min(each.at for each in self.received)

    @property
    def within(self) -> list[Received]:
        """The requests of the time that is measured."""
        until = self.began_at + self.scenario.seconds
        return [each for each in self.received if each.at <= until]

    @property
    def accepted(self) -> int:
        """How many requests the service accepted."""
        return sum(each.status == 200 for each in self.within)

    @property
    def refused(self) -> int:
        """Responses with status 429."""
        return sum(each.status == 429 for each in self.within)

    @property
    def allowed(self) -> float:
        """How many requests the service allows in this time: a full limit, and what flows in."""
        return self.scenario.rpm * (1 + self.scenario.seconds / WINDOW_S)

    @property
    def rate(self) -> float:
        """The rate after the full limit at the start was used up, as a part of the limit: the ideal time of what was accepted,
        ``(accepted - limit) / rate``, divided by the time that it took. It counts a late start as well."""
        flowed = self.scenario.rpm * self.scenario.seconds / WINDOW_S
        return (self.accepted - self.scenario.rpm) / flowed

    @property
    def sent_of_allowed(self) -> float:
        """The requests that were sent, rejected ones too, divided by those that the service allows."""
        return len(self.within) / self.allowed

    @property
    def shares(self) -> list[float]:
        """The part of the accepted requests of each process."""
        return self._shares([each for each in self.within if each.status == 200])

    @property
    def later_shares(self) -> list[float]:
        """The same without the full limit at the start, for which nobody has to wait."""
        accepted = sorted((each for each in self.within if each.status == 200), key=lambda each: each.at)
        return self._shares(accepted[self.scenario.rpm :])

    @property
    def most_open(self) -> int:
        """The greatest number of requests that were open at the service at one time."""
        steps = [(each.at, 1) for each in self.within] + [(each.ended_at, -1) for each in self.within]
        most = count = 0
        for _, step in sorted(steps):
            count += step
            most = max(most, count)
        return most

    @property
    def failed(self) -> int:
        """Calls that raised an error."""
        return sum(sum(each.errors.values()) for each in self.workers)

    def _shares(self, accepted: list[Received]) -> list[float]:
        counts = [0] * self.scenario.processes
        for each in accepted:
            counts[each.worker] += 1
        return [count / max(1, len(accepted)) for count in counts]
