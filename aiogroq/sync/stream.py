"""`Stream`: the sync version of `AsyncStream`.

One task on the portal's event loop reads ahead, and hands over all events that one read has decoded: a round trip to the loop
for each event would cost more than the event. It reads ahead by a limited number of events, so a slow reader slows the sender
down. The task has no reference to the `Stream`: when that is garbage-collected, the task and the connection end.
"""

from __future__ import annotations

import asyncio
import sys
import weakref
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from .. import transport
from ..errors import APIError, GroqError
from ..protocol.chat_stream import ByEventType
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.completion_usage import CompletionUsage
from .portal import PortalError, check_not_portal_thread, portal
from .runner import LIVENESS_S

if TYPE_CHECKING:
    from ..types.responses.response import Response
    from ..types.responses.response_stream_event import ResponseStreamEvent

T = TypeVar("T")
U = TypeVar("U")

_AHEAD = 2048
"""About how many events are read ahead of the reader."""


class _End:
    """Ends the queue: with an error, or None for a stream that ended in order."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _ReadAhead(Generic[T]):
    """Reads the events of a stream on the portal's event loop, into a queue for the threads that iterate it.

    The loop and the threads share no state that both change. After every half of `_AHEAD` events a mark (None) follows in the
    queue, which the reader acknowledges: the loop waits while two marks are not acknowledged.
    """

    def __init__(self, source: transport.AsyncStream[T]) -> None:
        self.source = source
        self.runner = portal.runner
        # A deque with a semaphore would not do: an interrupt of the reader can leave the semaphore's lock locked, and the
        # loop would wait for it.
        self._queue: SimpleQueue[list[T] | _End | None] = SimpleQueue()
        self.task: asyncio.Task[None] | None = None
        self._is_closed = False
        # Used by the thread of the loop only:
        self._open_marks = 0
        self._acknowledged = asyncio.Event()

    async def start(self) -> None:
        """Begin to read."""
        if self.task is None and not self._is_closed:
            self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        end = _End(None)
        try:
            unmarked = 0
            while batch := await self.source.next_batch():
                self._queue.put(batch)
                unmarked += len(batch)
                if unmarked >= _AHEAD // 2:
                    unmarked = 0
                    await self._put_mark()
        except asyncio.CancelledError:
            if (
                not self._is_closed
            ):  # cancelled with the loop: must not look like the end of a complete stream
                end = _End(
                    PortalError("The task that reads this stream was cancelled; the rest of it is lost.")
                )
        except BaseException as error:
            end = _End(error)
        self._queue.put(end)

    async def _put_mark(self) -> None:
        self._open_marks += 1
        self._queue.put(None)
        while self._open_marks >= 2:
            self._acknowledged.clear()
            await self._acknowledged.wait()

    def _acknowledge(self) -> None:
        self._open_marks -= 1
        self._acknowledged.set()

    def take(self) -> list[T] | _End:
        """Return the next events, waiting for them, or the end. Raises `PortalError` if the loop has ended."""
        while True:
            item = self._next()
            if isinstance(item, list):
                return item
            if isinstance(item, _End):
                self._queue.put(item)  # for other threads that wait
                return item
            self.runner.call_soon(self._acknowledge)

    def _next(self) -> list[T] | _End | None:
        while True:
            try:
                return self._queue.get(timeout=LIVENESS_S)
            except Empty:
                self.runner.wake()  # it is paused at the end of the program
            if not self.runner.is_alive or sys.is_finalizing():
                try:
                    return self._queue.get_nowait()  # put in since then
                except Empty:
                    raise PortalError(
                        "The thread that reads streams has died; the rest of the stream is lost."
                    ) from None

    async def close(self) -> None:
        """Close the connection, and end the wait of every thread that iterates."""
        self._is_closed = True
        if self.task is not None:
            self.task.cancel()
        self._queue.put(_End(None))  # a task that is cancelled before its first step puts nothing
        await self.source.close()

    def close_nowait(self) -> None:
        """Close the stream without waiting for it, after it was garbage-collected."""
        portal.close_nowait(self.close, self.runner)


class Stream(Generic[T]):
    """A response that arrives event by event: iterate it with ``for``, or `collect` it.

    Leave it before its end with `close`, or use it with ``with``. Raises while iterating what `AsyncStream` raises.
    """

    response: Any
    """The body that the events come from: ``status``, ``headers``, ``url``."""

    def __init__(self, source: transport.AsyncStream[T]) -> None:
        self._source = source
        self.response = source.response
        self._ready: deque[T] = deque()
        self._ahead = _ReadAhead(source)
        self._is_over = False
        self._is_drained = False  # whether the reader has had all events
        self._error: BaseException | None = None
        self._interrupted_by = ""  # the name of an exception raised in this thread that has ended the stream
        self._finalizer: weakref.finalize[[], Stream[T]] | None = None

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
                self.interrupt(error)
                raise
            self._wait()  # not in the `except` block, or its errors would have an IndexError as their context

    def _wait(self) -> None:
        """Wait for events. Raises `StopIteration` at the end."""
        self._raise_end()
        check_not_portal_thread(
            self._ahead.runner
        )  # before anything changes: another thread can read the stream
        if self._ahead.task is None:
            self._finalizer = weakref.finalize(self, self._ahead.close_nowait)
            self._finalizer.atexit = False  # the end of the process closes the connection
            portal.call(self._ahead.start())
        try:
            item = self._ahead.take()
            if isinstance(item, list):
                self._ready.extend(item)
                return
        except PortalError as error:
            self._end(error)
            raise
        except BaseException as error:
            # Events may be lost between the queue and here, though not for `collect`: the source stores what it decodes.
            self.interrupt(error)
            raise
        self._is_drained = item.error is None and not self._is_over  # another thread may have closed it
        self._end(item.error)
        del item  # the error's traceback refers to this frame: a cycle otherwise
        self._raise_end()

    def _raise_end(self) -> None:
        """Raise what is raised instead of another event, if the stream is over."""
        if self._interrupted_by:
            if self._ahead.runner.is_alive:
                portal.call(self._ahead.close())
            raise self._source.closed_early(f", by {self._interrupted_by}")
        if self._error is not None:
            raise self._error  # every time: a truncated stream never looks complete
        if self._is_over:
            raise StopIteration

    def _end(self, error: BaseException | None = None) -> None:
        if error is not None:
            self._error = error
        self._is_over = True
        if self._finalizer is not None:
            self._finalizer.detach()

    if TYPE_CHECKING:
        partial: ByEventType[ChatCompletion | None] = ByEventType()
        usage: ByEventType[CompletionUsage | None] = ByEventType()
    else:

        @property
        def partial(self) -> ChatCompletion | None:
            """What has arrived so far, as `collect` returns it; None if the events of the stream have no result together."""
            return self._on_loop(lambda source: source.partial)

        @property
        def usage(self) -> CompletionUsage | None:
            """The tokens used and their times; None until the service sent it, with its last chunk."""
            return self._on_loop(lambda source: source.usage)

    def _on_loop(self, read: Callable[[transport.AsyncStream[T]], U]) -> U:
        """Read something of the source on the loop, which may add events to it meanwhile."""
        runner = self._ahead.runner
        if self._is_over or not runner.is_alive or runner.is_current_thread or sys.is_finalizing():
            return read(self._source)

        async def read_it() -> U:
            return read(self._source)

        return portal.call(read_it())

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended or was closed."""
        return self._is_over or self._source.is_closed

    @property
    def is_complete(self) -> bool:
        """Whether all events were read, and the stream has ended in order."""
        return self._is_drained and self._source.is_complete

    @overload
    def collect(self: Stream[ChatCompletionChunk]) -> ChatCompletion: ...
    @overload
    def collect(self: Stream[ResponseStreamEvent]) -> Response: ...
    @overload
    def collect(self) -> Any: ...
    def collect(self) -> Any:
        """Read the stream to its end. Returns what the same request without ``stream`` returns.

        Chunks that were iterated before are in it too. Raises as iterating does, and `TypeError` if the events of the
        stream have no result together, such as plain dicts.
        """
        if self._ahead.task is None and not self._is_over:
            return self._collect_unread()
        if self._interrupted_by and self._ahead.runner.is_alive:
            portal.call(self._ahead.close())  # complete all the same if all of it had arrived
        else:
            for _ in self:
                pass
        return portal.call(self._source.collect())

    def _collect_unread(self) -> Any:
        try:
            result = portal.call(self._source.collect())
        except (GroqError, TypeError):
            raise
        except BaseException as error:
            self.interrupt(error)
            raise
        self._is_over = self._is_drained = True
        return result

    def closed_early(self) -> APIError:
        """Return the error for a stream that was closed before its end, with the ``partial`` result."""
        return self._on_loop(lambda source: source.closed_early())

    def interrupt(self, error: BaseException) -> None:
        """Close the stream because of an exception raised in this thread, by Ctrl-C or the handler of a signal."""
        self._interrupted_by = type(error).__name__
        self.close()

    def close(self) -> None:
        """Close the stream now. May be called more than once, and from another thread."""
        if self._is_over and self._source.is_closed:
            return
        self._is_over = True
        self._ready.clear()
        portal.close(self._ahead.close, self._ahead.runner)
        if self._finalizer is not None:
            self._finalizer.detach()  # only now: an interrupt before may leave the connection open

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()
