"""`PendingCall`: one coroutine of a sync call, between the thread that waits for it and the loop's thread, which runs it."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar, cast

from ..errors import GroqError
from ..protocol.tracebacks import drop_inner_frames

T = TypeVar("T")


class PortalError(GroqError):
    """Raised for a sync call that cannot be made here, or that was lost with the thread that ran it."""


class PendingCall(Generic[T]):
    """A coroutine, the context that it runs in, and its result."""

    __slots__ = ("_context", "_coro", "_error", "_task", "_value", "done")

    def __init__(self, coro: Coroutine[Any, Any, T]) -> None:
        self.done: threading.Lock = threading.Lock()
        """Released at the end. It has one waiter, and a Future costs more."""
        self.done.acquire()
        self._coro = coro
        self._context = contextvars.copy_context()
        self._task: asyncio.Task[None] | None = None
        self._value: T | None = None
        self._error: BaseException | None = None

    @property
    def is_running(self) -> bool:
        """Whether the coroutine has started and not ended."""
        return self._task is not None

    @property
    def value(self) -> T:
        """The result of the coroutine, which has ended without an error."""
        return cast("T", self._value)

    def take_error(self) -> BaseException | None:
        """Return the exception that the coroutine ended with, and forget it: its traceback will refer to the caller."""
        error, self._error = self._error, None
        return None if error is None else drop_inner_frames(error)

    # ---- on the loop's thread

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run the coroutine in the context of the caller."""
        self._task = self._context.run(loop.create_task, self._run())
        self._task.add_done_callback(self._finish)

    def fail(self, error: BaseException) -> None:
        """End the call with an error, without running the coroutine."""
        self._coro.close()
        self._error = error
        self._release()

    def cancel(self) -> None:
        """Cancel the coroutine."""
        if self._task is not None:
            self._task.cancel()
        else:  # it has not started, or it has ended
            self.discard()
            self._release()

    def discard(self) -> None:
        """Close the coroutine, which was never started."""
        self._coro.close()

    async def _run(self) -> None:
        try:
            self._value = await self._coro
        except (SystemExit, KeyboardInterrupt) as error:
            # Raised by code of the caller, such as the source of an upload. It is for the caller: the event loop would
            # end with it.
            self._error = error

    def _finish(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            self._coro.close()  # needed only if it was cancelled before its first step
            self._error = PortalError("The call was cancelled on the thread that runs sync calls.")
        elif self._error is None:
            self._error = task.exception()
        self._task = None  # the traceback of its error refers to this object: a cycle otherwise
        self._release()

    def _release(self) -> None:
        # Already released if an interrupt came after the result was set.
        with contextlib.suppress(RuntimeError):
            self.done.release()
