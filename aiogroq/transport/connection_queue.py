"""Which call gets which connection while connections are being opened: each takes what comes first, in order.

A connection costs far more to open than a request costs on one that is open: with TLS about 2 ms of CPU. If every call of a
fan-out opens its own at once, the handshakes starve one another until they time out. Here a bounded number is opened at a
time to each destination, and more while the loop has time for them; a call that waits takes the first connection there is, a
new one or one that another call has released.
"""

from __future__ import annotations

import asyncio
import copy
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Hashable
from typing import Generic, Protocol, TypeVar

C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)

FIRST_OPENINGS = 32
"""Connections that are opened to a destination at once; and how many more are begun whenever the loop has time."""
_MOST_OPENINGS = 1024
"""Connections that are opened to a destination at a time at most."""
PAUSE_S = 0.02
"""How often it is seen whether the loop has time for more, in seconds."""
_LATE_S = 0.01
"""A loop that comes to a timer later than this is busy: with handshakes, or with what calls are answered."""
_UNWANTED_S = 10.0
"""How long a connection that no call waits for may take to open, in seconds."""


class Caller(Protocol[C_co]):
    """A call that needs a connection."""

    def open(self) -> Coroutine[object, object, C_co]:
        """Open one. Raises where it cannot be opened."""
        ...

    def is_opening(self) -> None:
        """One is being opened for it from now on."""
        ...

    def is_waiting(self) -> None:
        """It waits for one that another call releases from now on."""
        ...


class _Waiter(Generic[C]):
    """A call that waits."""

    __slots__ = ("caller", "future", "key", "opening")

    def __init__(self, key: Hashable, caller: Caller[C], future: asyncio.Future[C]) -> None:
        self.key = key
        self.caller = caller
        self.future = future
        self.opening: _Opening[C] | None = None


class _Opening(Generic[C]):
    """A connection that is being opened, and the call that it is for; for none where that has another one by now."""

    __slots__ = ("task", "waiter")

    def __init__(self) -> None:
        self.waiter: _Waiter[C] | None = None
        self.task: asyncio.Task[None] | None = None


class _Lane(Generic[C]):
    """The calls that wait for a connection to one destination."""

    __slots__ = ("allowed", "opening_count", "unopened", "unwanted", "waiting")

    def __init__(self) -> None:
        self.waiting: OrderedDict[_Waiter[C], None] = OrderedDict()
        self.unopened: OrderedDict[_Waiter[C], None] = OrderedDict()
        """Those for which nothing is being opened yet."""
        self.unwanted: deque[_Opening[C]] = deque()
        """What is being opened for nobody: the next call takes it over."""
        self.opening_count = 0
        self.allowed = FIRST_OPENINGS


class ConnectionQueue(Generic[C]):
    """The calls of one loop that wait for a connection, first come first served for each destination.

    ``give_back(key, connection)`` takes a connection that nobody waits for. Where ``is_for_lack_of_room(error)``, a call
    whose connection could not be opened waits for one that is in use, if ``is_in_use(key)`` says that there is one.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        give_back: Callable[[Hashable, C], object],
        is_for_lack_of_room: Callable[[Exception], bool],
        is_in_use: Callable[[Hashable], bool],
    ) -> None:
        self._loop = loop
        self._give_back = give_back
        self._is_for_lack_of_room = is_for_lack_of_room
        self._is_in_use = is_in_use
        self._lanes: dict[Hashable, _Lane[C]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._is_starting = False

    def __len__(self) -> int:
        return sum(len(lane.waiting) for lane in self._lanes.values())

    @property
    def is_idle(self) -> bool:
        """Whether no call waits, and nothing is being opened."""
        return not self._lanes

    async def connection(self, key: Hashable, caller: Caller[C]) -> C:
        """The first connection to ``key`` that there is: opened by the caller, or released by another.

        Raises what opening it raises.
        """
        future: asyncio.Future[C] = self._loop.create_future()
        waiter = _Waiter(key, caller, future)
        lane = self._lanes.setdefault(key, _Lane())
        lane.waiting[waiter] = None
        if lane.unwanted:
            self._assign(lane.unwanted.popleft(), waiter)
        else:
            lane.unopened[waiter] = None
            self._start(lane)
        try:
            return await future
        except BaseException:
            self._leave(waiter)
            raise

    def hand_over(self, key: Hashable, connection: C) -> bool:
        """Give a released connection to the call that has waited longest for one to ``key``; False where none waits."""
        lane = self._lanes.get(key)
        for waiter in lane.waiting if lane is not None else ():
            if not waiter.future.done():  # else it was cancelled, and has not come to leaving yet
                self._serve(waiter, connection)
                return True
        return False

    def try_again(self) -> None:
        """A connection was closed, and there is room for another: open one for every call that had to wait for that."""
        for lane in list(self._lanes.values()):
            lane.unopened.update((w, None) for w in lane.waiting if w.opening is None and not w.future.done())
            self._start(lane)

    def close(self, error: Callable[[], Exception]) -> None:
        """Nothing is opened any more; every call that waits gets an ``error()``."""
        for lane in list(self._lanes.values()):
            for waiter in list(lane.waiting):
                if waiter.opening is not None:
                    self._cancel(waiter.opening)
                if not waiter.future.done():
                    self._fail(waiter, error())
            while lane.unwanted:
                self._cancel(lane.unwanted.popleft())

    def _start(self, lane: _Lane[C]) -> None:
        """Open as many as are allowed at a time."""
        if self._is_starting:  # a task that runs at once (eager_task_factory) has come to its end: see below
            return
        self._is_starting = True
        try:
            while lane.unopened and lane.opening_count < lane.allowed:
                waiter, _ = lane.unopened.popitem(last=False)
                opening: _Opening[C] = _Opening()
                self._assign(opening, waiter)
                lane.opening_count += 1
                opening.task = self._loop.create_task(self._open(waiter.key, lane, opening))
        finally:
            self._is_starting = False
        if lane.unopened and self._timer is None:
            self._timer = self._loop.call_later(PAUSE_S, self._look, self._loop.time() + PAUSE_S)

    def _look(self, due: float) -> None:
        """Allow more at a time where the loop has nothing else to do: what is being opened waits for the network."""
        self._timer = None
        is_idle = self._loop.time() - due <= _LATE_S
        for lane in list(self._lanes.values()):
            if lane.unopened and is_idle:
                lane.allowed = min(lane.opening_count + FIRST_OPENINGS, _MOST_OPENINGS)
            self._start(lane)

    def _assign(self, opening: _Opening[C], waiter: _Waiter[C]) -> None:
        opening.waiter = waiter
        waiter.opening = opening
        waiter.caller.is_opening()

    async def _open(self, key: Hashable, lane: _Lane[C], opening: _Opening[C]) -> None:
        try:
            if opening.waiter is None:  # it was served before this had begun
                self._released(lane, opening)
                return
            connection = await opening.waiter.caller.open()
        except asyncio.CancelledError:
            waiter = self._released(lane, opening)
            if waiter is not None:  # this task alone was cancelled: the end of the loop
                self._fail(waiter, ConnectionAbortedError("the task that opens a connection was cancelled"))
            raise
        except Exception as error:
            waiter = self._released(lane, opening)
            if waiter is not None:
                self._not_opened(lane, waiter, error)
        else:
            waiter = self._released(lane, opening)
            if waiter is not None:
                self._serve(waiter, connection)
            else:
                self._give_back(key, connection)
        finally:
            lane.opening_count -= 1
            if not lane.opening_count:
                lane.allowed = FIRST_OPENINGS
            self._start(lane)
            self._drop_empty(key, lane)

    def _released(self, lane: _Lane[C], opening: _Opening[C]) -> _Waiter[C] | None:
        """The call that still waits for what has come of an opening."""
        waiter, opening.waiter = opening.waiter, None
        if waiter is None:
            if opening in lane.unwanted:
                lane.unwanted.remove(opening)
            return None
        waiter.opening = None
        return None if waiter.future.done() else waiter

    def _not_opened(self, lane: _Lane[C], waiter: _Waiter[C], error: Exception) -> None:
        if not self._is_for_lack_of_room(error):
            self._fail(waiter, error)
        elif lane.opening_count > 1 or self._is_in_use(waiter.key):
            waiter.caller.is_waiting()
        else:  # nothing will be released that these could wait for
            for each in [
                other for other in lane.waiting if other.opening is None and not other.future.done()
            ]:
                self._fail(each, error if each is waiter else _copy_of(error))

    def _serve(self, waiter: _Waiter[C], connection: C) -> None:
        """Give a call its connection. What is being opened for it goes to the next that nothing is opened for."""
        lane = self._lanes[waiter.key]
        self._remove(waiter)
        opening, waiter.opening = waiter.opening, None
        waiter.future.set_result(connection)
        if opening is not None:
            self._pass_on(lane, opening)

    def _pass_on(self, lane: _Lane[C], opening: _Opening[C]) -> None:
        opening.waiter = None
        if lane.unopened:
            other, _ = lane.unopened.popitem(last=False)
            self._assign(opening, other)
        elif opening.task is not None and not opening.task.done():
            lane.unwanted.append(opening)
            self._loop.call_later(_UNWANTED_S, self._give_up, opening)

    def _give_up(self, opening: _Opening[C]) -> None:
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
        lane = self._lanes.get(waiter.key)
        if lane is not None:
            lane.unopened.pop(waiter, None)
            lane.waiting.pop(waiter, None)
            self._drop_empty(waiter.key, lane)

    def _drop_empty(self, key: Hashable, lane: _Lane[C]) -> None:
        if not lane.waiting and not lane.opening_count and self._lanes.get(key) is lane:
            del self._lanes[key]

    def _leave(self, waiter: _Waiter[C]) -> None:
        """The call was cancelled, or failed, while it waited."""
        lane = self._lanes.get(waiter.key)
        self._remove(waiter)
        future = waiter.future
        if future.done() and not future.cancelled() and future.exception() is None:
            self._give_back(waiter.key, future.result())  # it came at the same moment
        future.cancel()
        opening, waiter.opening = waiter.opening, None
        if opening is None:
            return
        if lane is not None and lane.unopened:
            self._pass_on(lane, opening)
        else:
            self._cancel(opening)


def _copy_of(error: Exception) -> Exception:
    try:
        return copy.copy(error)  # so that each call has a traceback of its own
    except Exception:
        return error
