"""`Pacer`: holds requests back until the account has room for them; `Grant`: the permission to send one."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import APIStatusError
from .charges import charges_of, settled_charges
from .need import Need, need_of
from .pacing import Pacing
from .queue import Queue
from .responses import seen_in_error, seen_in_headers
from .store import Ask, Level, Seen
from .waiter import Waiter

_OVERLOADED = frozenset({498, 503})
_UNNAMED_WAIT_S = 1.0
"""How long nothing is sent after a 429 that names neither a limit nor a wait."""


@dataclass(frozen=True)
class PacerState:
    """The state of a pacer at one moment: of all clients on this event loop that share its account and model."""

    in_flight: int
    """Requests that were granted and have not ended."""
    max_in_flight: int
    """How many may be in flight at the moment; it guards against overload of the service."""
    waiting: int
    """Requests that wait to be granted."""
    levels: tuple[Level, ...]
    """The known kinds of limits. `aiogroq.limits.KINDS` has their windows."""
    binding: str | None
    """The kind of limit that the next request waits for; None where it waits for none."""
    wait_s: float
    """Seconds that it waits for it, from the last time that the store was asked."""


class Pacer:
    """Grants requests of one account and model, in the order in which they come, on one event loop.

    `pacer_for` makes it. Pacers of the same event loop, account and model share one queue, whatever their `Pacing`. Not to be
    used from other threads.
    """

    def __init__(self, queue: Queue, pacing: Pacing) -> None:
        # Not the options themselves: a registry refers to them weakly, and to this.
        self._queue = queue
        self.priority: Literal["interactive", "batch"] = pacing.priority
        self.share: float = pacing.share
        self.max_in_flight: int | None = pacing.max_in_flight
        self.max_wait_s: float | None = pacing.max_wait_s
        self.in_flight: int = 0
        """Requests of this pacer that have not ended."""
        self.waiting: int = 0
        """Requests of this pacer that wait."""

    def need_of(
        self,
        path: str,
        body: bytes | Mapping[str, Any] | None,
        *,
        arguments: Mapping[str, Any] | None = None,
        file_bytes: int | None = None,
    ) -> Need:
        """Return what a request may use, estimated high with what this model's responses have taught. See `need_of`."""
        return need_of(path, body, self._queue.estimates, arguments=arguments, file_bytes=file_bytes)

    async def acquire(self, need: Need, *, front: bool = False, deadline: float | None = None) -> Grant:
        """Wait until every kind of limit has room for ``need``.

        ``front`` puts the request before all others of its priority: one that was rejected with a 429 is sent again before
        those that came after it. ``deadline`` is on the clock of the event loop. Raises `PacingError` at once where the wait
        does not fit the deadline or `Pacing.max_wait_s`, at the latest when they pass, and where its maximum of completion
        tokens, or its recording, is larger than a given limit. A task that is cancelled while it waits leaves nothing behind.
        """
        queue, now_s = self._queue, asyncio.get_running_loop().time()
        needs, certain = charges_of(need, queue.estimates)
        ask = Ask(next(queue.ids), needs, self.share, certain, self.priority)
        if not queue.grant_now(self, ask, now_s):
            waiter = Waiter(self, ask, now_s, math.inf if deadline is None else deadline)
            self.waiting += 1
            try:
                await queue.wait(waiter, front)
            finally:
                self.waiting -= 1
            now_s = asyncio.get_running_loop().time()
        return Grant(self, queue, ask.id, need, needs, now_s)

    @property
    def is_full(self) -> bool:
        """Whether as many requests are in flight as may be: then another one waits for the end of one of them."""
        queue = self._queue
        return queue.in_flight >= queue.cap.limit or self.has_all_in_flight

    @property
    def has_all_in_flight(self) -> bool:
        """Whether as many of its own requests are in flight as its options allow."""
        return self.max_in_flight is not None and self.in_flight >= self.max_in_flight

    async def stored(self) -> None:
        """Wait until the store has taken what ended so far, or has failed. One in memory has it at once."""
        await self._queue.stored()

    def state(self) -> PacerState:
        """Return the state at this moment."""
        queue = self._queue
        binding, wait_s = queue.obstacle
        return PacerState(
            queue.in_flight, queue.cap.limit, queue.waiting, tuple(queue.levels()), binding, wait_s
        )


class Grant:
    """The permission to send one request. It is ended exactly once: by `succeeded`, `failed` or `release`; later calls do
    nothing. These are plain functions, on the event loop of the grant. One that is forgotten is charged in full."""

    __slots__ = (
        "_charged_before",
        "_is_open",
        "_need",
        "_needs",
        "_pacer",
        "_queue",
        "_sent_at_s",
        "id",
    )

    def __init__(
        self, pacer: Pacer, queue: Queue, id: str, need: Need, needs: dict[str, float], now_s: float
    ) -> None:
        self.id: str = id
        self._pacer = pacer
        self._queue = queue
        self._need = need
        self._needs = needs
        self._sent_at_s = now_s
        self._charged_before = queue.charged.copy()
        self._is_open = True

    def __del__(self) -> None:
        if getattr(self, "_is_open", False):
            self._queue.forgotten(self._pacer, self.id, self._needs)

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take over the headers of a response whose body is still to come."""
        self._queue.observe(self._seen(headers, {}))

    def succeeded(
        self, headers: Mapping[str, str], usage: Any = None, *, audio_s: float | None = None
    ) -> None:
        """End the grant of a request with a good response.

        ``usage`` is a `CompletionUsage` or another object with ``prompt_tokens`` and ``completion_tokens``; without it the
        estimate is charged. ``audio_s`` is the duration of the recording, where the response has it.
        """
        if not self._end():
            return
        queue = self._queue
        queue.cap.succeeded(queue.in_flight + 1)
        used = settled_charges(self._need, self._needs, usage, audio_s, queue.estimates)
        queue.settle(self.id, used, self._seen(headers, used))

    def failed(self, error: BaseException) -> None:
        """End the grant of a request that failed, and take over what the error says of the limits."""
        if not self._end():
            return
        queue = self._queue
        if not isinstance(error, APIStatusError):
            queue.settle(self.id, {} if _is_unsent(error) else self._needs)
            return
        status = error.status_code
        if status in _OVERLOADED:
            queue.cap.overloaded(self._sent_at_s, asyncio.get_running_loop().time())
        seen = seen_in_error(error)
        if status == 429 and not any(each.is_exact for each in seen.values()) and not _is_permanent(error):
            wait_s = getattr(error, "retry_after_s", None)
            queue.block(_UNNAMED_WAIT_S if wait_s is None else wait_s)
        used = _charged(error, self._needs)
        # The text of the error says it exactly, its headers may be about another kind.
        queue.settle(self.id, used, {**self._seen(error.response.headers, used), **seen})

    def release(self) -> None:
        """End the grant of a request that was not sent."""
        if self._end():
            self._queue.settle(self.id, {})

    def _end(self) -> bool:
        if not self._is_open:
            return False
        self._is_open = False
        self._pacer.in_flight -= 1
        self._queue.in_flight -= 1
        return True

    def _seen(self, headers: Mapping[str, str], used: Mapping[str, float]) -> dict[str, Seen]:
        """Return what headers say. ``used`` is what the request is charged, before the queue has counted it."""
        # What this event loop has charged for other requests since this one was sent.
        charged, needs = self._queue.charged, self._needs
        stale: dict[str, float] = {}
        unused: dict[str, float] = {}
        for kind, before in self._charged_before.items():
            stale[kind] = charged[kind] - before
            unused[kind] = needs[kind] - used.get(kind, 0.0)
        return seen_in_headers(headers, stale, unused)


def _is_unsent(error: BaseException) -> bool:
    """Return whether the service certainly received nothing."""
    return getattr(error, "phase", None) in ("pool", "connect")


def _is_permanent(error: Any) -> bool:
    limit, requested = getattr(error, "limit", None), getattr(error, "requested", None)
    return limit is not None and requested is not None and requested > limit


def _charged(error: APIStatusError, needs: Mapping[str, float]) -> Mapping[str, float]:
    """Return what the service charges for a request that it rejected."""
    if error.status_code in (413, 429):
        return {}
    if error.failed_generation is not None:  # the model wrote something
        return needs
    # 5xx is not charged, and of a wrong request nothing was generated: https://console.groq.com/docs/errors
    return {kind: needs[kind] for kind in ("RPM", "RPD")}
