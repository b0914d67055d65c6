"""The library's own threads, for what would block the loop or hold it up: files, and the parsing of large responses.

The loop's default executor is not used for them, because it belongs to everybody: look-ups of an unreachable DNS server
fill its few threads for as long as they hang, any other library may do the same, and it may have been shut down. These
threads belong to the process and not to a loop, so that a program with many loops has no more of them. They are daemons:
one that is stuck, as on a pipe that nobody reads, does not keep the interpreter from exiting.
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
"""From here on work waits for a thread; until then a stuck thread costs nobody else a thread."""
_CLEANUP_S = 0.25
"""Seconds that a caller waits for cleaning up. Only a stuck thread takes longer."""
_EXIT_S = 1.0
"""Seconds that the exit of the interpreter waits for cleaning up."""


class _Job:
    """A function to be called, and the future that tells what became of it."""

    __slots__ = ("_call", "_future")

    def __init__(self, future: Future[Any], call: Callable[[], object]) -> None:
        self._future = future
        self._call = call

    def run(self) -> None:
        """Call it, unless it was cancelled."""
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
    """Runs functions in at most ``max_threads`` daemon threads, and in place where no thread can be started.

    A thread that has been busy with one function for ``stuck_after_s`` seconds no longer counts, so that others take its
    place; a thread that has been idle for ``idle_s`` seconds ends. A `ThreadPoolExecutor` by name only, because asyncio
    takes nothing else as the executor of a loop; unlike that one it is usable while the interpreter exits.

    It takes no lock: what a signal handler interrupts may hold one. Each step on the collections is atomic, and who
    adds to one of them looks at the other one afterwards, so that no job waits beside an idle thread.
    """

    def __init__(
        self, name: str, max_threads: int, *, stuck_after_s: float = 1.0, idle_s: float = 10.0
    ) -> None:
        super().__init__(max_threads)
        self._name = name
        self._stuck_after_s = stuck_after_s
        self._idle_s = idle_s
        self._is_shut_down = False
        self.forget()

    def forget(self) -> None:
        """Start anew without any threads, as there are none in the child after a fork."""
        self._waiting: deque[_Job] = deque()
        self._idle: deque[_Worker] = deque()
        self._counted: set[_Worker] = set()
        self._stuck: set[_Worker] = set()
        self._loops_that_look: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn(*args, **kwargs)`` in a thread."""
        future: Future[T] = Future()
        self._waiting.append(_Job(future, partial(fn, *args, **kwargs)))
        self._dispatch()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end after the jobs that they have; nothing waits for them."""
        self._is_shut_down = True
        while (worker := _pop(self._idle)) is not None:
            worker.jobs.put(None)

    def _dispatch(self) -> None:
        """Give what waits to threads, as far as there are any."""
        while (job := _pop_left(self._waiting)) is not None:
            worker = _pop(self._idle)
            if worker is not None:
                worker.jobs.put(job)
            elif self._has_room():
                if not self._start(job):
                    return
            else:
                self._waiting.appendleft(job)
                if not self._idle and not self._has_room():  # threads may have ended meanwhile
                    self._look_later()
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
        """Start a thread with its first job. Where there can be none, another thread takes the job later, which is
        False, or it is done here."""
        worker = _Worker()
        worker.jobs.put(job)  # not as an argument, which the thread would keep for as long as it runs
        self._counted.add(worker)
        try:
            threading.Thread(target=self._work, args=(worker,), name=self._name, daemon=True).start()
        except RuntimeError:  # the interpreter is exiting (Python 3.12 on), or the system has no more threads
            self._counted.discard(worker)
            if self._counted:
                self._waiting.appendleft(job)
                self._look_later()
                return bool(self._idle)
            job.run()
        return True

    def _look_later(self) -> None:
        """Whether threads are stuck shows later, and nobody may submit anything by then."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # not on a loop: the next job that is submitted or done looks
        if loop not in self._loops_that_look:
            self._loops_that_look.add(loop)
            loop.call_later(self._stuck_after_s, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loops_that_look.discard(loop)
        self._dispatch()

    def _work(self, worker: _Worker) -> None:
        job = worker.jobs.get()
        while job is not None:
            worker.busy_since = time.monotonic()
            job.run()
            worker.busy_since = None
            job = None  # an idle thread holds nothing
            if worker in self._stuck:  # no longer
                self._stuck.discard(worker)
                if len(self._counted) >= self._max_workers:
                    return
                self._counted.add(worker)
            job = self._next_job(worker)
        self._counted.discard(worker)
        self._stuck.discard(worker)
        self._dispatch()  # what has come since this thread was still counted

    def _next_job(self, worker: _Worker) -> _Job | None:
        """Wait for a job; None where this thread is to end."""
        while True:
            job = _pop_left(self._waiting)
            if job is not None or self._is_shut_down:
                return job
            self._idle.append(worker)
            if not self._waiting or not self._is_taken_back(worker):
                break
        try:
            return worker.jobs.get(timeout=self._idle_s)
        except Empty:
            return None if self._is_taken_back(worker) else worker.jobs.get()

    def _is_taken_back(self, worker: _Worker) -> bool:
        """Make an idle thread no longer one; False where somebody is giving it a job."""
        try:
            self._idle.remove(worker)
        except ValueError:
            return False
        return True


def _pop(items: deque[T]) -> T | None:
    try:
        return items.pop()
    except IndexError:
        return None


def _pop_left(items: deque[T]) -> T | None:
    try:
        return items.popleft()
    except IndexError:
        return None


FILES = DaemonExecutor("aiogroq-files", 32)
"""For what reads and writes files, which may hang."""
PARSING = DaemonExecutor("aiogroq-parsing", 4)
"""For what computes: never behind a file that hangs, and not more than helps where one thread runs at a time."""
_cleanups: set[Future[Any]] = set()


async def run(executor: DaemonExecutor, function: Callable[..., T], /, *args: Any) -> T:
    """Call ``function(*args)`` in a thread, in the context of the caller. Raises what it raises."""
    context = contextvars.copy_context()
    return await asyncio.wrap_future(executor.submit(context.run, function, *args))


def run_cleanup(work: Callable[[], object]) -> Awaitable[None]:
    """Do what blocks in a thread, from now on and to its end, whoever still waits for it or is cancelled.

    Whoever awaits it is not held up by a thread that is stuck.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def release() -> None:
        timer.cancel()
        if not done.done():
            done.set_result(None)

    def ended(future: Future[object]) -> None:
        _cleanups.discard(future)
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(release)

    timer = loop.call_later(_CLEANUP_S, release)
    future = FILES.submit(work)
    _cleanups.add(future)
    future.add_done_callback(ended)
    return done


def _await_cleanups() -> None:
    concurrent.futures.wait(list(_cleanups), timeout=_EXIT_S)


def _forget() -> None:
    FILES.forget()
    PARSING.forget()
    _cleanups.clear()


atexit.register(_await_cleanups)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
