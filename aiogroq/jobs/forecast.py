"""`Forecast`: makes the `Progress` of a job, with the limit that it waits for and the time that is left."""

from __future__ import annotations

from collections.abc import Sequence

from ..limits import KINDS, Level, Pacer
from .counts import Counts
from .options import JobOptions
from .progress import LimitState, Progress

_DAY_S = 86_400.0


class Forecast:
    """Looks ahead. A limit of a day is named as soon as it is what the job waits for."""

    def __init__(self, options: JobOptions, counts: Counts) -> None:
        self._options = options
        self._counts = counts
        self.is_bound_by_day: bool = False
        """Whether the job waits for a limit of a day."""

    def progress(
        self, total: int | None, pacers: Sequence[Pacer], elapsed_s: float, message: str = ""
    ) -> Progress:
        """Return the state of a job. The limits are those of the first model."""
        counts, options = self._counts, self._options
        state = pacers[0].state() if pacers else None
        levels = () if state is None else state.levels
        binding = None if state is None else state.binding
        limits = tuple(_limit_state(level, binding) for level in levels)
        remaining = None if total is None else total - counts.settled
        remaining_s = self._remaining_s(remaining, elapsed_s)
        kind = KINDS.get(binding or "")
        self.is_bound_by_day = kind is not None and kind.window_s >= _DAY_S
        if self.is_bound_by_day and not message:
            level = next((level for level in levels if level.kind == binding), None)
            if level is not None:
                remaining_s, message = self._of_day(level, remaining, remaining_s)
        cost = counts.cost_usd
        return Progress(
            name=options.name,
            model=options.requests.model or "",
            via=options.via,
            total=total,
            done=counts.done,
            length=counts.length,
            failed=counts.failed,
            resumed=counts.resumed,
            in_flight=counts.in_flight,
            attempts=counts.attempts,
            retries=counts.retries,
            rate_limited=counts.rate_limited,
            prompt_tokens=counts.prompt_tokens,
            completion_tokens=counts.completion_tokens,
            cached_tokens=counts.cached_tokens,
            audio_s=counts.audio_s,
            cost_usd=cost,
            expected_cost_usd=self._expected_cost(cost, remaining),
            elapsed_s=elapsed_s,
            remaining_s=remaining_s,
            limits=limits,
            message=message,
        )

    def _remaining_s(self, remaining: int | None, elapsed_s: float) -> float | None:
        settled_now = self._counts.succeeded_now + self._counts.failed_now
        if remaining == 0:
            return 0.0
        return None if remaining is None or not settled_now else remaining * elapsed_s / settled_now

    def _expected_cost(self, cost: float | None, remaining: int | None) -> float | None:
        succeeded = self._counts.succeeded_now
        if cost is None or remaining is None or not succeeded:
            return None
        return cost + cost / succeeded * remaining

    def _of_day(
        self, level: Level, remaining: int | None, remaining_s: float | None
    ) -> tuple[float | None, str]:
        """Return the time that is left, and what to say, of a job that waits for a limit of a day."""
        kind = KINDS[level.kind]
        rate_s = level.limit / kind.window_s
        each = self._mean_use(kind.unit)
        if remaining is not None and each is not None:
            missing = max(0.0, remaining * each - max(0.0, level.level) - level.held)
            remaining_s = missing / rate_s
        rate = f"{rate_s * 60:,.3g} {kind.unit} a minute"
        ends = "" if remaining_s is None else f", done in {duration(remaining_s)}"
        return remaining_s, f"{kind.name} of {level.limit:,.0f} is used up; continues at {rate}{ends}"

    def _mean_use(self, unit: str) -> float | None:
        counts = self._counts
        if unit == "requests":
            return 1.0
        if not counts.succeeded_now:
            return None
        if unit == "seconds":
            return counts.audio_s / counts.succeeded_now
        return (counts.prompt_tokens + counts.completion_tokens - counts.cached_tokens) / counts.succeeded_now


def _limit_state(level: Level, binding: str | None) -> LimitState:
    return LimitState(
        kind=level.kind,
        limit=level.limit,
        used=level.limit - level.level + level.held,
        window_s=KINDS[level.kind].window_s,
        is_learned=not level.is_given,
        is_binding=level.kind == binding,
    )


def duration(seconds: float) -> str:
    """Return seconds as ``2 d 4 h``, ``4 h 12 m``, ``5 m 3 s`` or ``12 s``."""
    left = round(seconds)
    for size, unit, smaller, smaller_unit in (
        (86_400, "d", 3_600, "h"),
        (3_600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if left >= size:
            return f"{left // size} {unit} {left % size // smaller} {smaller_unit}"
    return f"{left} s"
