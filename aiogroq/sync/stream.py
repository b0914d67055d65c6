"""`Stream`: the blocking twin of `AsyncStream`.

One task on the portal's loop reads ahead and hands over every event that one read has decoded, since a round trip to the
loop for each event would cost more than the event itself. It reads ahead by a bounded number of events, so that a slow
reader slows the sender down.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .portal import PortalError, portal

if TYPE_CHECKING:
    from ..transport.stream import AsyncStream
    from ..types.chat.chat_completion import ChatCompletion
    from ..types.completion_usage import CompletionUsage

T = TypeVar("T")

_AHEAD = 2048
"""Events that are read ahead at most."""
_LIVENESS_S = 1.0


class _End:
    """The stream is over: with this error, or well."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


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
        self._inbox: deque[list[T] | _End] = deque()
        self._arrived = threading.Semaphore(0)
        self._unread = 0
        self._room: asyncio.Event | None = None
        self._pump: asyncio.Task[None] | None = None
        self._is_over = False

    def __iter__(self) -> Stream[T]:
        return self

    def __next__(self) -> T:
        try:
            return self._ready.popleft()
        except IndexError:
            self._wait()
            return self._ready.popleft()

    def _wait(self) -> None:
        """Wait for events. Raises `StopIteration` at the end."""
        if self._is_over:
            raise StopIteration
        if self._pump is None:
            portal.call(self._start())
        try:
            while not self._arrived.acquire(timeout=_LIVENESS_S):
                if not portal.is_alive:
                    raise PortalError(
                        "The thread that reads streams has died; the rest of the stream is lost."
                    )
        except KeyboardInterrupt:
            self.close()
            raise
        arrived = self._inbox.popleft()
        if isinstance(arrived, _End):
            self._is_over = True
            if arrived.error is not None:
                raise arrived.error
            raise StopIteration
        self._ready.extend(arrived)
        self._unread -= len(arrived)
        if self._room is not None and self._unread < _AHEAD // 2 and not self._room.is_set():
            portal.call_soon(self._room.set)

    async def _start(self) -> None:
        self._room = asyncio.Event()
        self._pump = asyncio.create_task(self._read_ahead())

    async def _read_ahead(self) -> None:
        end = _End(None)
        try:
            while batch := await self._source.next_batch():
                self._inbox.append(batch)
                self._unread += len(batch)
                self._arrived.release()
                if self._unread >= _AHEAD and self._room is not None:
                    self._room.clear()
                    await self._room.wait()
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            end = _End(error)
        self._inbox.append(end)
        self._arrived.release()

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
        if self._pump is None and not self._is_over:
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
        self._is_over = True
        self._ready.clear()
        portal.call(self._close())

    async def _close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
        await self._source.close()

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()
