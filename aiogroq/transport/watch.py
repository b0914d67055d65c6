"""Time limits: one timer for a whole try, whichever phase it is in.

A timer for each phase (as aiohttp's own time-outs are) costs more than the phases do. Here one timer looks
from time to time whether the present phase, or the whole call, has outlived its limit, and sets itself anew otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

from ..wire.timeouts import Timeout

CURRENT: ContextVar[Watch | None] = ContextVar("aiogroq_watch", default=None)
"""The watch of the try that runs in this task: how the connector tells which phase has begun."""


class Watch:
    """Calls ``on_expiry`` once, when a phase or the whole call takes longer than it may."""

    __slots__ = (
        "_deadline", "_handle", "_loop", "_since", "_step", "_timeout",
        "expired_limit_s", "expired_phase", "is_new_connection", "is_sent", "on_expiry", "phase",
    )  # fmt: skip

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        timeout: Timeout,
        deadline: float | None,
        on_expiry: Callable[[], object],
    ) -> None:
        self._loop = loop
        self._timeout = timeout
        self._deadline = deadline
        self.on_expiry: Callable[[], object] = on_expiry
        self._handle: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._step = timeout.shortest
        self.phase: str = "pool"
        self.expired_phase: str | None = None
        self.expired_limit_s: float | None = None
        self.is_new_connection: bool = False
        self.is_sent: bool = False
        """Whether the whole request has been written to the socket."""

    def start(self, phase: str) -> None:
        """Begin to watch, in this phase."""
        self._since = self._loop.time()
        self.phase = phase
        if self._step is not None or self._deadline is not None:
            self._schedule(self._since)

    def enter(self, phase: str) -> None:
        """The next phase begins now."""
        self.phase = phase
        self._since = self._loop.time()

    def pause(self) -> None:
        """Nobody waits at the moment: only the deadline of the whole call runs on."""
        self.phase = ""

    def stop(self) -> None:
        """Watch no more, and forget who is told: a watch and its body would keep each other alive."""
        self.on_expiry = _nobody
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _schedule(self, now: float) -> None:
        # A later phase may have a shorter limit than this one, so the longest sleep is the shortest limit.
        at = now + self._step if self._step is not None else float("inf")
        if self._deadline is not None:
            at = min(at, self._deadline)
        limit = self._timeout.limit(self.phase)
        if limit is not None:
            at = min(at, self._since + limit)
        if at < float("inf"):
            self._handle = self._loop.call_at(at, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        limit = self._timeout.limit(self.phase)
        # The loop's clock ticks: a timer may fire a tick early.
        slack = 1e-3
        if self._deadline is not None and now >= self._deadline - slack:
            self._expire("total", self._timeout.total)
        elif limit is not None and now >= self._since + limit - slack:
            self._expire(self.phase, limit)
        else:
            self._schedule(now)

    def _expire(self, phase: str, limit_s: float | None) -> None:
        self._handle = None
        self.expired_phase = phase
        self.expired_limit_s = limit_s
        self.on_expiry()


def _nobody() -> None:
    pass
