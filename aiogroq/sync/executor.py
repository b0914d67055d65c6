"""The threads for what would block the portal's loop: DNS look-ups, reading and writing files.

The standard pool refuses work once the interpreter begins to exit, so that a call in an ``atexit`` handler could not even
look up a host name; and it holds the exit up until its threads have ended. These threads are daemons, and where
a thread cannot be started any more the work is done in place.

uvloop would look names up in threads of libuv's. They are never started here: a child that is forked when they run dies
of a segmentation fault as it exits, because libuv joins them there, where they are not.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_MAX_THREADS = 32


class DaemonExecutor(ThreadPoolExecutor):
    """Runs functions in daemon threads, in place where there can be none.

    A `ThreadPoolExecutor` by name only, because asyncio takes nothing else as the executor of a loop.
    """

    def __init__(self) -> None:
        super().__init__(_MAX_THREADS)
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._started = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn(*args, **kwargs)`` in a thread."""
        future: Future[T] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        if self._has_thread():
            self._jobs.put(job)
        else:
            job()
        return future

    def _has_thread(self) -> bool:
        """Whether some thread will take the next job; one is started where all are busy."""
        if self._idle.acquire(blocking=False):
            return True
        if self._started < _MAX_THREADS:
            thread = threading.Thread(target=self._work, name="aiogroq-blocking", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                # The interpreter is exiting (Python 3.12 on), or the system has no more threads.
                return self._started > 0
            self._started += 1
        return True

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            job()
            del job  # an idle thread holds nothing
            self._idle.release()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end after the jobs that they have; nothing waits for them."""
        for _ in range(self._started):
            self._jobs.put(None)


def _address(host: Any, port: Any, family: int, type: int, proto: int) -> tuple[Any, ...] | None:
    """What `socket.getaddrinfo` says of a numeric address; None for a name."""
    if not isinstance(host, str) or not isinstance(port, int):
        return None
    for known, rest in ((socket.AF_INET, ()), (socket.AF_INET6, (0, 0))):
        try:
            socket.inet_pton(known, host)
        except OSError:
            continue
        if family in (socket.AF_UNSPEC, known):
            return known, type or socket.SOCK_STREAM, proto, "", (host, port, *rest)
    return None


class LookUps(asyncio.AbstractEventLoop):
    """Put before a class of loops: names are looked up in the threads of the loop's executor."""

    async def getaddrinfo(self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:  # fmt: skip
        """As `socket.getaddrinfo`. An address is not looked up: uvloop asks for that of every socket it connects."""
        found = _address(host, port, family, type, proto)
        if found is not None:
            return [found]
        return await self.run_in_executor(
            None, partial(socket.getaddrinfo, host, port, family, type, proto, flags)
        )

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
        """As `socket.getnameinfo`."""
        return await self.run_in_executor(None, socket.getnameinfo, sockaddr, flags)
