"""Runs the calls of a turn on the event loop: async functions there, sync ones in threads."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from ..transport import threads
from ..types.tool_call import ToolCall
from .options import RunnerOptions, refusal
from .thread_call import ThreadCall, timed_out
from .tool import is_async
from .turn import PlannedCall

T = TypeVar("T")

_CLEANUP_S = 1.0
"""Seconds that a function may take to end after its timeout. A function that takes longer is left running."""


async def run_calls(calls: Sequence[PlannedCall], options: RunnerOptions) -> None:
    """Run the calls and answer each of them.

    ``approve`` is asked for one after another. Then all run at the same time, or one after another without ``parallel``.
    An error that is not told to the model cancels those that still run. Calls that had ended keep their results.
    """
    for planned in calls:
        if options.approve is not None and planned.call is not None and not planned.still_runs():
            planned.content = refusal(await _approval(options, planned.call))
    to_run = [planned for planned in calls if planned.content is None]
    if len(to_run) < 2 or not options.parallel:
        for planned in to_run:
            await _run(planned, options)
        return
    tasks = [asyncio.ensure_future(_run(planned, options)) for planned in to_run]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def _approval(options: RunnerOptions, call: ToolCall) -> object:
    approve: Any = options.approve
    given = approve(call) if is_async(approve) else await threads.run(threads.TOOLS, approve, call)
    return await within(given, None) if inspect.isawaitable(given) else given


async def _run(planned: PlannedCall, options: RunnerOptions) -> None:
    assert planned.tool is not None
    assert planned.call is not None
    timeout_s = options.timeout_of(planned)
    try:
        call = planned.tool.bind(planned.call)
        value = await (
            within(call(), timeout_s) if planned.tool.is_async else _in_thread(planned, call, timeout_s)
        )
        planned.succeed(value)
    except Exception as error:
        planned.running = None
        options.record(planned, error)


async def _in_thread(planned: PlannedCall, call: Callable[[], object], timeout_s: float | None) -> object:
    """Call a function in a thread, or wait for the call that an interrupted run has left running there."""
    if planned.running is None or not planned.still_runs():
        planned.running = ThreadCall(call, timeout_s)
        planned.running.start()
    running = planned.running
    value = await within(asyncio.wrap_future(running.future), timeout_s, left_s=running.seconds_left())
    if not inspect.isawaitable(value):
        return value
    planned.running = None  # a function that returns a coroutine, which can be awaited only once
    return await within(value, timeout_s)


async def within(
    awaitable: Awaitable[T], timeout_s: float | None, what: str = "the call", *, left_s: float | None = None
) -> T:
    """Return the result of an awaitable. Raises `TimeoutError` after ``timeout_s`` seconds, and cancels it then. ``what`` is
    the subject of the error's text. ``left_s`` are the seconds that are left of the timeout, if it has begun before.

    Raises `RuntimeError` for a `CancelledError` that the awaitable raises by itself: nobody has cancelled the task that waits,
    and that must not look so.
    """
    if timeout_s is None:
        return await _finished(awaitable)
    task = asyncio.ensure_future(awaitable)
    try:
        await asyncio.wait({task}, timeout=timeout_s if left_s is None else left_s)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task}, timeout=_CLEANUP_S)
        raise
    if task.done():
        return _result(task)
    task.cancel()
    await asyncio.wait({task}, timeout=_CLEANUP_S)
    task.add_done_callback(_retrieve)
    raise timed_out(timeout_s, what)


def _result(task: asyncio.Future[T]) -> T:
    """Return the result of a task that nobody but its own code has cancelled."""
    try:
        return task.result()
    except asyncio.CancelledError as error:
        raise threads.stopped(error) from error


if sys.version_info >= (3, 11):

    async def _finished(awaitable: Awaitable[T]) -> T:
        """Return the result of an awaitable. A `CancelledError` of its own is raised as `RuntimeError`."""
        try:
            return await awaitable
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise threads.stopped(error) from error

else:

    async def _finished(awaitable: Awaitable[T]) -> T:
        """Return the result of an awaitable. A `CancelledError` of its own is raised as `RuntimeError`.

        Python 3.10 does not say whether a task was cancelled. So the awaitable gets a task of its own, to which each
        cancellation is passed on.
        """
        task = asyncio.ensure_future(awaitable)
        is_cancelled = False
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                is_cancelled = True
                task.cancel()
        return task.result() if is_cancelled else _result(task)


def _retrieve(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()  # asyncio logs an error that nobody has read
