"""`Forecast`: makes the `Progress` of a job, with the limit that it waits for and the time that is left."""

from __future__ import annotations

from collections.abc import Sequence

from ..limits import KINDS, Level, Pacer
from .counts import Counts
from .forecast_rules import ItemUse, RecentRate, day_message, expected_cost_usd, is_of_day, remaining_s
from .options import JobOptions
from .progress import LimitState, Progress

_LEAST_ENDED = 20
"""So many items tell the rate at a limit of a day."""


class Forecast:
    """Looks ahead. A limit of a day is named as soon as it is what the job waits for."""

    def __init__(self, options: JobOptions, counts: Counts) -> None:
        self._options = options
        self._counts = counts
        self._rate = RecentRate()
        self.is_bound_by_day: bool = False
        """Whether the job waits for a limit of a day."""
        self._bound_at: tuple[float, int] | None = None
        """When the first item ended that had waited for a limit of a day, and how many had ended then."""
        self._settled_before_bound: int | None = None

    def progress(
        self, total: int | None, pacers: Sequence[Pacer], elapsed_s: float, message: str = ""
    ) -> Progress:
        """Return the state of a job. The limits are those of the first model."""
        counts, options = self._counts, self._options
        state = pacers[0].state() if pacers else None
        levels = () if state is None else state.levels
        binding = None if state is None else state.binding
        remaining = None if total is None else total - counts.settled
        settled_now = counts.succeeded_now + counts.failed_now
        self._rate.add(elapsed_s, settled_now)
        use = ItemUse.of(
            counts.succeeded_now,
            counts.prompt_tokens,
            counts.cached_tokens,
            counts.completion_tokens,
            counts.audio_s,
            counts.unused_tokens,
        )
        left_s = remaining_s(remaining, self._rate.per_s, levels, use, binding)
        self.is_bound_by_day = is_of_day(binding)
        if self.is_bound_by_day and remaining and left_s is not None:
            left_s = max(left_s, self._seen_left_s(elapsed_s, settled_now, remaining))
        if self.is_bound_by_day and not message:
            message = next((day_message(level, left_s) for level in levels if level.kind == binding), "")
        return Progress(
            **counts.values(),
            name=options.name,
            model=options.requests.model or "",
            via=options.via,
            total=total,
            in_flight=counts.in_flight,
            expected_cost_usd=expected_cost_usd(counts.cost_usd, settled_now, remaining),
            elapsed_s=elapsed_s,
            remaining_s=left_s,
            limits=tuple(_limit_state(level, binding) for level in levels),
            message=message,
        )

    def _seen_left_s(self, elapsed_s: float, settled: int, remaining: int) -> float:
        """Return the time that is left by the rate at a limit of a day; 0.0 until enough items have ended there.

        A service that keeps reservations counts more for an item than its usage, and no header of a limit of a day shows it.
        """
        if self._settled_before_bound is None and not self._counts.in_flight:
            self._settled_before_bound = settled
        if self._bound_at is None:
            if self._settled_before_bound is not None and settled > self._settled_before_bound:
                self._bound_at = elapsed_s, settled
            return 0.0
        since_s, before = self._bound_at
        ended = settled - before
        return remaining * (elapsed_s - since_s) / ended if ended >= _LEAST_ENDED else 0.0


def _limit_state(level: Level, binding: str | None) -> LimitState:
    return LimitState(
        kind=level.kind,
        limit=level.limit,
        used=level.limit - level.level + level.held,
        window_s=KINDS[level.kind].window_s,
        is_learned=not level.is_given,
        is_binding=level.kind == binding,
    )
