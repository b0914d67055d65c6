"""`Counts`: what a job has counted so far."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from .outcome import ItemUsage, Outcome
from .prices import Price
from .progress import JobCounts

_FIELDS = tuple(field.name for field in fields(JobCounts))


class Counts:
    """The numbers of one run. Plain attributes: they are changed for every item."""

    def __init__(self) -> None:
        self.done: int = 0
        self.length: int = 0
        self.failed: int = 0
        self.resumed: int = 0
        self.failed_now: int = 0
        """Failed in this run."""
        self.succeeded_now: int = 0
        """With a response in this run."""
        self.in_flight: int = 0
        self.attempts: int = 0
        self.retries: int = 0
        self.rate_limited: int = 0
        self.prompt_tokens: int = 0
        self.completion_tokens: int = 0
        self.cached_tokens: int = 0
        self.audio_s: float = 0.0
        self.unused_tokens: float = 0.0
        """Completion tokens that requests of this run allowed and did not use: a service may keep what it reserved for them."""
        self.cost_usd: float | None = None
        """The cost of this run; None where no price is known."""

    @property
    def settled(self) -> int:
        """The items that have an outcome."""
        return self.done + self.length + self.failed

    def values(self) -> dict[str, Any]:
        """Return the fields of `JobCounts`, for a `Progress` or a `JobReport`."""
        return {name: getattr(self, name) for name in _FIELDS}

    def next_cost_usd(self) -> float:
        """Return the cost of this run, with that of what is in flight and of one more, as far as can be known."""
        if self.cost_usd is None or not self.succeeded_now:
            return 0.0
        return self.cost_usd * (1 + (self.in_flight + 1) / self.succeeded_now)

    def add_cost(self, price: Price | None, usage: ItemUsage, *, is_batch: bool) -> None:
        """Count what an item of this run cost."""
        if price is not None:
            self.cost_usd = (self.cost_usd or 0.0) + price.cost_usd(usage, is_batch=is_batch)

    def add(self, outcome: Outcome) -> None:
        """Count an outcome. Tokens are those of this run."""
        status = outcome.status
        if status == "done":
            self.done += 1
        elif status == "length":
            self.length += 1
        else:
            self.failed += 1
        if outcome.is_resumed:
            self.resumed += 1
            return
        if status == "failed":
            self.failed_now += 1
            return
        self.succeeded_now += 1
        usage = outcome.usage
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens
        self.cached_tokens += usage.cached_tokens
        self.audio_s += usage.audio_s
