"""Runs the calls of a turn on the event loop: async functions there, sync ones in threads."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from ..transport import threads
from ..types.tool_call import ToolCall
from .options import RunnerOptions, refusal
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
        if options.approve is not None and planned.call is not None:
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
    return await given if inspect.isawaitable(given) else given


async def _run(planned: PlannedCall, options: RunnerOptions) -> None:
    assert planned.tool is not None
    assert planned.call is not None
    timeout_s = options.timeout_of(planned)
    try:
        call = planned.tool.bind(planned.call)
        value = await within(call() if planned.tool.is_async else threads.run(threads.TOOLS, call), timeout_s)
        if inspect.isawaitable(value):  # of a sync function that returns a coroutine
            value = await within(value, timeout_s)
        planned.succeed(value)
    except Exception as error:
        options.record(planned, error)


async def within(awaitable: Awaitable[T], timeout_s: float | None, what: str = "the call") -> T:
    """Return the result of an awaitable. Raises `TimeoutError` after ``timeout_s`` seconds, and cancels it then. ``what`` is
    the subject of the error's text."""
    if timeout_s is None:
        return await awaitable
    task = asyncio.ensure_future(awaitable)
    try:
        await asyncio.wait({task}, timeout=timeout_s)
        if task.done():
            return task.result()
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task}, timeout=_CLEANUP_S)
        raise
    task.cancel()
    await asyncio.wait({task}, timeout=_CLEANUP_S)
    task.add_done_callback(_retrieve)
    raise timed_out(timeout_s, what)


def _retrieve(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()  # asyncio logs an error that nobody has read


def timed_out(timeout_s: float, what: str = "the call") -> TimeoutError:
    """Return the error of a call that took longer than its timeout."""
    return TimeoutError(f"{what} took longer than {timeout_s:g} s")
