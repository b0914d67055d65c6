"""The portal: one daemon thread with an event loop, on which every blocking call runs its coroutine.

One for the process, started at the first call. So blocking calls work inside a running loop (a notebook), from many
threads at once, and share connections. What is particular:

- A call from the portal's own thread could only wait for itself: it is refused.
- Ctrl-C cancels the coroutine and waits, bounded, for it to clean up, before `KeyboardInterrupt` goes on.
- Every wait also watches whether the thread is alive: a dead loop is an exception, not a hang.
- After a fork the child has no such thread: it gets a new portal at its first call.
- The thread is a daemon, so that it never holds up the end of the program.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, Generic, TypeVar, cast

from ..errors import GroqError

T = TypeVar("T")

_LIVENESS_S = 1.0
"""How often a wait looks whether the loop's thread is alive, in seconds."""
_CLEANUP_S = 5.0
"""How long an interrupted call is given to clean up, in seconds."""


class PortalError(GroqError):
    """A blocking call that cannot be made here."""


class _Pending(Generic[T]):
    """A call that waits for its coroutine: a lock for one waiter, which is cheaper than a Future."""

    __slots__ = ("_done", "_error", "_portal", "_task", "_value", "context", "coro")

    def __init__(self, portal: Portal, coro: Coroutine[Any, Any, T]) -> None:
        self._portal = portal
        self.coro = coro
        self.context = contextvars.copy_context()
        self._done = threading.Lock()
        self._done.acquire()
        self._task: asyncio.Task[T] | None = None
        self._value: T | None = None
        self._error: BaseException | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """On the loop's thread: run the coroutine in the context of the caller."""
        self._task = self.context.run(loop.create_task, self.coro)
        self._task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self._error = asyncio.CancelledError()
        else:
            self._error = task.exception()
            if self._error is None:
                self._value = task.result()
        self._done.release()

    def fail(self, error: BaseException) -> None:
        """End the wait with this error; the coroutine has not begun."""
        self.coro.close()
        self._error = error
        self._done.release()

    def wait(self) -> T:
        """Wait for the result."""
        try:
            while not self._done.acquire(timeout=_LIVENESS_S):
                if not self._portal.is_alive:
                    raise PortalError(
                        "The thread that runs blocking calls has died; the call was lost with it."
                    )
        except BaseException as error:
            if not isinstance(error, PortalError):
                self._cancel()
            raise
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # the traceback refers to this frame: a cycle otherwise
        return cast("T", self._value)

    def _cancel(self) -> None:
        """Interrupted while waiting: end the coroutine, and give it a moment to close its connection."""

        def cancel() -> None:
            if self._task is not None:
                self._task.cancel()

        if self._portal.is_alive:
            self._portal.call_soon(cancel)
            self._done.acquire(timeout=_CLEANUP_S)


class Portal:
    """A thread with an event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._queue: deque[Callable[[], object]] = deque()
        self._is_woken = False

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop, started where it was not."""
        loop = self._loop
        if loop is None or loop.is_closed() or not self.is_alive:
            loop = self._start()
        return loop

    def call(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return what it returns, or raise what it raises.

        Raises `PortalError` from the portal's own thread, and while the interpreter is going down.
        """
        if threading.get_ident() == (self._thread.ident if self._thread is not None else None):
            coro.close()
            raise PortalError(
                "A blocking call was made from the thread that runs blocking calls, and would wait for itself for "
                "ever. In a callback or hook use AsyncGroq and await."
            )
        if sys.is_finalizing():
            coro.close()
            raise PortalError("The interpreter is shutting down; blocking calls cannot run any more.")
        loop = self.loop
        pending = _Pending(self, coro)
        self.call_soon(lambda: pending.start(loop))
        return pending.wait()

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Run a callback on the loop's thread soon. One wake-up of the loop serves all that are waiting."""
        loop = self.loop
        self._queue.append(callback)
        if not self._is_woken:
            self._is_woken = True
            loop.call_soon_threadsafe(self._run_queue)

    def _run_queue(self) -> None:
        # Cleared first: what is queued from now on wakes the loop again.
        self._is_woken = False
        queue = self._queue
        while queue:
            queue.popleft()()

    def _start(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is not None and not self._loop.is_closed() and self.is_alive:
                return self._loop
            loop = _new_loop()
            ready = threading.Event()
            self._queue.clear()
            self._is_woken = False
            thread = threading.Thread(target=_run, args=(loop, ready), name="aiogroq-portal", daemon=True)
            self._thread, self._loop = thread, loop
            thread.start()
            ready.wait()
            return loop

    def forget(self) -> None:
        """In the child after a fork: the thread is not there, and locks may be held by threads that are not."""
        self._lock = threading.Lock()
        self._loop = None
        self._thread = None
        self._queue = deque()
        self._is_woken = False


def _run(loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    loop.call_soon(ready.set)
    loop.run_forever()


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        uvloop: Any = import_module("uvloop")  # an extra: type checkers, too, work where it is missing
    except ImportError:
        return asyncio.new_event_loop()
    return cast("asyncio.AbstractEventLoop", uvloop.new_event_loop())


portal: Portal = Portal()
"""The portal of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=portal.forget)
