"""An event loop that cancels its task on Ctrl-C, and ends a job on SIGTERM too.

It replaces `asyncio.run`. On Python 3.10 Ctrl-C raises in whatever code the loop is running, even inside a library. From 3.11
on `asyncio.run` cancels the task, but an interactive chat would need a new loop for each response.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")

_TERMINATED_S = 15.0
"""How long ``work`` may go on after SIGTERM: a reader of its output may be stuck."""


class Loop:
    """Runs coroutines one after the other, in the main thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def run(self, work: Coroutine[Any, Any, T], on_first: Callable[[], bool] | None = None) -> T:
        """Run ``work`` to its end. After Ctrl-C, cancel it, wait for its cleanup and raise `KeyboardInterrupt`.

        A second Ctrl-C raises `KeyboardInterrupt` at once. ``on_first`` is called for one Ctrl-C before these: where it
        returns True, ``work`` goes on and is expected to end soon. With it SIGTERM does the same as that one Ctrl-C, and
        cancels ``work`` after 15 s. A further SIGTERM does no more, since `timeout` sends it twice.
        """
        task = self._loop.create_task(work)
        is_interrupted = False
        before_all = on_first

        def first() -> None:
            if on_first is None or not on_first():
                stop(signal.SIGINT, None)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            nonlocal is_interrupted, before_all
            if before_all is not None:
                before_all = None
                self._loop.call_soon_threadsafe(first)
                return
            if is_interrupted:
                raise KeyboardInterrupt
            is_interrupted = True
            self._loop.call_soon_threadsafe(task.cancel)

        def terminate(number: int, frame: FrameType | None) -> None:
            if before_all is not None:
                stop(number, frame)
            self._loop.call_soon_threadsafe(self._loop.call_later, _TERMINATED_S, end)

        def end() -> None:
            nonlocal is_interrupted
            is_interrupted = True
            task.cancel()

        handlers = (
            {signal.SIGINT: stop} if on_first is None else {signal.SIGINT: stop, signal.SIGTERM: terminate}
        )
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            return self._loop.run_until_complete(task)
        except asyncio.CancelledError:
            if is_interrupted:
                raise KeyboardInterrupt from None
            raise
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        try:
            self._loop.run_until_complete(_cancel_all_tasks())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()


async def _cancel_all_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
