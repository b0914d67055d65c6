"""A queue of calls that wait for a connection, first come first served for each destination.

Opening a connection costs far more than a request on an open one: with TLS about 2 ms of CPU. If every call of a fan-out opened
its own at once, the handshakes would starve each other until they time out. So a bounded number is opened at a time to each
destination, and more while the loop is idle. A waiting call takes the first free connection, new or released by another call.
"""

from __future__ import annotations

import asyncio
import copy
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

C = TypeVar("C")

FIRST_OPENINGS = 32
"""Connections that are opened to a destination at once, and that are added each time the loop is idle."""
_MOST_OPENINGS = 1024
"""Most connections that are opened to a destination at a time."""
PAUSE_S = 0.02
"""Seconds between two checks whether the loop is idle."""
_LATE_S = 0.01
"""A loop that runs a timer later than this is busy: with handshakes, or with responses."""
_UNWANTED_S = 10.0
"""Seconds that a connection for which no call waits may take to open."""


class _Waiter(Generic[C]):
    """A waiting call."""

    __slots__ = ("future", "key", "open", "opening", "start_phase")

    def __init__(
        self,
        key: Hashable,
        open: Callable[[], Coroutine[Any, Any, C]],
        start_phase: Callable[[str], object],
        future: asyncio.Future[C],
    ) -> None:
        self.key = key
        self.open = open
        self.start_phase = start_phase
        self.future = future
        self.opening: _Opening[C] | None = None


class _Opening(Generic[C]):
    """A connection that is being opened, and its call, or None if the call got another connection."""

    __slots__ = ("task", "waiter")

    def __init__(self) -> None:
        self.waiter: _Waiter[C] | None = None
        self.task: asyncio.Task[None] | None = None


class _Destination(Generic[C]):
    """The calls that wait for a connection to one destination."""

    __slots__ = ("allowed", "opening_count", "unopened", "unwanted", "waiting")

    def __init__(self) -> None:
        self.waiting: OrderedDict[_Waiter[C], None] = OrderedDict()
        self.unopened: OrderedDict[_Waiter[C], None] = OrderedDict()
        """The calls for which no connection is being opened."""
        self.unwanted: deque[_Opening[C]] = deque()
        """Connections that are being opened for no call: the next call takes them over."""
        self.opening_count = 0
        self.allowed = FIRST_OPENINGS


class ConnectionQueue(Generic[C]):
    """The calls of one loop that wait for a connection, first come first served for each destination.

    ``give_back(key, connection)`` takes a connection for which no call waits. After an error for which
    ``can_wait_after(error)`` is true, a call waits for a connection in use, if ``is_in_use(key)`` says that there is one.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        give_back: Callable[[Hashable, C], object],
        can_wait_after: Callable[[Exception], bool],
        is_in_use: Callable[[Hashable], bool],
    ) -> None:
        self._loop = loop
        self._give_back = give_back
        self._can_wait_after = can_wait_after
        self._is_in_use = is_in_use
        self._destinations: dict[Hashable, _Destination[C]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._is_starting = False

    def __len__(self) -> int:
        return sum(len(destination.waiting) for destination in self._destinations.values())

    @property
    def is_idle(self) -> bool:
        """Whether no call waits and no connection is being opened."""
        return not self._destinations

    async def connection(
        self,
        key: Hashable,
        open: Callable[[], Coroutine[Any, Any, C]],
        start_phase: Callable[[str], object],
    ) -> C:
        """Return the first free connection to ``key``: one that ``open`` opens, or one that another call releases.

        Calls ``start_phase`` with "connect" when a connection is being opened for this call, and with "pool" when the call
        must wait for a connection in use. Raises what ``open`` raises.
        """
        future: asyncio.Future[C] = self._loop.create_future()
        waiter = _Waiter(key, open, start_phase, future)
        destination = self._destinations.setdefault(key, _Destination())
        destination.waiting[waiter] = None
        if destination.unwanted:
            self._assign(destination.unwanted.popleft(), waiter)
        else:
            destination.unopened[waiter] = None
            self._start(destination)
        try:
            return await future
        except BaseException:
            self._leave(waiter)
            raise

    def hand_over(self, key: Hashable, connection: C) -> bool:
        """Give a released connection to the call that has waited longest for one to ``key``. False if no call waits."""
        destination = self._destinations.get(key)
        for waiter in destination.waiting if destination is not None else ():
            if not waiter.future.done():  # else it was cancelled and is about to leave
                self._serve(waiter, connection)
                return True
        return False

    def reopen(self) -> None:
        """Open connections, after one was closed, for the calls that wait for connections in use."""
        for destination in list(self._destinations.values()):
            destination.unopened.update(
                (w, None) for w in destination.waiting if w.opening is None and not w.future.done()
            )
            self._start(destination)

    def close(self, error: Callable[[], Exception]) -> None:
        """Cancel all openings. Every waiting call raises an ``error()``."""
        for destination in list(self._destinations.values()):
            for waiter in list(destination.waiting):
                if waiter.opening is not None:
                    self._cancel(waiter.opening)
                if not waiter.future.done():
                    self._fail(waiter, error())
            while destination.unwanted:
                self._cancel(destination.unwanted.popleft())

    def _start(self, destination: _Destination[C]) -> None:
        """Open as many connections as are allowed at a time."""
        if self._is_starting:  # called by a task that ended in create_task below (eager_task_factory)
            return
        self._is_starting = True
        try:
            while destination.unopened and destination.opening_count < destination.allowed:
                waiter, _ = destination.unopened.popitem(last=False)
                opening: _Opening[C] = _Opening()
                self._assign(opening, waiter)
                destination.opening_count += 1
                opening.task = self._loop.create_task(self._open(waiter.key, destination, opening))
        finally:
            self._is_starting = False
        if destination.unopened and self._timer is None:
            self._timer = self._loop.call_later(PAUSE_S, self._check_load, self._loop.time() + PAUSE_S)

    def _check_load(self, due: float) -> None:
        """Allow more connections at a time if the loop is idle: those being opened wait for the network."""
        self._timer = None
        is_idle = self._loop.time() - due <= _LATE_S
        for destination in list(self._destinations.values()):
            if destination.unopened and is_idle:
                destination.allowed = min(destination.opening_count + FIRST_OPENINGS, _MOST_OPENINGS)
            self._start(destination)

    def _assign(self, opening: _Opening[C], waiter: _Waiter[C]) -> None:
        opening.waiter = waiter
        waiter.opening = opening
        waiter.start_phase("connect")

    async def _open(self, key: Hashable, destination: _Destination[C], opening: _Opening[C]) -> None:
        try:
            if opening.waiter is None:  # its call got another connection before this began
                self._released(destination, opening)
                return
            connection = await opening.waiter.open()
        except asyncio.CancelledError:
            waiter = self._released(destination, opening)
            if waiter is not None:  # only this task was cancelled: the loop ends
                self._fail(waiter, ConnectionAbortedError("the task that opens a connection was cancelled"))
            raise
        except Exception as error:
            waiter = self._released(destination, opening)
            if waiter is not None:
                self._not_opened(destination, waiter, error)
        else:
            waiter = self._released(destination, opening)
            if waiter is not None:
                self._serve(waiter, connection)
            else:
                self._give_back(key, connection)
        finally:
            destination.opening_count -= 1
            if not destination.opening_count:
                destination.allowed = FIRST_OPENINGS
            self._start(destination)
            self._drop_empty(key, destination)

    def _released(self, destination: _Destination[C], opening: _Opening[C]) -> _Waiter[C] | None:
        """Return the call that still waits for the result of an opening, or None, and end their relation."""
        waiter, opening.waiter = opening.waiter, None
        if waiter is None:
            if opening in destination.unwanted:
                destination.unwanted.remove(opening)
            return None
        waiter.opening = None
        return None if waiter.future.done() else waiter

    def _not_opened(self, destination: _Destination[C], waiter: _Waiter[C], error: Exception) -> None:
        if not self._can_wait_after(error):
            self._fail(waiter, error)
        elif destination.opening_count > 1 or self._is_in_use(waiter.key):
            waiter.start_phase("pool")
        else:  # no connection is in use that they could wait for
            for each in [
                other for other in destination.waiting if other.opening is None and not other.future.done()
            ]:
                self._fail(each, error if each is waiter else _copy_of(error))

    def _serve(self, waiter: _Waiter[C], connection: C) -> None:
        """Give a call its connection. The one that is being opened for it goes to the next call without one."""
        destination = self._destinations[waiter.key]
        self._remove(waiter)
        opening, waiter.opening = waiter.opening, None
        waiter.future.set_result(connection)
        if opening is not None:
            self._pass_on(destination, opening)

    def _pass_on(self, destination: _Destination[C], opening: _Opening[C]) -> None:
        opening.waiter = None
        if destination.unopened:
            other, _ = destination.unopened.popitem(last=False)
            self._assign(opening, other)
        elif opening.task is not None and not opening.task.done():
            destination.unwanted.append(opening)
            self._loop.call_later(_UNWANTED_S, self._cancel_unwanted, opening)

    def _cancel_unwanted(self, opening: _Opening[C]) -> None:
        if opening.waiter is None:
            self._cancel(opening)

    def _cancel(self, opening: _Opening[C]) -> None:
        opening.waiter = None
        if opening.task is not None:
            opening.task.cancel()

    def _fail(self, waiter: _Waiter[C], error: Exception) -> None:
        self._remove(waiter)
        waiter.future.set_exception(error)

    def _remove(self, waiter: _Waiter[C]) -> None:
        destination = self._destinations.get(waiter.key)
        if destination is not None:
            destination.unopened.pop(waiter, None)
            destination.waiting.pop(waiter, None)
            self._drop_empty(waiter.key, destination)

    def _drop_empty(self, key: Hashable, destination: _Destination[C]) -> None:
        if (
            not destination.waiting
            and not destination.opening_count
            and self._destinations.get(key) is destination
        ):
            del self._destinations[key]

    def _leave(self, waiter: _Waiter[C]) -> None:
        """Remove a call that was cancelled, or failed, while it waited."""
        destination = self._destinations.get(waiter.key)
        self._remove(waiter)
        future = waiter.future
        if future.done() and not future.cancelled() and future.exception() is None:
            self._give_back(waiter.key, future.result())  # it came in the same iteration of the loop
        future.cancel()
        opening, waiter.opening = waiter.opening, None
        if opening is None:
            return
        if destination is not None and destination.unopened:
            self._pass_on(destination, opening)
        else:
            self._cancel(opening)


def _copy_of(error: Exception) -> Exception:
    try:
        return copy.copy(error)  # each call gets a traceback of its own
    except Exception:
        return error
