"""An event loop on virtual time: hours pass in seconds, with real sockets.

`run(main())` runs a coroutine on it, and `@in_virtual_time` a whole test. ``loop.time()`` and all timers are virtual. While
sockets or callbacks are ready the clock stands; when nothing is ready it jumps to the next timer. Both ends of a connection
must be on this loop (`LocalGroq.serve_here`): it cannot know what another process or thread is about to send.
"""

from __future__ import annotations

import asyncio
import functools
import os
import selectors
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

from aiogroq import AsyncGroq
from aiogroq.local import LocalGroq
from aiogroq.transport.threads import FILES, PARSING, DaemonExecutor

P = ParamSpec("P")
T = TypeVar("T")

EPOCH_S = 1_800_000_000.0
"""What `VirtualTimeLoop.clock` returns at the start: seconds since the epoch."""

_RESOLUTION_S = 1e-6
_THREAD_POLL_S = 0.001
_LONG_JUMP_S = 1.0
_YIELDS = 2
_STUCK_AFTER_S = 10.0


class VirtualTimeError(RuntimeError):
    """Nothing can ever happen on the loop: no timer is set, nothing is ready, and no thread works for it."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A selector event loop whose clock jumps to the next timer when nothing is ready.

    Without sockets and threads it need not look for what they bring before it jumps, which takes most of its time.
    """

    def __init__(self, *, has_sockets: bool = True) -> None:
        self._now_s = 0.0
        self.has_sockets: bool = has_sockets
        self._in_threads = 0
        self._executor = ThreadPoolExecutor(4, thread_name_prefix="virtual-time")
        super().__init__(_JumpingSelector(self))
        self._clock_resolution = _RESOLUTION_S
        self.set_default_executor(self._executor)

    def time(self) -> float:
        """Return the virtual time in seconds since the loop was made."""
        return self._now_s

    def clock(self) -> float:
        """Return the virtual time in seconds since the epoch, as `LocalGroq` takes it."""
        return EPOCH_S + self._now_s

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self._now_s += seconds

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        """Run ``func`` in a thread. The clock stands until it returns."""
        self._in_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._left_thread)
        return future

    def waits_for_threads(self) -> bool:
        """Return whether a thread works for this process's loops."""
        return self._in_threads > 0 or _is_busy(FILES) or _is_busy(PARSING)

    def close(self) -> None:
        """Close the loop and end its threads."""
        self._executor.shutdown(wait=True)
        super().close()

    def _left_thread(self, _future: asyncio.Future[Any]) -> None:
        self._in_threads -= 1


class _JumpingSelector(selectors.BaseSelector):
    """Polls the sockets, and moves the clock of the loop instead of waiting."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready. If nothing is, jump by ``timeout`` seconds; None waits for real."""
        events = self._real.select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if timeout is not None and not self._loop.has_sockets:
            self._loop.advance(timeout)
            return events
        # A thread hands its result over before it counts as idle, so the poll after this loop finds it.
        while self._loop.waits_for_threads():
            events = self._real.select(_THREAD_POLL_S)
            if events:
                return events
        events = self._poll(is_long=timeout is None or timeout > _LONG_JUMP_S)
        if events:
            return events
        if timeout is None:
            return self._wait()
        self._loop.advance(timeout)
        return events

    def _poll(self, *, is_long: bool) -> list[tuple[selectors.SelectorKey, int]]:
        """Let the kernel deliver what was sent over loopback: mostly at once, but on a busy machine in another thread."""
        for _ in range(_YIELDS):
            os.sched_yield()
            events = self._real.select(0)
            if events:
                return events
        return self._real.select(_THREAD_POLL_S) if is_long else []

    def _wait(self) -> list[tuple[selectors.SelectorKey, int]]:
        ends_at = time.monotonic() + _STUCK_AFTER_S
        while time.monotonic() < ends_at:
            events = self._real.select(0.1)
            if events:
                return events
        raise VirtualTimeError(
            f"no timer, no data and no thread: all tasks wait for ever: {asyncio.all_tasks(self._loop)}"
        )

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


def _is_busy(executor: DaemonExecutor) -> bool:
    """Return whether a thread of ``executor`` has a job. It becomes idle after its future has called back."""
    workers = len(executor._counted) + len(executor._stuck)  # pyright: ignore[reportPrivateUsage]
    return bool(executor._waiting) or workers > len(executor._idle)  # pyright: ignore[reportPrivateUsage]


def run(main: Coroutine[Any, Any, T], *, has_sockets: bool = True) -> T:
    """Run ``main`` in virtual time, as `asyncio.run` does in real time."""
    loop = VirtualTimeLoop(has_sockets=has_sockets)
    try:
        return loop.run_until_complete(main)
    finally:
        try:
            loop.run_until_complete(_cancel_others())
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()


async def _cancel_others() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Make a test of a coroutine function that runs in virtual time. Its fixtures run in real time."""

    @functools.wraps(test)
    def run_test(*args: P.args, **kwargs: P.kwargs) -> T:
        return run(test(*args, **kwargs))

    return run_test


async def until(holds: Callable[[], object]) -> None:
    """Let the loop run until ``holds`` returns a true value, for a minute at most. The clock stands meanwhile."""
    ends_at = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends_at, "not within a minute"
        await asyncio.sleep(0)


@asynccontextmanager
async def served_here(**options: Any) -> AsyncIterator[tuple[AsyncGroq, LocalGroq]]:
    """Give a client and its server on the virtual loop that runs, so that no timer ends before what it was set for."""
    server = LocalGroq(
        clock=current_loop().clock, request_timeout_s=86_400, keepalive_timeout_s=86_400, **options
    )
    async with (
        server.serve_here(),
        AsyncGroq(api_key="gsk_x", base_url=server.base_url) as client,
    ):
        yield client, server


def current_loop() -> VirtualTimeLoop:
    """Return the virtual loop that runs. Raises `TypeError` on another loop."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualTimeLoop):
        raise TypeError(f"{loop!r} is not on virtual time: use virtual_time.run or @in_virtual_time")
    return loop
