"""The library's own threads for work that would block the loop: files, parsing of large responses, and tools.

The default executor of the loop is not used, because all code shares it: lookups of an unreachable DNS server, or another
library, may fill its few threads for as long as they hang, and it may have been shut down. These threads belong to the process,
not to a loop, so a program with many loops does not have more of them. They are daemon threads: one that is stuck, for example
on a pipe that nobody reads, does not keep the interpreter from exiting.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import contextvars
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_MAX_STUCK = 1000
"""Most stuck threads that are replaced by new ones."""
_CLEANUP_S = 0.25
"""Seconds that a caller waits for a cleanup. Only a stuck thread takes longer."""
EXIT_S = 1.0
"""Seconds that the exit of the interpreter waits for cleanups."""


class _Job:
    """A function to call, and the future for its result."""

    __slots__ = ("_call", "_future")

    def __init__(self, future: Future[Any], call: Callable[[], object]) -> None:
        self._future = future
        self._call = call

    def run(self) -> None:
        """Call the function, unless the future was cancelled."""
        if not self._future.set_running_or_notify_cancel():
            return
        try:
            result = self._call()
        except BaseException as error:
            self._future.set_exception(error)
            del (
                self
            )  # the error's traceback refers to this frame: a cycle otherwise, with all that was passed
        else:
            self._future.set_result(result)


class _Worker:
    """One thread of an executor."""

    __slots__ = ("busy_since", "jobs")

    def __init__(self) -> None:
        self.jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self.busy_since: float | None = None


class DaemonExecutor(ThreadPoolExecutor):
    """Runs functions in at most ``max_threads`` daemon threads, or in the calling thread if none can be started.

    A thread that is busy with one function for ``stuck_after_s`` seconds is stuck and no longer counts, so that another
    thread takes its place. A thread that is idle for ``idle_s`` seconds ends. This is a `ThreadPoolExecutor` by name only,
    because asyncio takes no other executor as the default of a loop. Unlike that one it works while the interpreter exits.

    It uses no lock, because a signal handler may interrupt code that holds one. Each operation on a collection is atomic, and
    code that adds to one of them checks the other one afterwards, so that no job waits while a thread is idle.
    """

    def __init__(
        self, name: str, max_threads: int, *, stuck_after_s: float = 1.0, idle_s: float = 10.0
    ) -> None:
        super().__init__(max_threads)
        self._name = name
        self._stuck_after_s = stuck_after_s
        self._idle_s = idle_s
        self._is_shut_down = False
        self.reset_after_fork()

    def reset_after_fork(self) -> None:
        """Start again without threads: there are none in the child after a fork."""
        self._waiting: deque[_Job] = deque()
        self._idle: deque[_Worker] = deque()
        self._counted: set[_Worker] = set()
        self._stuck: set[_Worker] = set()
        self._checking_loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn(*args, **kwargs)`` in a thread."""
        future: Future[T] = Future()
        self._waiting.append(_Job(future, partial(fn, *args, **kwargs)))
        self._dispatch()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads after their jobs, without waiting for them."""
        self._is_shut_down = True
        while (worker := _taken(self._idle.pop)) is not None:
            worker.jobs.put(None)

    def _dispatch(self) -> None:
        """Hand waiting jobs to threads, as far as there are any."""
        while (job := _taken(self._waiting.popleft)) is not None:
            worker = _taken(self._idle.pop)
            if worker is not None:
                worker.jobs.put(job)
            elif self._has_room():
                if not self._start(job):
                    return
            else:
                self._waiting.appendleft(job)
                if not self._idle and not self._has_room():  # threads may have ended in between
                    self._check_later()
                    return

    def _has_room(self) -> bool:
        if len(self._counted) >= self._max_workers and len(self._stuck) < _MAX_STUCK:
            stuck_since = time.monotonic() - self._stuck_after_s
            for worker in list(self._counted):
                if worker.busy_since is not None and worker.busy_since <= stuck_since:
                    self._counted.discard(worker)
                    self._stuck.add(worker)
        return len(self._counted) < self._max_workers

    def _start(self, job: _Job) -> bool:
        """Start a thread with its first job. If none can be started, leave the job to another thread, or run it here.

        Returns False if dispatching must stop, because the job waits for a busy thread.
        """
        worker = _Worker()
        worker.jobs.put(job)  # a thread keeps its arguments for as long as it runs
        self._counted.add(worker)
        try:
            threading.Thread(target=self._work, args=(worker,), name=self._name, daemon=True).start()
        except RuntimeError:  # the interpreter is exiting (Python 3.12 on), or the system has no more threads
            self._counted.discard(worker)
            if self._counted:
                self._waiting.appendleft(job)
                self._check_later()
                return bool(self._idle)
            job.run()
        return True

    def _check_later(self) -> None:
        """Check later whether threads are stuck: perhaps no other job is submitted until then."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # no loop runs here: the next job that is submitted or done checks
        if loop not in self._checking_loops:
            self._checking_loops.add(loop)
            loop.call_later(self._stuck_after_s, self._check, loop)

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        self._checking_loops.discard(loop)
        self._dispatch()

    def _work(self, worker: _Worker) -> None:
        job = worker.jobs.get()
        while job is not None:
            worker.busy_since = time.monotonic()
            job.run()
            worker.busy_since = None
            job = None  # an idle thread keeps nothing alive
            if worker in self._stuck:  # it is no longer
                self._stuck.discard(worker)
                if len(self._counted) >= self._max_workers:
                    return
                self._counted.add(worker)
            job = self._next_job(worker)
        self._counted.discard(worker)
        self._stuck.discard(worker)
        self._dispatch()  # jobs may have come while this thread still counted

    def _next_job(self, worker: _Worker) -> _Job | None:
        """Wait for a job. Returns None if this thread must end."""
        while True:
            job = _taken(self._waiting.popleft)
            if job is not None or self._is_shut_down:
                return job
            self._idle.append(worker)
            if not self._waiting or not self._is_removed(worker):
                break
        try:
            return worker.jobs.get(timeout=self._idle_s)
        except Empty:
            return None if self._is_removed(worker) else worker.jobs.get()

    def _is_removed(self, worker: _Worker) -> bool:
        """Remove a thread from the idle ones. Returns False if it is getting a job at this moment."""
        try:
            self._idle.remove(worker)
        except ValueError:
            return False
        return True


def _taken(pop: Callable[[], T]) -> T | None:
    """Return what ``pop`` takes out of a collection, or None if that is empty."""
    try:
        return pop()
    except IndexError:
        return None


FILES = DaemonExecutor("aiogroq-files", 32)
"""For reading and writing files, which may hang."""
PARSING = DaemonExecutor("aiogroq-parsing", 4)
"""For computation: never queued behind a stuck file, and few threads, because the GIL runs one at a time."""
TOOLS = DaemonExecutor("aiogroq-tools", 32)
"""For the functions that a model calls, which may take any time."""
_cleanups: set[Future[Any]] = set()


async def run(executor: DaemonExecutor, function: Callable[..., T], /, *args: Any) -> T:
    """Call ``function(*args)`` in a thread, in the caller's context. Raises what `call` raises."""
    context = contextvars.copy_context()
    return await asyncio.wrap_future(executor.submit(context.run, call, function, *args))


def call(function: Callable[..., T], /, *args: Any) -> T:
    """Return ``function(*args)``. Raises what it raises, but `RuntimeError` for `StopIteration`, `StopAsyncIteration` and
    `CancelledError`.

    A generator does the same with the first ones (PEP 479). Such an error would end the iteration of the caller, and a future
    takes no `StopIteration`: whoever awaits it would wait forever. A `CancelledError` would look like the cancellation of the
    caller's task.
    """
    try:
        return function(*args)
    except (
        StopIteration,
        StopAsyncIteration,
        asyncio.CancelledError,
        concurrent.futures.CancelledError,
    ) as error:
        raise stopped(error) from error


def stopped(error: BaseException) -> RuntimeError:
    """Return the error that is raised in place of a `StopIteration` or another such error of the user's code (see `call`)."""
    return RuntimeError(f"the function raised {type(error).__name__}")


def run_cleanup(work: Callable[[], object]) -> Awaitable[None]:
    """Start blocking work in a thread. It runs to its end even if the caller is cancelled.

    The returned awaitable ends with the work, or after `_CLEANUP_S` if the thread is stuck.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def release() -> None:
        timer.cancel()
        if not done.done():
            done.set_result(None)

    def ended(future: Future[object]) -> None:
        _cleanups.discard(future)
        with contextlib.suppress(RuntimeError):  # the loop was closed in between
            loop.call_soon_threadsafe(release)

    timer = loop.call_later(_CLEANUP_S, release)
    future = FILES.submit(work)
    _cleanups.add(future)
    future.add_done_callback(ended)
    return done


def _await_cleanups() -> None:
    concurrent.futures.wait(list(_cleanups), timeout=EXIT_S)


def _reset_after_fork() -> None:
    FILES.reset_after_fork()
    PARSING.reset_after_fork()
    TOOLS.reset_after_fork()
    _cleanups.clear()


atexit.register(_await_cleanups)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
