"""An event loop whose work Ctrl-C cancels.

Not `asyncio.run`: on Python 3.10 Ctrl-C raises in whatever the loop is doing, also in the middle of a library's own
task; from 3.11 on it is cancelled, but a prompt between two runs would need a loop for each.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class Loop:
    """Runs one piece of work after the other, in the main thread, until it is left."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` to its end. Raises `KeyboardInterrupt` when Ctrl-C cancelled it, once it has cleaned up.

        Who presses Ctrl-C again does not want to wait for that.
        """
        task = self._loop.create_task(work)
        is_stopped = False

        def stop(_signal: int, _frame: FrameType | None) -> None:
            nonlocal is_stopped
            if is_stopped:
                raise KeyboardInterrupt
            is_stopped = True
            self._loop.call_soon_threadsafe(task.cancel)

        before = signal.signal(signal.SIGINT, stop)
        try:
            return self._loop.run_until_complete(task)
        except asyncio.CancelledError:
            if is_stopped:
                raise KeyboardInterrupt from None
            raise
        finally:
            signal.signal(signal.SIGINT, before)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        try:
            self._loop.run_until_complete(_end_all_tasks())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()


async def _end_all_tasks() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
