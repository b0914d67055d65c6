"""`ThreadCall`: a call that runs in a thread. It runs on where the run is interrupted that started it."""

from __future__ import annotations

import contextvars
import inspect
import time
from collections.abc import Callable
from concurrent.futures import Future

from ..transport import threads


def timed_out(timeout_s: float, what: str = "the call") -> TimeoutError:
    """Return the error of a call that took longer than its timeout."""
    return TimeoutError(f"{what} took longer than {timeout_s:g} s")


class ThreadCall:
    """A function that is called in a thread, in the context of the caller.

    The future is made before the thread is asked for: Ctrl-C may interrupt the start at any place, and a call that has begun
    must be known then, so that it is not run again.
    """

    def __init__(self, function: Callable[[], object], timeout_s: float | None) -> None:
        self.future: Future[object] = Future()
        """The result of the call."""
        self.timeout_s: float | None = timeout_s
        """The seconds that the call may take, from `start` on."""
        self._function = function
        self._ends_at: float | None = None

    def start(self) -> None:
        """Call the function in a thread."""
        if self.timeout_s is not None:
            self._ends_at = time.monotonic() + self.timeout_s
        threads.TOOLS.submit(contextvars.copy_context().run, self._run)

    def withdraw(self) -> bool:
        """Keep the function from being called. Returns False if it has been called already: it runs to its end then."""
        return self.future.cancel()

    def seconds_left(self) -> float | None:
        """Return the seconds until the timeout, at least 0; None if there is none."""
        return None if self._ends_at is None else max(0.0, self._ends_at - time.monotonic())

    def result(self) -> object:
        """Return the result of a call that has ended, or raise its error. Raises `TimeoutError` if its time is over."""
        if self.is_expired:
            self.withdraw()
            raise timed_out(self.timeout_s or 0)
        return self.future.result()

    def error(self) -> BaseException | None:
        """Return what `result` raises; None if it raises nothing, or if the call still runs."""
        if self.is_expired:
            return timed_out(self.timeout_s or 0)
        is_done = self.future.done() and not self.future.cancelled()
        return self.future.exception() if is_done else None

    @property
    def is_expired(self) -> bool:
        """Whether the time is over and there is no result."""
        return self.seconds_left() == 0 and not self.future.done()

    def __deepcopy__(self, memo: object) -> ThreadCall:
        """Return this call: a copy of a runner waits for the same result."""
        return self

    def __del__(self) -> None:
        """Close the coroutine that the function has returned, if nobody has awaited it: Python would warn of it."""
        if self.future.done() and not self.future.cancelled() and self.future.exception() is None:
            value = self.future.result()
            if inspect.iscoroutine(value) and inspect.getcoroutinestate(value) == inspect.CORO_CREATED:
                value.close()

    def _run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = threads.call(self._function)
        except BaseException as error:
            self.future.set_exception(error)
            del self  # the error's traceback refers to this frame: a cycle otherwise
        else:
            self.future.set_result(result)
