"""Runs the server: in its own thread and event loop, so that sync and async code can use it, or on a loop that runs already."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from aiohttp import web

from ..api.router import Router
from .connections import TrackedServer
from .handler import Handler

T = TypeVar("T")

_STOP_TIMEOUT_S = 5.0
_JOIN_TIMEOUT_S = 10.0
_BACKLOG = 4096


class ServerThread:
    """The thread, its event loop and the listening socket. Can be started again after a stop."""

    def __init__(self, make_handler: Callable[[], Handler], router: Router) -> None:
        self._make_handler = make_handler
        self._router = router
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._port = 0
        self.handler: Handler | None = None

    def start(self, host: str, port: int) -> int:
        """Bind and serve. Return the port when requests are accepted. Raises `OSError` if the port cannot be bound."""
        self._check_stopped()
        ready = threading.Event()
        self._failure = None
        arguments = (host, port, ready)
        self._thread = threading.Thread(target=self._run, args=arguments, name="aiogroq-local", daemon=True)
        self._thread.start()
        ready.wait()
        if self._failure is not None:
            self._thread.join()
            self._thread = self._loop = None
            raise self._failure
        return self._port

    def stop(self) -> None:
        """Cancel running requests, close all sockets and end the thread.

        Raises: `TimeoutError` if the thread is busy for `_JOIN_TIMEOUT_S`, for instance in a `reply` function. It is a
        daemon thread, so the process can exit.
        """
        thread, loop, stop = self._thread, self._loop, self._stop
        if thread is None or loop is None or stop is None:
            return
        loop.call_soon_threadsafe(stop.set)
        thread.join(_JOIN_TIMEOUT_S)
        self._thread = self._loop = self._stop = self.handler = None
        if thread.is_alive():
            raise TimeoutError(
                f"LocalGroq did not stop within {_JOIN_TIMEOUT_S:g} s: its thread is busy, perhaps in a reply function that does not return"
            )

    def run(self, action: Callable[[TrackedServer], T]) -> T:
        """Call *action* on the server's event loop and return its result."""
        handler, loop = self.handler, self._loop
        if handler is None or loop is None:
            raise RuntimeError("this LocalGroq is not running")

        if loop is _running_loop():
            return action(handler.server)

        async def call() -> T:
            return action(handler.server)

        return asyncio.run_coroutine_threadsafe(call(), loop).result(_STOP_TIMEOUT_S)

    @contextlib.asynccontextmanager
    async def serve_here(self, host: str, port: int) -> AsyncGenerator[int, None]:
        """Serve on the running event loop instead of a thread. Yields the port. Raises `OSError` if it cannot be bound."""
        self._check_stopped()
        try:
            async with self._serving(host, port):
                yield self._port
        finally:
            self._loop = self.handler = None

    def _check_stopped(self) -> None:
        if self._thread is not None or self._loop is not None:
            raise RuntimeError("this LocalGroq is running already")

    def _run(self, host: str, port: int, ready: threading.Event) -> None:
        try:
            asyncio.run(self._serve(host, port, ready))
        except BaseException as error:  # re-raised by `start`
            self._failure = error
        finally:
            ready.set()

    async def _serve(self, host: str, port: int, ready: threading.Event) -> None:
        self._stop = asyncio.Event()
        async with self._serving(host, port):
            ready.set()
            await self._stop.wait()

    @contextlib.asynccontextmanager
    async def _serving(self, host: str, port: int) -> AsyncGenerator[None, None]:
        self._loop = asyncio.get_running_loop()
        self.handler = handler = self._make_handler()
        batches = self._router.context.batches
        runner = web.ServerRunner(handler.server, shutdown_timeout=_STOP_TIMEOUT_S)
        await runner.setup()
        try:
            listening = _listen(host, port)
            self._port = listening.getsockname()[1]
            await web.SockSite(runner, listening, backlog=_BACKLOG).start()
            batches.resume(self._router.respond)
            try:
                yield
            finally:
                handler.is_stopping = True
                await batches.stop()
                # Before the listening socket is closed: asyncio leaks a connection that is accepted during the close.
                with contextlib.suppress(NotImplementedError):
                    self._loop.remove_reader(listening)
                await _abort_connections(handler.server, is_alone=self._thread is not None)
        finally:
            await runner.cleanup()


def _listen(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server(address[:2], family=family, backlog=_BACKLOG)


async def _abort_connections(server: TrackedServer, *, is_alone: bool) -> None:
    """Abort all connections, which cancels their requests, including connections that are just being accepted.

    *is_alone*: all tasks of the loop are the server's.
    """
    deadline_s = time.monotonic() + _STOP_TIMEOUT_S
    while time.monotonic() < deadline_s:
        server.abort_all()
        has_ended = asyncio.all_tasks() == {asyncio.current_task()} if is_alone else not server.busy
        if has_ended and not server.transports:
            return
        await asyncio.sleep(0)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
