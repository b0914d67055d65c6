"""`Waiter`: one request in the queue, and the errors of requests that cannot wait."""

from __future__ import annotations

import asyncio
import math
from types import TracebackType
from typing import TYPE_CHECKING

from ..errors import PacingError
from .kinds import KINDS
from .store import Ask, Never

if TYPE_CHECKING:
    from .pacer import Pacer


_WORTH_NAMING_S = 0.01
"""A request that waited for less has not waited: its store was asked."""


class Waiter:
    """One request that waits to be sent."""

    __slots__ = (
        "ask",
        "asked_at_s",
        "deadline",
        "error",
        "future",
        "is_granted",
        "is_overdue",
        "is_waiting",
        "pacer",
        "passed",
        "timer",
        "traceback",
        "until",
    )

    def __init__(self, pacer: Pacer, ask: Ask, asked_at_s: float, deadline: float = math.inf) -> None:
        self.pacer: Pacer = pacer
        self.ask: Ask = ask
        self.asked_at_s: float = asked_at_s
        self.deadline: float = deadline
        """The end of the call, on the clock of the event loop."""
        self.until: float = deadline
        """The latest time at which it may be granted: at ``deadline``, or when it has waited for `Pacing.max_wait_s`."""
        if pacer.max_wait_s is not None:
            self.until = min(deadline, asked_at_s + pacer.max_wait_s)
        self.timer: asyncio.TimerHandle | None = None
        self.is_waiting: bool = False
        self.is_overdue: bool = False
        """Whether ``until`` passed while the store was asked: it waits for the response of the store, and no longer."""
        self.passed: dict[str, float] = {}
        """How much of each kind was granted to later requests while this one was the first."""
        self.is_granted: bool = False
        self.error: Exception | None = None
        self.traceback: TracebackType | None = None
        """That of ``error`` in the store. Requests that fail with one error each begin with it."""
        self.future: asyncio.Future[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether its pacer has as many requests in flight as its options allow."""
        return self.pacer.has_all_in_flight

    def finish(self, error: Exception | None = None) -> None:
        """Grant it, or let it fail."""
        self.error = error
        self.traceback = None if error is None else error.__traceback__
        self.is_granted = error is None
        if self.future is not None and not self.future.done():
            self.future.set_result(None)


def too_long(
    waiter: Waiter, obstacle: tuple[str | None, float], what: str, now_s: float, *, is_over: bool = False
) -> PacingError:
    """Return the error of a request that would wait too long, or, with ``is_over``, has waited so long.

    ``obstacle`` is the limit that it waits for, None for none, and the seconds from now on; ``what`` says the same in words.
    """
    kind, wait_s = obstacle
    allowed_s = waiter.until - waiter.asked_at_s
    max_wait_s = waiter.pacer.max_wait_s
    if max_wait_s is not None and waiter.until == waiter.asked_at_s + max_wait_s:
        bound, remedy = f"max_wait_s={max_wait_s:g}", "Raise max_wait_s of Pacing; None is no bound"
    else:
        bound, remedy = "total timeout", "Raise the total timeout of the call"
    waited_s = now_s - waiter.asked_at_s
    if is_over:
        waits = f"waited {allowed_s:.3g} s ({bound}) for {what}"
    elif waited_s >= _WORTH_NAMING_S:
        waits = (
            f"waited {waited_s:.3g} s for {what}, would wait {wait_s:.3g} s more, and may wait {allowed_s:.3g} s in all "
            f"({bound})"
        )
    else:
        waits = f"would wait {wait_s:.3g} s for {what}, and may wait {allowed_s:.3g} s ({bound})"
    error = PacingError(f"The call was not sent: it {waits}. {remedy}.")
    error.limit_kind = kind
    error.retry_after_s = wait_s
    return error


def what_is_waited_for(waiter: Waiter, kind: str | None, model: str, most_in_flight: int) -> str:
    """Return in words what a request waits for: the limit ``kind``, or one of ``most_in_flight`` requests to end."""
    count, option = most_in_flight, ""
    if waiter.is_full:
        count, option = waiter.pacer.in_flight, f"max_in_flight={waiter.pacer.max_in_flight}; "
    elif kind is not None:
        limit = f"the rate limit {kind}" if kind in KINDS else "the retry-after of the service"
        return f"{limit} of {model}"
    end = "a stream ends when it is read or closed"
    return f"one of {count} requests in flight of {model} to end ({option}{end})"


def too_large(never: Never, model: str) -> PacingError:
    """Return the error of a request that does not fit a given limit even when that is full."""
    error = PacingError(
        f"The call was not sent: it needs {never.needed:g} {KINDS[never.kind].unit} of the limit {never.kind} of {model}, "
        f"which was given as {never.limit:g}; shorten it, lower max_completion_tokens, or give a higher limit."
    )
    error.limit_kind, error.limit, error.requested = never.kind, int(never.limit), math.ceil(never.needed)
    return error
