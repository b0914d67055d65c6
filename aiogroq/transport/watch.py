"""Time limits: a `Watch` for each try says when its phase began, one `Ticker` for each loop looks at all of them.

A timer for each request, or for each phase as aiohttp's own time-outs have them, costs more than the phases do: making
and cancelling one takes longer than all else here. A ticker sets one timer while anything is watched, however much
that is, and looks a few times within the shortest limit; so a limit is seen at most an eighth of itself late.

A look that is itself late follows a time in which the loop was blocked: what arrived meanwhile may still be in the
sockets, so the limits wait for a look that is on time. On a loop that is late each time they end after a few late looks,
each of which follows a pass of the loop over its sockets.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable

from ..protocol.timeouts import Timeout

_LOOKS = 8
"""How often the ticker looks within the shortest limit."""
_SHORTEST_TICK_S = 0.005
_LONGEST_TICK_S = 0.25
_CATCH_UP_S = 0.05
"""Seconds that a loop that was blocked is given to read what has arrived in the meantime."""
_LATE_LOOKS = 4
"""How many late looks in a row must find that a limit has passed, where none is on time."""


class Ticker:
    """Looks at the watches of one loop from time to time, for as long as there are any."""

    __slots__ = ("__weakref__", "_handle", "_late", "_next", "_tick_s", "_watches", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Weakly: a ticker must not keep alive the loop that it belongs to.
        self.loop: weakref.ref[asyncio.AbstractEventLoop] = weakref.ref(loop)
        self._watches: set[Watch] = set()
        self._late: dict[Watch, tuple[float, int]] | None = None
        """Where the latest look was late: the watches past a limit, when that passed, and how many late looks saw it."""
        self._handle: asyncio.TimerHandle | None = None
        self._next = 0.0
        self._tick_s = _LONGEST_TICK_S

    def add(self, watch: Watch, shortest_s: float, now: float) -> None:
        """Look at this watch from now on, often enough for a limit of ``shortest_s`` seconds."""
        self._watches.add(watch)
        tick_s = shortest_s / _LOOKS
        if tick_s < self._tick_s:
            self._tick_s = max(tick_s, _SHORTEST_TICK_S)
        # A loop that was blocked is given its time, however short the limit of a new watch is.
        if self._handle is None or (self._late is None and self._next > now + self._tick_s):
            self._schedule(now + self._tick_s)

    def remove(self, watch: Watch) -> None:
        """Look at this watch no more."""
        self._watches.discard(watch)

    def _schedule(self, at: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        loop = self.loop()
        if loop is not None and self._watches:
            self._next = at
            self._handle = loop.call_at(at, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._handle = None
        now = loop.time()
        if now - self._next > _SHORTEST_TICK_S:
            self._look_late(now)
            self._schedule(now + _CATCH_UP_S)
            return
        self._late = None
        for watch in list(self._watches):
            watch.look(now)
        # Of those that are left: one with a short limit may have gone.
        shortest_s = min((watch.shortest_s for watch in self._watches), default=_LONGEST_TICK_S * _LOOKS)
        self._tick_s = min(max(shortest_s / _LOOKS, _SHORTEST_TICK_S), _LONGEST_TICK_S)
        self._schedule(now + self._tick_s)

    def _look_late(self, now: float) -> None:
        """Count the late looks at each limit that has passed, and let the watch expire after the last of them."""
        before, late = self._late or {}, dict[Watch, tuple[float, int]]()
        for watch in list(self._watches):
            passed = watch.passed_limit(now)
            if passed is None:
                continue
            due_at, looks = before.get(watch, (0.0, 0))
            # Another time means that something has arrived meanwhile, and the phase began anew.
            looks = looks + 1 if due_at == passed[2] else 1
            if looks < _LATE_LOOKS:
                late[watch] = passed[2], looks
            else:
                watch.look(now)
        self._late = late if self._watches else None


_tickers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Ticker] = weakref.WeakKeyDictionary()
_latest: list[Ticker] = []


def ticker_of(loop: asyncio.AbstractEventLoop) -> Ticker:
    """The ticker of this loop."""
    if _latest and _latest[0].loop() is loop:  # nearly always: a weak dictionary takes four times as long
        return _latest[0]
    ticker = _tickers.get(loop)
    if ticker is None:
        for ref in _tickers.keyrefs():
            ended = ref()
            if ended is not None and ended.is_closed():
                _tickers.pop(ended, None)  # its last timer refers to the loop, which would stay for good
        ticker = _tickers[loop] = Ticker(loop)
    _latest[:] = [ticker]
    return ticker


class Watch:
    """Calls ``on_expiry`` once, when a phase or the whole call takes longer than it may."""

    __slots__ = (
        "_deadline", "_loop", "_since", "_ticker", "_timeout",
        "expired_limit_s", "expired_phase", "is_new_connection", "is_undelivered", "on_expiry", "phase", "started_at",
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
        self._ticker: Ticker | None = None
        self._since = 0.0
        self.started_at: float = 0.0
        self.on_expiry: Callable[[], object] = on_expiry
        self.phase: str = "pool"
        self.expired_phase: str | None = None
        self.expired_limit_s: float | None = None
        self.is_new_connection: bool = True
        """Whether the attempt is the first on its connection, as far as is known."""
        self.is_undelivered: bool = False
        """Whether it is certain that the server did not receive the request."""

    def start(self, phase: str) -> None:
        """Begin to watch, in this phase."""
        now = self._since = self.started_at = self._loop.time()
        self.phase = phase
        shortest_s = self._timeout.shortest
        if shortest_s is not None:
            self._ticker = ticker_of(self._loop)
            self._ticker.add(self, shortest_s, now)

    def enter(self, phase: str) -> None:
        """The next phase begins now."""
        self.phase = phase
        self._since = self._loop.time()

    @property
    def deadline(self) -> float | None:
        """When the whole call must have ended, on the clock of the loop."""
        return self._deadline

    @property
    def total_s(self) -> float | None:
        """The seconds that the whole call may take."""
        return self._timeout.total

    def pause(self) -> None:
        """Nobody waits at the moment: only the deadline of the whole call runs on."""
        self.phase = ""

    @property
    def shortest_s(self) -> float:
        """The shortest of its limits, in seconds."""
        return self._timeout.shortest or 0.0

    def stop(self) -> None:
        """Watch no more, and forget who is told: a watch and its body would keep each other alive."""
        self.on_expiry = _nobody
        if self._ticker is not None:
            self._ticker.remove(self)
            self._ticker = None

    def look(self, now: float) -> None:
        """Expire if a limit has passed by ``now``, on the clock of the loop."""
        passed = self.passed_limit(now)
        if passed is not None:
            self._expire(passed[0], passed[1])

    def passed_limit(self, now: float) -> tuple[str, float | None, float] | None:
        """The name and the seconds of the limit that has passed by ``now``, and when it passed; None for none."""
        limit = self._timeout.limit(self.phase)
        if self._deadline is not None and now >= self._deadline:
            return "total", self._timeout.total, self._deadline
        if limit is not None and now >= self._since + limit:
            return self.phase, limit, self._since + limit
        return None

    def _expire(self, phase: str, limit_s: float | None) -> None:
        on_expiry = self.on_expiry
        self.expired_phase = phase
        self.expired_limit_s = limit_s
        self.stop()
        on_expiry()


def _nobody() -> None:
    pass
