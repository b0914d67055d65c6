"""One thread with an event loop, for as long as the thread lives."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, cast

from ..errors import GroqError
from .executor import DaemonExecutor, LookUps

LIVENESS_S = 0.1 if sys.platform == "win32" else 1.0
"""How often a wait looks whether the loop's thread is alive, in seconds. On Windows also the time that Ctrl-C takes,
which cannot break into a wait there."""
CLEANUP_S = 5.0
"""How long an interrupted call is given to clean up, in seconds."""


class PortalError(GroqError):
    """A blocking call that cannot be made here, or that was lost with the thread that ran it."""


class Runner:
    """A daemon thread that runs a loop. Raises `PortalError` where no thread can be started."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop = _new_loop()
        self.loop.set_default_executor(DaemonExecutor())
        self._queue: deque[Callable[[], object]] = deque()
        self._is_woken = False
        self.has_ended: bool = False
        """Whether the thread is there no more. Set by itself, and in the child after a fork."""
        self.thread: threading.Thread = threading.Thread(target=self._run, name="aiogroq-portal", daemon=True)
        try:
            self.thread.start()
        except RuntimeError as error:
            self.loop.close()
            raise PortalError(
                f"The thread that runs blocking calls cannot be started ({error}). From Python 3.12 on there are no new "
                "threads while the interpreter exits: a program that calls in an atexit handler must have called before."
            ) from error
        except BaseException:  # an interrupt, while waiting for the thread to have begun
            self.loop.call_soon_threadsafe(self.loop.stop)
            raise

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        # Not `Thread.is_alive`: an interrupt that breaks into it makes of a living thread a dead one, up to Python 3.12.
        return not self.has_ended

    @property
    def is_here(self) -> bool:
        """Whether this is the thread."""
        return self.thread.ident == threading.get_ident()

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Run a callback on the thread soon. One wake-up of the loop serves all that are waiting."""
        self._queue.append(callback)
        if not self._is_woken:
            self._is_woken = True
            self.wake()

    def wake(self) -> None:
        """See to it that the thread looks at what waits. Safe at any time, also where an interrupt broke into
        `call_soon` before it had come to that."""
        # Where the loop has ended, whoever waits sees that the thread is dead.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._run_queue)

    def _run_queue(self) -> None:
        # Cleared first: what is queued from now on wakes the loop again.
        self._is_woken = False
        queue = self._queue
        while queue:
            queue.popleft()()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.has_ended = True
            self._wind_up()

    def _wind_up(self) -> None:
        """The loop was stopped, or something that ends threads was raised in it: leave nothing open."""
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
def load_loop() -> None:
    """Import what the portal's loop needs, once: its module, and the encoding of host names. Left to the first call, a
    fork in another thread meanwhile would find the lock of the import held for good."""
    "localhost".encode("idna")
    with contextlib.suppress(ImportError):
        import_module("uvloop")


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        uvloop: Any = import_module("uvloop")  # an extra: type checkers, too, work where it is missing
    except ImportError:
        return asyncio.new_event_loop()
    return cast("asyncio.AbstractEventLoop", type("PortalLoop", (LookUps, uvloop.Loop), {})())


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
