"""The arithmetic of forecasts: what is left of a job in seconds and in dollars. Pure: times are arguments.

Two rules give the time that is left, and the longer one counts. The rate of the last minutes knows everything that slows a
job, but is too high while full limits are used up at once. The limits themselves say how long the rest takes at least: a
limit refills evenly, so it takes ``(need - level) * window / limit`` seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..limits import KINDS, Level
from .durations import duration

DAY_S = 86_400.0
RECENT_S = 180.0
"""The rate of a job is that of so many seconds."""
_SAMPLE_S = 2.0
_LEAST_S = 1.0
"""Of a shorter time no rate is told."""


class RecentRate:
    """The items per second of the last minutes. Holds about a hundred samples, however long the job."""

    def __init__(self, recent_s: float = RECENT_S) -> None:
        self._recent_s = recent_s
        self._samples: deque[tuple[float, int]] = deque()
        self._last: tuple[float, int] = (0.0, 0)

    def add(self, now_s: float, settled: int) -> None:
        """Say how many items have an outcome of this run. ``now_s`` is on a clock that does not go back."""
        self._last = (now_s, settled)
        samples = self._samples
        if not samples or now_s - samples[-1][0] >= _SAMPLE_S:
            samples.append(self._last)
        # One sample from before the window stays: the window is then covered completely.
        while len(samples) > 2 and samples[1][0] <= now_s - self._recent_s:
            samples.popleft()

    @property
    def per_s(self) -> float | None:
        """The rate; None while nothing is known, 0.0 where nothing has ended for the whole window."""
        if not self._samples:
            return None
        first_s, first = self._samples[0]
        last_s, last = self._last
        if last_s - first_s < _LEAST_S or (last == first and last_s - first_s < self._recent_s):
            return None
        return (last - first) / (last_s - first_s)


@dataclass(frozen=True)
class ItemUse:
    """What one item uses on average, in the units of the limits."""

    prompt_tokens: float = 0.0
    """Without those that the service had cached: it does not count them."""
    completion_tokens: float = 0.0
    audio_s: float = 0.0
    unused_tokens: float = 0.0
    """Completion tokens that it allowed and did not use."""

    @classmethod
    def of(
        cls,
        items: int,
        prompt_tokens: int,
        cached_tokens: int,
        completion_tokens: int,
        audio_s: float,
        unused_tokens: float = 0.0,
    ) -> ItemUse | None:
        """Return the average of ``items`` items that have an outcome of this run; None if there are none."""
        if items <= 0:
            return None
        return cls(
            (prompt_tokens - cached_tokens) / items,
            completion_tokens / items,
            audio_s / items,
            unused_tokens / items,
        )

    def of_kind(self, kind: str, *, is_kept: bool = False) -> float:
        """Return what it uses of a kind of limit. ``is_kept``: the service keeps what it reserves for completion tokens."""
        if KINDS[kind].unit == "requests":
            return 1.0
        if KINDS[kind].unit == "seconds":
            return self.audio_s
        completion = self.completion_tokens + (self.unused_tokens if is_kept else 0.0)
        return {"ITPM": self.prompt_tokens, "OTPM": completion}.get(kind, self.prompt_tokens + completion)


def seconds_for(level: Level, need: float) -> float:
    """Return how long a limit takes at least to let ``need`` through, from its level now. A level below zero is owed."""
    # What is held belongs to requests in flight, and these are part of the need.
    return max(0.0, need - level.level) * KINDS[level.kind].window_s / level.limit


def remaining_s(
    items: int | None,
    rate_per_s: float | None,
    levels: Iterable[Level],
    use: ItemUse | None,
    binding: str | None,
) -> float | None:
    """Return the seconds until ``items`` more items have an outcome, None where that is not known.

    ``binding`` is the kind of limit that the job waits for. While that is one of a day, items end so rarely that the rate of
    the last minutes says nothing: the limits alone count.
    """
    if items is None or items <= 0:
        return None if items is None else 0.0
    bounds = (
        [
            seconds_for(level, items * use.of_kind(level.kind, is_kept=level.is_kept))
            for level in levels
            if level.kind in KINDS
        ]
        if use
        else []
    )
    if is_of_day(binding) and bounds:
        return max(bounds)
    if not rate_per_s:  # nothing has ended for minutes, or nothing is known yet
        return None
    return max([items / rate_per_s, *bounds])


def expected_cost_usd(cost_usd: float | None, settled: int, items: int | None) -> float | None:
    """Return the cost when ``items`` more items have an outcome, if ``settled`` items have cost ``cost_usd``."""
    if cost_usd is None or items is None:
        return None
    if not items:
        return cost_usd
    return cost_usd * (settled + items) / settled if settled > 0 else None


def is_of_day(kind: str | None) -> bool:
    """Return whether a kind of limit has a day as its window."""
    return kind is not None and kind in KINDS and KINDS[kind].window_s >= DAY_S


def day_message(level: Level, left_s: float | None) -> str:
    """Return what the user should know of a limit of a day that is used up, such as
    ``TPD of 100,000 is used up; continues at 69 tokens a minute, done in 2 d 4 h``."""
    kind = KINDS[level.kind]
    per_minute = level.limit / kind.window_s * 60
    unit = "seconds of audio" if kind.unit == "seconds" else kind.unit
    # Days refill evenly, like minutes: there is no moment at which all of it is back.
    rate = f"{per_minute:,.0f}" if per_minute >= 10 else f"{per_minute:.2g}"
    end = "" if left_s is None else f", done in {duration(left_s)}"
    return f"{level.kind} of {level.limit:,.0f} is used up; continues at {rate} {unit} a minute{end}"


def percent_reached(
    limits: Mapping[str, float], used: ItemUse, items: int, requests: int, elapsed_s: float
) -> tuple[str, float] | None:
    """Return the kind of limit that a job of ``elapsed_s`` came nearest to, and how near in percent.

    100 is the shortest time that the limit allows: what it needed beyond a full limit, over what was refilled meanwhile.
    None where the job fitted into full limits.
    """
    found: list[tuple[float, str]] = []
    for kind, limit in limits.items():
        total = requests if KINDS[kind].unit == "requests" else items * used.of_kind(kind)
        if total > limit and elapsed_s > 0:
            found.append((100 * (total - limit) * KINDS[kind].window_s / limit / elapsed_s, kind))
    if not found:
        return None
    percent, kind = max(found)
    return kind, min(100.0, percent)
