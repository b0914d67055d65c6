"""`Calls`: the operations of one event loop, collected while a run of the script is in flight and sent as one list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from ..store import Granted
from .values import Operation, Reserve, Result

Send = Callable[[str, Sequence[Operation]], Awaitable[Sequence["Result | Exception"]]]


class Calls:
    """Sends the operations of one event loop, one list for each scope, one run after the other.

    A caller that is cancelled does not stop the run that its operation is in.

    Args:
        send: Sends a list of operations of a scope, and returns the result of each.
        abandon: Called with a reservation that was granted to a caller that was cancelled.
    """

    def __init__(self, send: Send, abandon: Callable[[str, Reserve, int], None]) -> None:
        self._send = send
        self._abandon = abandon
        self._waiting: dict[str, list[tuple[Operation, asyncio.Future[Result]]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._is_running = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight or waits for it."""
        return not self._is_running

    async def call(self, scope: str, operation: Operation) -> Result:
        """Return the result of an operation. Raises what ``send`` raises."""
        future = self.add(scope, operation)
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self._give_back(scope, operation, future.result())
            raise

    def add(self, scope: str, operation: Operation) -> asyncio.Future[Result]:
        """Send an operation with the next list."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(scope, []).append((operation, future))
        self._start()
        return future

    def take(self) -> dict[str, list[Operation]]:
        """Return the operations that were not sent. Their callers are cancelled."""
        waiting, self._waiting = self._waiting, {}
        for _, future in (call for calls in waiting.values() for call in calls):
            future.cancel()
        return {scope: [operation for operation, _ in calls] for scope, calls in waiting.items()}

    def touch(self, scope: str) -> None:
        """Send a list without operations, or with those that come in the meantime."""
        self._waiting.setdefault(scope, [])
        self._start()

    async def wait(self, timeout_s: float | None = None) -> None:
        """Wait until nothing is in flight, or for ``timeout_s``."""
        if self._task is not None and not self._task.done():
            await asyncio.wait([self._task], timeout=timeout_s)

    def _start(self) -> None:
        if not self._is_running:
            self._is_running = True
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                scope = next(iter(self._waiting))
                await self._send_all(scope, self._waiting.pop(scope))
        finally:
            self._is_running = False
            self._task = None

    async def _send_all(self, scope: str, calls: list[tuple[Operation, asyncio.Future[Result]]]) -> None:
        calls = [call for call in calls if not (call[1].cancelled() and isinstance(call[0], Reserve))]
        try:
            results: Sequence[Result | Exception] = await self._send(
                scope, [operation for operation, _ in calls]
            )
        except Exception as error:
            results = [error] * len(calls)
        except BaseException:
            for _, future in calls:
                future.cancel()
            raise
        for (operation, future), result in zip(calls, results, strict=True):
            if future.done():
                self._give_back(scope, operation, result)
            elif isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _give_back(self, scope: str, operation: Operation, result: Result | Exception) -> None:
        if isinstance(operation, Reserve) and isinstance(result, Granted):
            self._abandon(scope, operation, result.count)
