"""Runs the calls of a turn: a single one in the thread of the caller, several in threads."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from ..tools.calls import within
from ..tools.options import RunnerOptions, refusal
from ..tools.thread_call import ThreadCall
from ..tools.turn import PlannedCall
from ..transport import threads

_WAIT_S = 0.25
"""Most seconds of one wait. Ctrl-C just before a wait, and on Windows also during one, interrupts only after it."""


def run_calls(calls: Sequence[PlannedCall], options: RunnerOptions) -> None:
    """Run the calls of a turn and answer each of them: one in this thread, several in threads at the same time.

    A call with a timeout always runs in a thread. ``approve`` is asked in this thread, for one call after another. A call that
    an interrupted run has left running is not run again: its result is waited for.
    """
    for planned in calls:
        if options.approve is not None and planned.call is not None and not planned.still_runs():
            approve: Any = options.approve
            planned.content = refusal(_awaited(threads.call(approve, planned.call), None))
    to_run = [planned for planned in calls if planned.content is None]
    if options.parallel and len(to_run) > 1:
        _run_in_threads(to_run, options)
        return
    for planned in to_run:
        if _can_run_here(planned, options):
            try:
                planned.succeed(_call(planned, None))
            except Exception as error:
                options.record(planned, error)
        else:
            _run_in_threads([planned], options)


def _can_run_here(planned: PlannedCall, options: RunnerOptions) -> bool:
    """Return whether a call can run in this thread, which can wait neither for a timeout nor for another loop meanwhile."""
    needs_loop = planned.tool is not None and planned.tool.is_async and _has_loop()
    return options.timeout_of(planned) is None and not planned.still_runs() and not needs_loop


def _run_in_threads(calls: Sequence[PlannedCall], options: RunnerOptions) -> None:
    """Run calls at the same time, and answer each of them as soon as it has ended.

    An error that is not told to the model, or Ctrl-C, leaves those running that have begun. What has ended keeps its result.
    """
    try:
        for planned in calls:
            if not planned.still_runs():
                timeout_s = options.timeout_of(planned)
                planned.running = ThreadCall(partial(_call, planned, timeout_s), timeout_s)
                planned.running.start()
        _collect(calls, options)
    except BaseException:
        for planned in calls:
            _leave(planned, options)
        raise


def _collect(calls: Sequence[PlannedCall], options: RunnerOptions) -> None:
    """Answer each call when it has ended, or when it has taken too long."""
    ended: SimpleQueue[ThreadCall] = SimpleQueue()
    left = {planned.running: planned for planned in calls if planned.running is not None}
    for running in left:
        running.future.add_done_callback(partial(_put, ended, running))
    while left:
        times = [seconds for running in left if (seconds := running.seconds_left()) is not None]
        try:
            done = [ended.get(timeout=min([*times, _WAIT_S]))]
        except Empty:
            done = [running for running in left if running.is_expired]
        for running in done:
            planned = left.pop(running, None)  # None: its time was over before
            if planned is not None:
                _answer(planned, running, options)


def _put(ended: SimpleQueue[ThreadCall], running: ThreadCall, _future: object) -> None:
    ended.put(running)


def _answer(planned: PlannedCall, running: ThreadCall, options: RunnerOptions) -> None:
    """Answer a call that has ended or whose time is over. Raises an error that is not told to the model."""
    try:
        planned.succeed(running.result())
    except Exception as error:
        planned.running = None
        options.record(planned, error)


def _leave(planned: PlannedCall, options: RunnerOptions) -> None:
    """Leave a call to the next run: its result, or the call itself while it runs. One that has not begun, or whose error would
    end the run, is run again."""
    running = planned.running
    if running is None or planned.content is not None:
        return
    error = running.error()
    if running.withdraw() or (error is not None and options.raises(error)):
        planned.running = None


def _call(planned: PlannedCall, timeout_s: float | None) -> object:
    assert planned.tool is not None
    assert planned.call is not None
    return _awaited(threads.call(planned.tool.bind(planned.call)), timeout_s)


def _awaited(value: object, timeout_s: float | None) -> object:
    """Return a value, or the result of an awaitable, on an event loop of its own."""
    if not inspect.isawaitable(value):
        return value
    awaitable = value

    async def run() -> object:
        return await within(awaitable, timeout_s)

    if not _has_loop():
        return asyncio.run(run())
    # This thread has a running loop, as in a notebook.
    context = contextvars.copy_context()
    return threads.TOOLS.submit(context.run, asyncio.run, run()).result()


def _has_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
