"""Which call gets which connection while connections are being opened: each takes what comes first, in order.

A connection costs far more to open than a request costs on one that is open: with TLS about 2 ms of CPU. If every call of a
fan-out opens its own at once, the handshakes starve one another until they time out. Here a bounded number is opened at a
time (`Pace`), and a call that waits takes the first connection there is, a new one or one that another call has released.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Generic, TypeVar

C = TypeVar("C")

FIRST_WINDOW = 32
"""Connections that are opened at a time at the start of a burst."""
_LAST_WINDOW = 1024
_LEAST_WINDOW = 8
_SLACK_S = 0.01
"""What opening may take longer by chance, in seconds."""


class Pace:
    """How many connections may be opened at a time: one more for each that opens about as fast as the fastest, one less where
    opening takes several times as long, because this machine or the server has no more CPU for handshakes."""

    def __init__(self) -> None:
        self.window: int = FIRST_WINDOW
        self._shortest_s = math.inf

    def opened(self, took_s: float) -> None:
        """A connection was opened in ``took_s`` seconds."""
        self._shortest_s = min(self._shortest_s, took_s)
        if took_s <= 2 * self._shortest_s + _SLACK_S:
            self.window = min(self.window + 1, _LAST_WINDOW)
        elif took_s > 4 * self._shortest_s + _SLACK_S:
            self.failed()

    def failed(self) -> None:
        """A connection could not be opened."""
        self.window = max(self.window - 1, _LEAST_WINDOW)


class _Waiter(Generic[C]):
    """A call that waits for a connection."""

    __slots__ = ("future", "key", "on_connection", "open", "task")

    def __init__(
        self,
        key: Hashable,
        future: asyncio.Future[C],
        open: Callable[[], Coroutine[object, object, C]],
        on_connection: Callable[[], object],
    ) -> None:
        self.key = key
        self.future: asyncio.Future[C] = future
        self.open = open
        self.on_connection = on_connection
        self.task: asyncio.Task[None] | None = None


class ConnectionQueue(Generic[C]):
    """The calls of one loop that wait for a connection, first come first served for each destination.

    ``give_back(key, connection)`` takes a connection that was opened for a call which no longer needs it.
    ``may_wait(key, error)`` says whether a call whose connection could not be opened may wait for one of the others.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        give_back: Callable[[Hashable, C], object],
        may_wait: Callable[[Hashable, Exception], bool],
    ) -> None:
        self._loop = loop
        self._give_back = give_back
        self._may_wait = may_wait
        self._waiting: dict[Hashable, OrderedDict[_Waiter[C], None]] = {}
        self._unopened: OrderedDict[_Waiter[C], None] = OrderedDict()
        """Those for which nothing is being opened yet."""
        self._opening_count = 0
        self._pace = Pace()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    async def connection(
        self,
        key: Hashable,
        open: Callable[[], Coroutine[object, object, C]],
        on_connection: Callable[[], object],
    ) -> C:
        """The first connection to ``key`` that there is: opened by ``open()``, or released by another call.

        ``on_connection`` is called as soon as it is there. Raises what ``open`` raises.
        """
        future: asyncio.Future[C] = self._loop.create_future()
        waiter = _Waiter(key, future, open, on_connection)
        self._waiting.setdefault(key, OrderedDict())[waiter] = None
        self._unopened[waiter] = None
        self._open_more()
        try:
            return await future
        except BaseException:
            self._leave(waiter)
            raise

    def hand_over(self, key: Hashable, connection: C) -> bool:
        """Give a released connection to the call that has waited longest for one to ``key``; False where none waits."""
        for waiter in self._waiting.get(key, ()):
            if not waiter.future.done():  # else it was cancelled, and has not come to leaving yet
                self._serve(waiter, connection)
                return True
        return False

    def try_again(self) -> None:
        """A connection was closed, and its descriptor is free: open one for every call that had to wait for that."""
        for waiting in self._waiting.values():
            self._unopened.update(
                (waiter, None) for waiter in waiting if waiter.task is None and not waiter.future.done()
            )
        self._open_more()

    def close(self, error: Callable[[], Exception]) -> None:
        """Nothing is opened any more; every call that waits gets an ``error()``."""
        for waiting in list(self._waiting.values()):
            for waiter in list(waiting):
                self._remove(waiter)
                if not waiter.future.done():
                    waiter.future.set_exception(error())
                if waiter.task is not None:
                    waiter.task.cancel()

    def _open_more(self) -> None:
        while self._unopened and self._opening_count < self._pace.window:
            waiter, _ = self._unopened.popitem(last=False)
            self._opening_count += 1
            waiter.task = self._loop.create_task(self._open(waiter))

    async def _open(self, waiter: _Waiter[C]) -> None:
        began_at = self._loop.time()
        try:
            connection = await waiter.open()
        except asyncio.CancelledError:
            if not waiter.future.done():  # of this task alone: the end of the loop
                self._fail(waiter, ConnectionAbortedError("the task that opens a connection was cancelled"))
            raise
        except Exception as error:
            self._pace.failed()
            if waiter.future.done():
                pass  # the call has a connection already, or has ended
            elif self._may_wait(waiter.key, error):
                waiter.task = None  # the first that is released
            else:
                self._fail(waiter, error)
        else:
            self._pace.opened(self._loop.time() - began_at)
            if waiter.future.done():
                self._give_back(waiter.key, connection)
            else:
                self._serve(waiter, connection)
        finally:
            self._opening_count -= 1
            if not self._opening_count and not self._unopened:
                self._pace = Pace()  # the next burst may meet another network
            self._open_more()

    def _serve(self, waiter: _Waiter[C], connection: C) -> None:
        self._remove(waiter)
        waiter.on_connection()
        waiter.future.set_result(connection)

    def _fail(self, waiter: _Waiter[C], error: Exception) -> None:
        self._remove(waiter)
        waiter.future.set_exception(error)

    def _remove(self, waiter: _Waiter[C]) -> None:
        self._unopened.pop(waiter, None)
        waiting = self._waiting.get(waiter.key)
        if waiting is not None:
            waiting.pop(waiter, None)
            if not waiting:
                del self._waiting[waiter.key]

    def _leave(self, waiter: _Waiter[C]) -> None:
        """The call was cancelled, or failed, while it waited."""
        self._remove(waiter)
        future = waiter.future
        if future.done() and not future.cancelled() and future.exception() is None:
            self._give_back(waiter.key, future.result())  # it came at the same moment
        future.cancel()
        if waiter.task is not None:
            waiter.task.cancel()
