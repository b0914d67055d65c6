"""The portal: one daemon thread with an event loop, on which every sync call runs its coroutine.

There is one for the process, started at the first call. So sync calls work inside a running event loop (a notebook) and
from many threads at once, and share connections. Special cases:

- A call from the portal's own thread would wait for itself: it raises.
- Ctrl-C cancels the coroutine and waits up to `CLEANUP_S` for its cleanup, before `KeyboardInterrupt` is raised.
- Every wait checks whether the thread is alive: a dead thread raises instead of hanging.
- After a fork the child process has no such thread: it starts a new one at its first call.
- The thread is a daemon, so it never delays the end of the program, and still works in ``atexit`` handlers. After them it
  is paused, until a handler that was registered before this module was imported makes a call.
- Green threads (gevent, eventlet) instead of real ones would hang it: they are rejected.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

from .pending_call import PendingCall, PortalError
from .runner import CLEANUP_S, LIVENESS_S, Runner, check_threads

__all__ = ["Portal", "PortalError", "portal"]

T = TypeVar("T")
Close: TypeAlias = Callable[[], Coroutine[Any, Any, object]]


def check_not_portal_thread(runner: Runner) -> None:
    """Raise `PortalError` on the runner's own thread, which cannot wait for itself."""
    if runner.is_current_thread:
        raise PortalError(
            "A sync call was made from the thread that runs sync calls, and would wait for itself forever. In a "
            "callback use AsyncGroq and await."
        )


def _run(runner: Runner, pending: PendingCall[T]) -> T:
    """Run a coroutine on the runner and wait for its result."""
    __tracebackhide__ = True  # IPython and pytest leave such frames out
    try:
        runner.start_call(pending)
        if runner.has_ended:  # otherwise the end of the thread runs the queue
            _check_alive(runner, pending)
        while not pending.done.acquire(timeout=LIVENESS_S):
            _check_alive(runner, pending)
    except BaseException:
        _cancel(runner, pending)
        raise
    error = pending.take_error()
    if error is not None:
        try:
            raise error
        finally:
            del error  # its traceback refers to this frame: a cycle otherwise
    return pending.value


def _check_alive(runner: Runner, pending: PendingCall[Any]) -> None:
    if not runner.is_alive:
        if pending.done.locked():
            raise runner.lost()
    elif runner.is_started:
        runner.wake()
    else:
        runner.start()  # the thread that made the runner has not started it, and may never do so


def _cancel(runner: Runner, pending: PendingCall[Any]) -> None:
    """Cancel the coroutine after an interrupt, and wait up to `CLEANUP_S` for it to close its connection."""
    if runner.is_alive:
        runner.call_soon(pending.cancel)
        pending.done.acquire(timeout=CLEANUP_S)
    elif not pending.is_running:
        pending.discard()


class Portal:
    """Runs coroutines on the one runner of this process."""

    def __init__(self) -> None:
        self._runner = Runner()
        self._runner.has_ended = True  # a placeholder: the first call makes its successor
        self._inherited: list[Runner] = []

    @property
    def is_alive(self) -> bool:
        """Whether the thread is running."""
        return self._runner.is_alive

    @property
    def runner(self) -> Runner:
        """The runner, started if necessary. Raises `PortalError` if it cannot be started."""
        runner = self._runner
        return runner if runner.is_started else self._start()

    def _start(self) -> Runner:
        # Without a lock: a signal handler or a finalizer that interrupts this and makes a call itself would wait for the
        # lock forever. What must happen once is atomic: `successor`, and which thread begins first.
        check_threads()
        runner = self._runner
        while not runner.is_alive:
            runner = runner.successor()
        self._runner = runner
        runner.start_if_made_here()
        return runner

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop. It exists once a call has been made."""
        return self.runner.loop

    def call(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the event loop and return its result, or raise its exception.

        Raises `PortalError` on the portal's own thread, and while the interpreter is shutting down.
        """
        __tracebackhide__ = True
        try:
            runner = self._open()
            pending = PendingCall(coro)
        except BaseException:
            coro.close()
            raise
        return _run(runner, pending)

    def _open(self) -> Runner:
        if sys.is_finalizing():
            raise PortalError("The interpreter is shutting down; sync calls cannot run any more.")
        runner = self.runner
        check_not_portal_thread(runner)
        return runner

    def close(self, close: Close, runner: Runner | None = None) -> None:
        """Close something on the thread of ``runner``, and wait unless this is that thread. Does nothing after its end."""
        if sys.is_finalizing() or (runner is not None and not runner.is_alive):
            return  # the end of the process closes it; after a fork it belongs to the parent
        runner = runner or self.runner
        if runner.is_current_thread:
            self.close_nowait(close, runner)
        else:
            _run(runner, PendingCall(close()))

    def close_nowait(self, close: Close, runner: Runner) -> None:
        """Close something without waiting: the garbage collector may be calling, at any point of the program."""

        def begin() -> None:
            if runner.is_alive:  # otherwise its end has closed everything
                _hold(runner.loop.create_task(close()))

        if not sys.is_finalizing():
            runner.call_soon(begin)

    def pause(self) -> None:
        """Pause the thread at the end of the program, until another call is made."""
        if self._runner.is_started and not self._runner.is_current_thread:
            self._runner.pause()

    def reset_after_fork(self) -> None:
        """In the child process after a fork, forget the thread, which is not there."""
        for runner in self._runner.reset_after_fork():
            # Referenced forever: collecting its event loop would warn, and remove sockets from the parent's selector.
            self._inherited.append(runner)


_closing: set[asyncio.Task[object]] = set()


def _hold(task: asyncio.Task[object]) -> None:
    _closing.add(task)  # an event loop refers to its tasks only weakly
    task.add_done_callback(_closing.discard)


portal: Portal = Portal()
"""The portal of this process."""

# Handlers run in the opposite order of their registration, so this one after those of a program that imports this first.
atexit.register(portal.pause)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=portal.reset_after_fork)
