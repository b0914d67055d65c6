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
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Generic, TypeVar

from .. import transport
from ..errors import APIError, GroqError
from ..types.chat.chat_completion import ChatCompletion
from ..types.completion_usage import CompletionUsage
from .portal import PortalError, check_not_portal_thread, portal
from .runner import LIVENESS_S

T = TypeVar("T")
U = TypeVar("U")

_AHEAD = 2048
"""Events that are read ahead, about, before somebody reads them."""


class _End:
    """The stream is over: with this error, or well."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Mark:
    """Lies in the queue behind every half of `_AHEAD` events."""


_MARK = _Mark()


class _Pump(Generic[T]):
    """Reads the events of a stream on the portal's loop, into a queue for the threads that iterate it.

    The two sides share nothing that both change. How far the pump has read ahead it learns from its own marks, which come
    back to it: two of them that no reader has met are as much as is read ahead.
    """

    def __init__(self, source: transport.AsyncStream[T]) -> None:
        self.source = source
        self.runner = portal.runner
        # Not a deque with a semaphore, whose lock an interrupt of the reader can leave locked, for the portal to wait on.
        self._inbox: SimpleQueue[list[T] | _Mark | _End] = SimpleQueue()
        self._task: asyncio.Task[None] | None = None
        self._is_left = False
        # These two are for the loop's thread alone.
        self._unmet_marks = 0
        self._mark_met = asyncio.Event()

    @property
    def is_started(self) -> bool:
        """Whether it reads or has read."""
        return self._task is not None

    async def start(self) -> None:
        """Begin to read."""
        if self._task is None and not self._is_left:
            self._task = asyncio.create_task(self._read_ahead())

    async def _read_ahead(self) -> None:
        end = _End(None)
        try:
            unmarked = 0
            while batch := await self.source.next_batch():
                self._inbox.put(batch)
                unmarked += len(batch)
                if unmarked >= _AHEAD // 2:
                    unmarked = 0
                    await self._put_mark()
        except asyncio.CancelledError:
            if not self._is_left:  # cut with the loop: no end like that of a whole stream
                end = _End(
                    PortalError("The task that reads this stream was cancelled; the rest of it is lost.")
                )
        except BaseException as error:
            end = _End(error)
        self._inbox.put(end)

    async def _put_mark(self) -> None:
        self._unmet_marks += 1
        self._inbox.put(_MARK)
        while self._unmet_marks >= 2:
            self._mark_met.clear()
            await self._mark_met.wait()

    def _meet_mark(self) -> None:
        self._unmet_marks -= 1
        self._mark_met.set()

    def take(self) -> list[T] | _End:
        """The next events, waiting for them, or the end. Raises `PortalError` where neither will come."""
        while True:
            arrived = self._next()
            if isinstance(arrived, list):
                return arrived
            if isinstance(arrived, _End):
                self._inbox.put(arrived)  # for other threads that wait
                return arrived
            self.runner.call_soon(self._meet_mark)

    def _next(self) -> list[T] | _Mark | _End:
        while True:
            try:
                return self._inbox.get(timeout=LIVENESS_S)
            except Empty:
                pass
            if not self.runner.is_alive or sys.is_finalizing():
                try:
                    return self._inbox.get_nowait()  # put there since
                except Empty:
                    raise PortalError(
                        "The thread that reads streams has died; the rest of the stream is lost."
                    ) from None

    async def close(self) -> None:
        """End the connection, and the wait of every thread that iterates."""
        self._is_left = True
        if self._task is not None:
            self._task.cancel()
        self._inbox.put(_End(None))  # a task that is cancelled before its first step says nothing
        await self.source.close()

    async def collect(self) -> ChatCompletion:
        """What has arrived, where it is the whole stream. Raises as `AsyncStream.collect`."""
        await self.close()
        return await self.source.collect()

    async def left_early(self, by: str) -> APIError:
        """The error for a stream that something in the reader's thread has ended."""
        await self.close()
        return self.source.closed_early(f", by {by}")

    def close_nowait(self) -> None:
        """`close` without waiting, for a stream that was collected."""
        portal.close_nowait(self.close, self.runner)


class Stream(Generic[T]):
    """An answer that arrives event by event: iterate it with ``for``, or `collect` it.

    Leave it before its end with `close`, or by ``with``. Raises while iterating what `AsyncStream` raises.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""

    def __init__(self, source: transport.AsyncStream[T]) -> None:
        self._source = source
        self.response = source.response
        self._ready: deque[T] = deque()
        self._pump = _Pump(source)
        self._is_over = False
        self._failed: BaseException | None = None
        self._left_by = ""  # the name of the exception, where one of this thread's has ended it
        self._guard: weakref.finalize[[], Stream[T]] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._source.describe()}>"

    def __iter__(self) -> Stream[T]:
        return self

    def __next__(self) -> T:
        while True:
            try:
                return self._ready.popleft()
            except IndexError:
                pass
            except BaseException as error:  # the event may have been taken out, and be lost
                self._leave(error)
                raise
            self._wait()  # not above, where what it raises would seem to have come of an IndexError

    def _wait(self) -> None:
        """Wait for events. Raises `StopIteration` at the end."""
        self._raise_end()
        check_not_portal_thread(
            self._pump.runner
        )  # before anything changes: the stream can be read elsewhere
        if not self._pump.is_started:
            self._start()
        try:
            arrived = self._pump.take()
            if isinstance(arrived, list):
                self._ready.extend(arrived)
                return
        except PortalError as error:
            self._end(error)
            raise
        except BaseException as error:
            # Events may be lost between the queue and here, though not to the source, which keeps what it has decoded.
            self._leave(error)
            raise
        self._end(arrived.error)
        del arrived  # the error's traceback refers to this frame: a cycle otherwise
        self._raise_end()

    def _raise_end(self) -> None:
        """Raises what there is instead of more events, where the stream is over."""
        if self._left_by:
            raise self._left_early()
        if self._failed is not None:
            raise self._failed  # a cut answer is no answer, however often one asks
        if self._is_over:
            raise StopIteration

    def _left_early(self) -> APIError:
        if self._pump.runner.is_alive:
            return portal.call(self._pump.left_early(self._left_by))
        return self._source.closed_early(f", by {self._left_by}")

    def _start(self) -> None:
        self._guard = weakref.finalize(self, self._pump.close_nowait)
        self._guard.atexit = False  # the end of the process closes the connection
        portal.call(self._pump.start())

    def _end(self, error: BaseException | None = None) -> None:
        if error is not None:
            self._failed = error
        self._is_over = True
        if self._guard is not None:
            self._guard.detach()

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens used and their times; None until the service sent it, with its last chunk."""
        return self._read(lambda source: source.usage)

    @property
    def partial(self) -> ChatCompletion | None:
        """What has arrived so far, as a completion; None for a stream of something else than chat chunks."""
        return self._read(lambda source: source.partial)

    def _read(self, read: Callable[[transport.AsyncStream[T]], U]) -> U:
        """Read something of the stream on the loop, where events are added to it meanwhile."""
        runner = self._pump.runner
        if self._is_over or not runner.is_alive or runner.is_current_thread or sys.is_finalizing():
            return read(self._source)

        async def read_it() -> U:
            return read(self._source)

        return portal.call(read_it())

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
            return self._collect_unread()
        if self._left_by and self._pump.runner.is_alive:
            return portal.call(self._pump.collect())
        for _ in self:
            pass
        return portal.call(self._source.collect())

    def _collect_unread(self) -> ChatCompletion:
        try:
            completion = portal.call(self._source.collect())
        except (GroqError, TypeError):
            raise
        except BaseException as error:
            self._leave(error)
            raise
        self._is_over = True
        return completion

    def _leave(self, error: BaseException) -> None:
        """End the stream for what was raised in this thread: Ctrl-C, or what a signal's handler raises."""
        self._left_by = type(error).__name__
        self.close()

    def close(self) -> None:
        """End the stream now. May be called more than once, and from another thread."""
        if self._is_over and self._source.is_closed:
            return
        self._is_over = True
        self._ready.clear()
        portal.close(self._pump.close, self._pump.runner)
        if self._guard is not None:
            self._guard.detach()  # not before: an interrupt may leave the connection open

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()
