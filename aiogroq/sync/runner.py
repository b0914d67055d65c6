"""One thread with an event loop, for as long as the thread lives."""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, cast

from ..errors import GroqError
from ..transport.threads import DaemonExecutor
from .threaded_resolver import ThreadedResolver

LIVENESS_S = 0.1 if sys.platform == "win32" else 1.0
"""How often a wait looks whether the loop's thread is alive, in seconds. On Windows also the time that Ctrl-C takes,
which cannot break into a wait there."""
_MAX_LOOK_UPS = 32
"""Host names that are looked up at a time."""
CLEANUP_S = 5.0
"""How long an interrupted call is given to clean up, in seconds."""


class PortalError(GroqError):
    """A blocking call that cannot be made here, or that was lost with the thread that ran it."""


class Runner:
    """A loop, and the daemon thread that runs it from `start` on.

    No method waits for a lock: each may be called by a signal handler or a finalizer that has interrupted any of them,
    at any point, in the same thread.
    """

    loop: asyncio.AbstractEventLoop
    """The loop. It is there once a call has been made on the thread."""

    def __init__(self) -> None:
        self._queue: deque[Callable[[], object]] = deque()
        self._has_loop = False
        # How often the loop has begun to run the queue, and that number when it was woken last. Each is only ever
        # overwritten with a newer truth or an older one, and an older one wakes the loop once too often, never too rarely.
        self._runs = 0
        self._woken_at = -1
        self._made_by = threading.get_ident()
        self._successors: dict[str, Runner] = {}
        # The threads that were started for it: the first one runs the loop, any other ends at once.
        self._threads: list[int] = []
        self._failure: BaseException | None = None
        self.has_ended: bool = False
        """Whether the thread is there no more. Set by itself, and in the child after a fork."""

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs, or will."""
        # Not `Thread.is_alive`: an interrupt that breaks into it makes of a living thread a dead one, up to Python 3.12.
        return not self.has_ended

    @property
    def is_current_thread(self) -> bool:
        """Whether this is the thread."""
        threads = self._threads
        return bool(threads) and threads[0] == threading.get_ident() and not self.has_ended

    @property
    def is_started(self) -> bool:
        """Whether the thread has begun, and not ended."""
        return bool(self._threads) and not self.has_ended

    def successor(self) -> Runner:
        """The runner after this one, which has ended: the same for all that ask, whoever interrupts or overtakes whom."""
        return self._successors.setdefault("", Runner())  # atomic

    def start_if_made_here(self) -> None:
        """Start the thread, where it is up to this thread, which has made the runner. In a signal handler or finalizer
        that has interrupted just that, it is up to the handler: the other cannot go on before it returns."""
        if not self._threads and self._made_by == threading.get_ident():
            self.start()

    def start(self) -> None:
        """Start a thread. Where another one was started too, whichever begins first runs the loop. Raises `PortalError`
        where there can be none."""
        try:
            # Not `threading.Thread`, whose start holds a lock of all threads: interrupted there by a signal handler
            # that calls, the new thread would wait for that lock, and the handler for the new thread.
            _thread.start_new_thread(self._run, ())
        except RuntimeError as error:
            raise PortalError(
                f"The thread that runs blocking calls cannot be started ({error}). From Python 3.12 on there are no new "
                "threads while the interpreter exits: a program that calls in an atexit handler must have called before."
            ) from error

    def reset_after_fork(self) -> Iterator[Runner]:
        """In the child after a fork: no thread of this runner, or of those after it, is there. Gives them all."""
        runner: Runner | None = self
        while runner is not None:
            runner.has_ended = True
            yield runner
            runner = runner._successors.get("")

    def lost(self) -> PortalError:
        """The error for a call that the thread will not finish."""
        if self._failure is not None:
            return PortalError(
                f"The thread that runs blocking calls could not make its loop: {self._failure!r}."
            )
        return PortalError("The thread that runs blocking calls has died; the call was lost with it.")

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Run a callback on the thread soon. One wake-up of the loop serves all that are waiting."""
        self._queue.append(callback)
        runs = self._runs
        # Equal: the loop was woken after that run had begun, and has not begun the next one, which will see the callback.
        if self._woken_at != runs:
            self.wake()
            self._woken_at = runs

    def wake(self) -> None:
        """See to it that the thread looks at what waits. Safe at any time."""
        if self._has_loop:  # otherwise it begins by looking
            # Where the loop has ended, whoever waits sees that the thread is dead.
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._run_queue)

    def _run_queue(self) -> None:
        # Counted first: what is queued from now on wakes the loop again.
        self._runs += 1
        queue = self._queue
        try:
            while queue:
                queue.popleft()()
        finally:
            if queue:  # something ends the thread, or a callback raised
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
        """What `threading.Thread` does for its threads: a name, debuggers and profilers."""
        threading.current_thread().name = "aiogroq-portal"
        sys.settrace(threading.gettrace())
        sys.setprofile(threading.getprofile())

    def _make_loop(self) -> None:
        """On the thread itself, which no signal interrupts half-way."""
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
        """The loop was stopped, or something that ends threads was raised in it: leave nothing open."""
        if not self._has_loop:
            self._run_queue()
            return
        self._cancel_tasks()
        # Ends the sessions of the loop. uvloop frees under their feet the connections that are open when it is closed.
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self._cancel_tasks()
        self.loop.close()

    def _cancel_tasks(self) -> None:
        ends_at = self.loop.time() + CLEANUP_S
        # Again and again: whenever the loop runs, what was queued meanwhile begins.
        while (tasks := asyncio.all_tasks(self.loop)) and self.loop.time() < ends_at:
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=ends_at - self.loop.time()))


@cache
def preload() -> None:
    """Import what the portal's loop needs, once: its module, and the encoding of host names. Left to the first call, a
    fork in another thread meanwhile would find the lock of the import held for good."""
    "localhost".encode("idna")
    asyncio.new_event_loop().close()  # the policy of event loops is made under a lock
    with contextlib.suppress(ImportError):
        import_module("uvloop")


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        uvloop: Any = import_module("uvloop")  # an extra: type checkers, too, work where it is missing
    except ImportError:
        return asyncio.new_event_loop()
    return cast("asyncio.AbstractEventLoop", type("PortalLoop", (ThreadedResolver, uvloop.Loop), {})())


def refuse_green_threads() -> None:
    """Raises `PortalError` where gevent or eventlet have put green threads in the place of real ones."""
    for name, patcher, question in (
        ("gevent", "gevent.monkey", ("is_module_patched", "threading")),
        ("eventlet", "eventlet.patcher", ("is_monkey_patched", "thread")),
    ):
        module: Any = sys.modules.get(patcher)
        if module is not None and getattr(module, question[0])(question[1]):
            raise PortalError(
                f"{name} has replaced this program's threads by green ones, on which blocking calls cannot run: their "
                f"loop would never give way to yours. Monkey-patch without threads ({_WITHOUT_THREADS[name]}), or "
                "make the calls in another process."
            )


_WITHOUT_THREADS = {
    "gevent": "gevent.monkey.patch_all(thread=False)",
    "eventlet": "eventlet.monkey_patch(thread=False)",
}
