"""The portal: one daemon thread with an event loop, on which every blocking call runs its coroutine.

One for the process, started at the first call. So blocking calls work inside a running loop (a notebook), from many
threads at once, and share connections. What is particular:

- A call from the portal's own thread could only wait for itself: it is refused.
- Ctrl-C cancels the coroutine and waits, bounded, for it to clean up, before `KeyboardInterrupt` goes on.
- Every wait also watches whether the thread is alive: a dead loop is an exception, not a hang.
- After a fork the child has no such thread: it gets a new one at its first call.
- The thread is a daemon, so that it never holds up the end of the program, and still works in ``atexit`` handlers.
- Green threads (gevent, eventlet) in the place of real ones would hang it: they are refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeAlias, TypeVar, cast

from ..protocol.tracebacks import drop_inner_frames
from .runner import CLEANUP_S, LIVENESS_S, PortalError, Runner, refuse_green_threads

__all__ = ["Portal", "PortalError", "portal"]

T = TypeVar("T")
Close: TypeAlias = Callable[[], Coroutine[Any, Any, object]]


class _PortalCall(Generic[T]):
    """A call that waits for its coroutine: a lock for one waiter, which is cheaper than a Future."""

    __slots__ = ("_context", "_coro", "_done", "_error", "_runner", "_task", "_value")

    def __init__(self, runner: Runner, coro: Coroutine[Any, Any, T]) -> None:
        self._runner = runner
        self._coro = coro
        self._context = contextvars.copy_context()
        self._done = threading.Lock()
        self._done.acquire()
        self._task: asyncio.Task[None] | None = None
        self._value: T | None = None
        self._error: BaseException | None = None

    def run(self) -> T:
        """Run the coroutine on the runner and wait for its result."""
        __tracebackhide__ = True  # IPython and pytest leave such frames out
        try:
            self._runner.call_soon(self._start)
            if self._runner.has_ended:  # otherwise its end, at the latest, meets what was queued before
                self._check_alive()
            while not self._done.acquire(timeout=LIVENESS_S):
                self._check_alive()
        except BaseException:
            self._cancel()
            raise
        if self._error is not None:
            try:
                raise drop_inner_frames(self._error)
            finally:
                self._error = None  # the traceback refers to this frame: a cycle otherwise
        return cast("T", self._value)

    def _check_alive(self) -> None:
        runner = self._runner
        if not runner.is_alive:
            if self._done.locked():
                raise runner.lost()
        elif runner.is_started:
            runner.wake()
        else:
            runner.start()  # who has made it has not come to that so far: it may have been interrupted for good

    def _start(self) -> None:
        """On the loop's thread: run the coroutine in the context of the caller."""
        if not self._runner.is_alive:  # being wound up
            self._coro.close()
            self._error = self._runner.lost()
            self._release()
            return
        self._task = self._context.run(self._runner.loop.create_task, self._run())
        self._task.add_done_callback(self._finish)

    async def _run(self) -> None:
        try:
            self._value = await self._coro
        except (SystemExit, KeyboardInterrupt) as error:
            # Raised by code of the caller's, such as the source of an upload: it is for the caller, and not for the
            # loop, which would end with it.
            self._error = error

    def _finish(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            self._coro.close()  # nothing where it ran; cancelled before its first step, it was never awaited
            self._error = PortalError("The call was cancelled on the thread that runs blocking calls.")
        elif self._error is None:
            self._error = task.exception()
        self._task = None  # it holds the error, whose traceback refers to this: a cycle otherwise
        self._release()

    def _release(self) -> None:
        # Free already where an interrupt came between the end of the call and that of the wait.
        with contextlib.suppress(RuntimeError):
            self._done.release()

    def _cancel(self) -> None:
        """Interrupted while waiting: end the coroutine, and give it a moment to close its connection."""

        def cancel() -> None:
            if self._task is not None:
                self._task.cancel()
            else:  # interrupted before it was even queued, or after it had ended
                self._coro.close()
                self._release()

        if self._runner.is_alive:
            self._runner.call_soon(cancel)
            self._done.acquire(timeout=CLEANUP_S)
        elif self._task is None:
            self._coro.close()


def check_not_portal_thread(runner: Runner) -> None:
    """Raises `PortalError` on the runner's own thread, which cannot wait for itself."""
    if runner.is_current_thread:
        raise PortalError(
            "A blocking call was made from the thread that runs blocking calls, and would wait for itself for "
            "ever. In a callback or hook use AsyncGroq and await."
        )


class Portal:
    """The one runner of this process, and the ways to it."""

    def __init__(self) -> None:
        self._runner = Runner()
        self._runner.has_ended = True  # never begun: the first call takes its successor
        self._inherited: list[Runner] = []

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._runner.is_alive

    @property
    def runner(self) -> Runner:
        """The runner, started where there is none. Raises `PortalError` where none can be started."""
        runner = self._runner
        return runner if runner.is_started else self._start()

    def _start(self) -> Runner:
        # Without a lock: a signal handler or a finalizer that interrupts this, and makes a call itself, would wait for it
        # for ever. What must happen once is one atomic step each: `successor`, and which thread begins first.
        refuse_green_threads()
        runner = self._runner
        while not runner.is_alive:
            runner = runner.successor()
        self._runner = runner
        runner.start_if_made_here()
        return runner

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop. It is there once a call has been made."""
        return self.runner.loop

    def call(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return what it returns, or raise what it raises.

        Raises `PortalError` from the portal's own thread, and while the interpreter is going down.
        """
        __tracebackhide__ = True
        try:
            pending = _PortalCall(self._open(), coro)
        except BaseException:
            coro.close()
            raise
        return pending.run()

    def _open(self) -> Runner:
        if sys.is_finalizing():
            raise PortalError("The interpreter is shutting down; blocking calls cannot run any more.")
        runner = self.runner
        check_not_portal_thread(runner)
        return runner

    def close(self, close: Close, runner: Runner | None = None) -> None:
        """Close something that lives on a runner: waits for it, unless this is its thread or it runs no more."""
        if sys.is_finalizing() or (runner is not None and not runner.is_alive):
            return  # the end of the process closes everything, and did so in the parent of a forked one
        runner = runner or self.runner
        if runner.is_current_thread:
            self.close_nowait(close, runner)
        else:
            _PortalCall(runner, close()).run()

    def close_nowait(self, close: Close, runner: Runner) -> None:
        """Close something that nobody refers to any more, without waiting: this may be the garbage collector, in the
        middle of anything."""

        def begin() -> None:
            if runner.is_alive:  # or its end closes everything
                _keep(runner.loop.create_task(close()))

        if not sys.is_finalizing():
            runner.call_soon(begin)

    def reset_after_fork(self) -> None:
        """In the child after a fork: the thread is not there."""
        for runner in self._runner.reset_after_fork():
            # Kept: to collect its loop would be to warn of it, and to take sockets out of the parent's selector.
            self._inherited.append(runner)


_closing: set[asyncio.Task[object]] = set()


def _keep(task: asyncio.Task[object]) -> None:
    _closing.add(task)  # a loop refers to its tasks only weakly
    task.add_done_callback(_closing.discard)


portal: Portal = Portal()
"""The portal of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=portal.reset_after_fork)
