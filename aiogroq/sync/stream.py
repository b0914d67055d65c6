"""`Stream`: the blocking twin of `AsyncStream`.

One task on the portal's loop reads ahead and hands over every event that one read has decoded, since a round trip to the
loop for each event would cost more than the event itself. It reads ahead by a bounded number of events, so that a slow
reader slows the sender down. The task knows nothing of the `Stream`, which may so be forgotten: when it is collected, the
task and the connection end.
"""

from __future__ import annotations

import asyncio
import sys
import weakref
from collections import deque
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import GroqError
from .portal import PortalError, portal, refuse_from
from .runner import LIVENESS_S

if TYPE_CHECKING:
    from ..transport.stream import AsyncStream
    from ..types.chat.chat_completion import ChatCompletion
    from ..types.completion_usage import CompletionUsage

T = TypeVar("T")

_AHEAD = 2048
"""Events that are read ahead at most."""


class _End:
    """The stream is over: with this error, or well."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Pump(Generic[T]):
    """Reads the events of a stream on the portal's loop, into a queue for the threads that iterate it."""

    def __init__(self, source: AsyncStream[T]) -> None:
        self.source = source
        self.runner = portal.runner
        # Not a deque with a semaphore, whose lock an interrupt of the reader can leave locked, for the portal to wait on.
        self._inbox: SimpleQueue[list[T] | _End] = SimpleQueue()
        self._unread = 0
        self._room: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_left = False

    @property
    def is_started(self) -> bool:
        """Whether it reads or has read."""
        return self._task is not None

    async def start(self) -> None:
        """Begin to read."""
        if self._task is None:
            self._room = asyncio.Event()
            self._task = asyncio.create_task(self._read_ahead())

    async def _read_ahead(self) -> None:
        end = _End(None)
        try:
            while batch := await self.source.next_batch():
                self._unread += len(batch)
                self._inbox.put(batch)
                if self._unread >= _AHEAD and self._room is not None:
                    self._room.clear()
                    await self._room.wait()
        except asyncio.CancelledError:
            if not self._is_left:  # cut with the loop: no end like that of a whole stream
                end = _End(
                    PortalError("The task that reads this stream was cancelled; the rest of it is lost.")
                )
        except BaseException as error:
            end = _End(error)
        self._put_end(end)

    def _put_end(self, end: _End) -> None:
        self._inbox.put(end)

    def take(self) -> list[T] | _End:
        """The next events, waiting for them, or the end. Raises `PortalError` where neither will come."""
        arrived = self._next()
        if isinstance(arrived, _End):
            self._put_end(_End(None))  # for other threads that wait
            return arrived
        self._unread -= len(arrived)
        if self._room is not None and self._unread < _AHEAD // 2 and not self._room.is_set():
            self.runner.call_soon(self._room.set)
        return arrived

    def _next(self) -> list[T] | _End:
        while True:
            try:
                return self._inbox.get(timeout=LIVENESS_S)
            except Empty:
                if not self.runner.is_alive or sys.is_finalizing():
                    raise PortalError(
                        "The thread that reads streams has died; the rest of the stream is lost."
                    ) from None

    async def close(self) -> None:
        """End the connection, and the wait of every thread that iterates."""
        self._is_left = True
        if self._task is not None:
            self._task.cancel()
        self._put_end(_End(None))  # a task that is cancelled before its first step says nothing
        await self.source.close()

    def forget(self) -> None:
        """`close` without waiting, for a stream that was collected."""
        portal.forget(self.close, self.runner)


class Stream(Generic[T]):
    """An answer that arrives event by event: iterate it with ``for``, or `collect` it.

    Leave it before its end with `close`, or by ``with``. Raises while iterating what `AsyncStream` raises.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""

    def __init__(self, source: AsyncStream[T]) -> None:
        self._source = source
        self.response = source.response
        self._ready: deque[T] = deque()
        self._pump = _Pump(source)
        self._is_over = False
        self._failed: GroqError | None = None
        self._guard: weakref.finalize[[], Stream[T]] | None = None

    def __iter__(self) -> Stream[T]:
        return self

    def __next__(self) -> T:
        while True:
            try:
                return self._ready.popleft()
            except IndexError:
                self._wait()

    def _wait(self) -> None:
        """Wait for events. Raises `StopIteration` at the end."""
        if self._failed is not None:
            raise self._failed
        if self._is_over:
            raise StopIteration
        refuse_from(self._pump.runner)  # before anything changes: the stream can be read elsewhere
        if not self._pump.is_started:
            self._start()
        try:
            arrived = self._pump.take()
            if not isinstance(arrived, _End):
                self._ready.extend(arrived)
                return
        except PortalError as error:
            self._end(error)
            raise
        except BaseException as error:
            # Ctrl-C, or what a signal's handler raises: events may be lost between the queue and here.
            name = type(error).__name__
            self.close()
            self._end(
                GroqError(f"The stream was left in the midst of a wait, by {name}; the rest of it is lost.")
            )
            raise
        self._end(arrived.error)
        try:
            raise arrived.error or StopIteration
        finally:
            del arrived  # the error's traceback refers to this frame: a cycle otherwise

    def _start(self) -> None:
        self._guard = weakref.finalize(self, self._pump.forget)
        self._guard.atexit = False  # the end of the process closes the connection
        portal.call(self._pump.start())

    def _end(self, error: BaseException | None = None) -> None:
        self._is_over = True
        if isinstance(error, GroqError):
            self._failed = error  # a cut answer is no answer, however often one asks
        if self._guard is not None:
            self._guard.detach()

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens used and their times; None until the service sent it, with its last chunk."""
        return self._source.usage

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended or was closed."""
        return self._is_over or self._source.is_closed

    def collect(self) -> ChatCompletion:
        """Read the stream to its end, and return what the same request without ``stream`` would have given.

        Chunks that were iterated before are in it too. Raises as iterating does, and `TypeError` for a
        stream of something else than chat chunks.
        """
        if not self._pump.is_started and not self._is_over:
            completion = portal.call(self._source.collect())
            self._is_over = True
            return completion
        for _ in self:
            pass
        return portal.call(self._source.collect())

    def close(self) -> None:
        """End the stream now. May be called more than once, and from another thread."""
        if self._is_over and self._source.is_closed:
            return
        self._end()
        self._ready.clear()
        portal.close(self._pump.close, self._pump.runner)

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()
