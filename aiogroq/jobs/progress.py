"""`Progress`: the state of a job at one moment, for displays, callbacks, reports and histories."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LimitState:
    """One kind of rate limit, as the job sees it."""

    kind: str
    """Its name, such as ``TPM``."""
    limit: float
    used: float
    """How much of it is used up or reserved at this moment."""
    window_s: float
    """The time in which it refills from empty to full."""
    is_learned: bool
    """Whether the number was learned from a response, and not given."""
    is_binding: bool
    """Whether the job is waiting for this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCounts:
    """What a job has counted. `Progress` and `JobReport` have these fields."""

    done: int
    """Items with a complete response, those of earlier runs included."""
    length: int
    """Items whose response ended at its maximum of tokens."""
    failed: int
    resumed: int
    """Items that were read from the journal of an earlier run. They count in ``done``, ``length`` and ``failed`` too."""
    attempts: int
    """Requests sent in this run."""
    retries: int
    """Requests that were sent again, in this run."""
    rate_limited: int
    """Responses with status 429, in this run."""
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    audio_s: float
    cost_usd: float | None
    """The cost of this run so far, None where the price of the model is not known."""

    @property
    def settled(self) -> int:
        """The items that have an outcome."""
        return self.done + self.length + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(JobCounts):
    """The state of a job at one moment. Counts are of items unless they say otherwise."""

    name: str
    """What the job is called, such as ``reviews.csv -> labels.csv``."""
    model: str
    via: str
    """``live`` or ``batch``."""
    total: int | None
    """None while the end of the input is not known."""
    in_flight: int
    """Requests sent and not yet responded to."""
    expected_cost_usd: float | None
    """The cost of the whole job, forecast; None where it is not known."""
    elapsed_s: float
    """Since this run began."""
    remaining_s: float | None
    """Until the end of the job, forecast; None where it is not known."""
    limits: tuple[LimitState, ...] = ()
    message: str = ""
    """What the user should know now: a limit of a day that is reached, with its forecast; the phase of a batch."""
