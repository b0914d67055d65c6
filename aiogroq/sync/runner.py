"""`Runner`: one thread with an event loop."""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from itertools import chain
from queue import Empty, SimpleQueue
from typing import Any, cast

from ..transport.threads import DaemonExecutor
from .pending_call import PendingCall, PortalError
from .threaded_resolver import ThreadedResolver

LIVENESS_S = 0.1 if sys.platform == "win32" else 1.0
"""Seconds between two checks of a wait whether the thread is alive. On Windows also the longest delay of Ctrl-C, which
cannot interrupt a wait there."""
_MAX_LOOK_UPS = 32
"""Host names that are resolved at the same time."""
PAUSE_S = 1.0
"""Seconds that the end of the program waits for the thread to pause."""
CLEANUP_S = 5.0
"""Seconds that the cleanup of an interrupted call may take."""


class Runner:
    """An event loop, and the daemon thread that runs it after `start`.

    No method waits for a lock: a signal handler or a finalizer may call any of them after it has interrupted any of
    them, at any point, in the same thread.
    """

    loop: asyncio.AbstractEventLoop
    """The event loop. It exists once the thread has started."""

    def __init__(self) -> None:
        self._queue: deque[Callable[[], object]] = deque()
        self._has_loop = False
        # The number of runs of the queue, and that number when the loop was last woken. A race can only leave an older
        # value here, which wakes the loop once too often, never too rarely.
        self._runs = 0
        self._woken_at = -1
        self._made_by = threading.get_ident()
        self._is_paused = False
        self._resumed: SimpleQueue[None] = SimpleQueue()
        self._successors: dict[str, Runner] = {}
        # The idents of the threads started for it: the first one runs the event loop, any other ends at once.
        self._threads: list[int] = []
        self._failure: BaseException | None = None
        self.has_ended: bool = False
        """Whether the thread has ended. Set by the thread, and in the child process after a fork."""

    @property
    def is_alive(self) -> bool:
        """Whether the thread is running, or will be."""
        # Not `Thread.is_alive`: up to Python 3.12 an interrupt inside it marks a living thread as dead.
        return not self.has_ended

    @property
    def is_current_thread(self) -> bool:
        """Whether this is the thread."""
        threads = self._threads
        return bool(threads) and threads[0] == threading.get_ident() and not self.has_ended

    @property
    def is_started(self) -> bool:
        """Whether the thread has started and not ended."""
        return bool(self._threads) and not self.has_ended

    def successor(self) -> Runner:
        """Return the runner after this one, which has ended. All callers get the same one."""
        return self._successors.setdefault("", Runner())  # atomic

    def start_if_made_here(self) -> None:
        """Start the thread if this thread has made the runner. A signal handler or finalizer that interrupts the maker
        runs in the same thread, so it starts the thread itself, and does not wait for the code that it interrupted."""
        if not self._threads and self._made_by == threading.get_ident():
            self.start()

    def start(self) -> None:
        """Start a thread. If another one was started too, the first to begin runs the event loop. Raises `PortalError`
        if no thread can be started."""
        try:
            # Not `threading.Thread`, whose start holds a lock of all threads: if a signal handler interrupted it and
            # made a call, the new thread would wait for that lock, and the handler for the new thread.
            _thread.start_new_thread(self._run, ())
        except RuntimeError as error:
            raise PortalError(
                f"The thread that runs sync calls cannot be started ({error}). From Python 3.12 on there are no new "
                "threads while the interpreter exits: a program that calls in an atexit handler must have called before."
            ) from error

    def reset_after_fork(self) -> Iterator[Runner]:
        """In the child process after a fork, mark this runner and its successors as ended, and yield them."""
        runner: Runner | None = self
        while runner is not None:
            runner.has_ended = True
            yield runner
            runner = runner._successors.get("")

    def lost(self) -> PortalError:
        """Return the error for a call that the thread will not finish."""
        if self._failure is not None:
            return PortalError(f"The thread that runs sync calls could not make its loop: {self._failure!r}.")
        return PortalError("The thread that runs sync calls has died; the call was lost with it.")

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Run a callback on the thread soon. One wake-up of the event loop serves all waiting callbacks."""
        self._queue.append(callback)
        runs = self._runs
        # If equal, the loop was woken after that run began, and its next run will see the callback.
        if self._woken_at != runs:
            self.wake()
            self._woken_at = runs

    def start_call(self, pending: PendingCall[Any]) -> None:
        """Run the coroutine of a call on the thread soon."""
        self.call_soon(partial(self._begin, pending))

    def _begin(self, pending: PendingCall[Any]) -> None:
        if self.is_alive:
            pending.start(self.loop)
        else:  # shutting down
            pending.fail(self.lost())

    def pause(self) -> None:
        """Let the thread wait, after what it does now, until `wake` is called, and return when it waits.

        For the end of the program. A thread that waits for events in uvloop crashes the process if one comes when the
        interpreter is gone: libuv calls back into Python then. A thread that waits for a lock of Python never returns.
        """
        paused: SimpleQueue[None] = SimpleQueue()
        self.call_soon(partial(self._pause, paused))
        with contextlib.suppress(Empty):
            paused.get(timeout=PAUSE_S)

    def _pause(self, paused: SimpleQueue[None]) -> None:
        self._is_paused = True
        # An iterator over a function calls it once if the result is the sentinel.
        report: Iterator[None] = iter(partial(paused.put, None), None)
        wait: Iterator[None] = iter(()) if self._queue else iter(self._resumed.get, None)
        # Both in one call of C code, which keeps the GIL between them. Otherwise the end of the program may go on while this
        # thread waits for the GIL, and Python up to 3.11 then uses the state of this thread after freeing it.
        next(chain(report, wait), None)
        self._is_paused = False

    def wake(self) -> None:
        """Make the thread run the queue, and end its pause. Safe at any time."""
        if self._is_paused:
            self._resumed.put(None)
        if self._has_loop:  # otherwise the loop begins by running the queue
            # If the loop has ended, the waiting call sees that the thread is dead.
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._run_queue)

    def _run_queue(self) -> None:
        # Count first: callbacks queued from now on wake the loop again.
        self._runs += 1
        queue = self._queue
        try:
            while queue:
                queue.popleft()()
        finally:
            if queue:  # the thread is ending, or a callback raised
                self.wake()

    def _run(self) -> None:
        self._threads.append(
            threading.get_ident()
        )  # atomic, and from here on `is_current_thread` knows this thread
        if not self.is_current_thread:
            return
        try:
            self._adopt_thread()
            self._make_loop()
            if self._has_loop:
                self.loop.run_forever()
        finally:
            self.has_ended = True
            self._shutdown()

    def _adopt_thread(self) -> None:
        """Do what `threading.Thread` does for its threads: set the name, and the functions of debuggers and profilers."""
        threading.current_thread().name = "aiogroq-portal"
        sys.settrace(threading.gettrace())
        sys.setprofile(threading.getprofile())

    def _make_loop(self) -> None:
        """Make the event loop. This runs on the thread itself, which no signal handler interrupts."""
        try:
            loop = _new_loop()
        except OSError as error:  # such as too many open files
            self._failure = error
            return
        loop.set_default_executor(DaemonExecutor("aiogroq-lookups", _MAX_LOOK_UPS))
        asyncio.set_event_loop(loop)
        loop.call_soon(self._run_queue)
        self.loop = loop
        self._has_loop = True

    def _shutdown(self) -> None:
        """Close everything: the loop was stopped, or an exception that ends threads was raised in it."""
        if not self._has_loop:
            self._run_queue()
            return
        self._cancel_tasks()
        # Closes the sessions of the loop first: uvloop frees connections that are open when it is closed, though in use.
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self._cancel_tasks()
        self.loop.close()

    def _cancel_tasks(self) -> None:
        ends_at = self.loop.time() + CLEANUP_S
        # Repeated, because each run of the loop may start tasks that were queued meanwhile.
        while (tasks := asyncio.all_tasks(self.loop)) and self.loop.time() < ends_at:
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=ends_at - self.loop.time()))


@cache
def preload() -> None:
    """Import once what the portal's loop needs: its module, and the encoding of host names. A process forked by another
    thread during such an import would inherit its lock in the locked state."""
    "localhost".encode("idna")
    asyncio.new_event_loop().close()  # makes the policy of event loops, which takes a lock
    with contextlib.suppress(ImportError):
        import_module("uvloop")


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        uvloop: Any = import_module("uvloop")  # an extra; type checkers must pass without it
    except ImportError:
        return asyncio.new_event_loop()
    return cast("asyncio.AbstractEventLoop", type("PortalLoop", (ThreadedResolver, uvloop.Loop), {})())


def check_threads() -> None:
    """Raise `PortalError` if gevent or eventlet has replaced threads by green threads."""
    for name, patcher, question in (
        ("gevent", "gevent.monkey", ("is_module_patched", "threading")),
        ("eventlet", "eventlet.patcher", ("is_monkey_patched", "thread")),
    ):
        module: Any = sys.modules.get(patcher)
        if module is not None and getattr(module, question[0])(question[1]):
            raise PortalError(
                f"{name} has replaced this program's threads by green threads, on which sync calls cannot run: their "
                f"event loop would never yield to yours. Monkey-patch without threads ({_WITHOUT_THREADS[name]}), or "
                "make the calls in another process."
            )


_WITHOUT_THREADS = {
    "gevent": "gevent.monkey.patch_all(thread=False)",
    "eventlet": "eventlet.monkey_patch(thread=False)",
}
