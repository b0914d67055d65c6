"""What ``via="auto"`` means: whether a job is sent live or in batches, by its price and its deadline.

A batch costs half and takes up to its window, at least 24 hours. So it is chosen where the job has the time and the saving is
worth it, or where the rate limits of live calls would take even longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..outcome import Endpoint
from .rules import MAX_WINDOW_S, MIN_WINDOW_S, PRICE_FACTOR, endpoint_problem

MIN_REQUESTS = 100
"""Below it a job is sent live: it takes minutes."""
MIN_SAVING_USD = 1.0
"""Below it a job is sent live: a day is worth more."""


@dataclass(frozen=True)
class Choice:
    """How a job is sent."""

    via: Literal["live", "batch"]
    reason: str
    """Why, in words for the user."""


def choose_via(
    endpoint: Endpoint,
    *,
    requests: int | None,
    live_s: float | None,
    live_cost_usd: float | None,
    deadline_s: float | None = None,
    problem: str | None = None,
) -> Choice:
    """Decide between live calls and batches.

    ``requests``: how many, None if the end of the input is not known. ``live_s``: how long live calls take at the rate limits,
    ``live_cost_usd``: what they cost; each None where it is not known. ``deadline_s``: how long the job may take, None for any
    time. ``problem``: why the items cannot be sent in batches.
    """
    problem = endpoint_problem(endpoint) or problem
    if problem:
        return Choice("live", problem)
    if live_s is not None and live_s > MIN_WINDOW_S and (deadline_s is None or live_s > deadline_s):
        days = f"{live_s / 86_400:.1f} days"
        return Choice(
            "batch", f"live calls would take {days} at the rate limits; a batch takes at most 24 hours"
        )
    if deadline_s is not None and deadline_s < MIN_WINDOW_S:
        return Choice(
            "live", f"a batch may take 24 hours, and the deadline is {deadline_s / 3_600:.1f} hours"
        )
    if requests is None:
        return Choice("live", "the number of items is not known before they are read")
    if requests < MIN_REQUESTS:
        return Choice("live", f"{requests} items are few: live calls take minutes")
    if live_cost_usd is None:
        return Choice("live", "the price of the model is not known, so neither is what a batch would save")
    saving_usd = live_cost_usd * (1 - PRICE_FACTOR)
    if saving_usd < MIN_SAVING_USD:
        return Choice("live", f"a batch would save ${saving_usd:.2f}, and may take 24 hours")
    return Choice("batch", f"a batch saves ${saving_usd:.2f} of ${live_cost_usd:.2f}")


def window_for(deadline_s: float | None) -> str:
    """Return the completion window for a job with this deadline: as long as it allows, in whole hours, 24h to 7d.

    The longer the window, the fewer items expire without a result.
    """
    seconds = MIN_WINDOW_S if deadline_s is None else min(MAX_WINDOW_S, max(MIN_WINDOW_S, deadline_s))
    return f"{int(seconds // 3_600)}h"
