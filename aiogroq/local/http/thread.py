"""Runs the server in a thread of its own, so that it serves blocking and asyncio tests alike and stops cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from ..api.router import Service
from .handler import CountingServer, Handler
from .writer import reset as reset_connection

_STOP_S = 5.0
_END_S = 10.0
_BACKLOG = 4096


class Engine:
    """The thread, its event loop and what listens on it; may be started again after a stop."""

    def __init__(self, make_handler: Callable[[], Handler], service: Service) -> None:
        self._make_handler = make_handler
        self._service = service
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._port = 0
        self.handler: Handler | None = None

    def start(self, host: str, port: int) -> int:
        """Bind and serve; returns the port when requests are accepted. Raises `OSError` where it cannot be bound."""
        if self._thread is not None:
            raise RuntimeError("this LocalGroq is running already")
        ready = threading.Event()
        self._failure = None
        arguments = (host, port, ready)
        self._thread = threading.Thread(target=self._run, args=arguments, name="aiogroq-local", daemon=True)
        self._thread.start()
        ready.wait()
        if self._failure is not None:
            self._thread.join()
            self._thread = None
            raise self._failure
        return self._port

    def stop(self) -> None:
        """Break off what is running, close every socket and end the thread.

        Raises: `TimeoutError` where the thread is still busy after some seconds, for instance in a `reply` function; it is
        a daemon, so that the process can end all the same.
        """
        thread, loop, stop = self._thread, self._loop, self._stop
        if thread is None or loop is None or stop is None:
            return
        loop.call_soon_threadsafe(stop.set)
        thread.join(_END_S)
        self._thread = self._loop = self._stop = self.handler = None
        if thread.is_alive():
            raise TimeoutError(
                f"LocalGroq did not stop within {_END_S:g} s: its thread is busy, perhaps in a reply function that does not return"
            )

    def run(self, action: Callable[[Handler], Awaitable[int]]) -> int:
        """Run *action* on the server's loop and wait for its result."""
        handler, loop = self.handler, self._loop
        if handler is None or loop is None:
            raise RuntimeError("this LocalGroq is not running")

        async def act() -> int:
            return await action(handler)

        return asyncio.run_coroutine_threadsafe(act(), loop).result(_STOP_S)

    def _run(self, host: str, port: int, ready: threading.Event) -> None:
        try:
            asyncio.run(self._serve(host, port, ready))
        except BaseException as error:  # the thread that called `start` raises it
            self._failure = error
        finally:
            ready.set()

    async def _serve(self, host: str, port: int, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.handler = handler = self._make_handler()
        handler.server = CountingServer(handler)
        runner = web.ServerRunner(handler.server, shutdown_timeout=_STOP_S)
        await runner.setup()
        try:
            listening = _listen(host, port)
            self._port = listening.getsockname()[1]
            await web.SockSite(runner, listening, backlog=_BACKLOG).start()
            self._service.context.batches.resume(self._service.answer)
            ready.set()
            await self._stop.wait()
            handler.stopping = True
            await self._service.context.batches.stop()
            # Before the listening socket is closed: asyncio loses a connection that is accepted while it is.
            with contextlib.suppress(NotImplementedError):
                self._loop.remove_reader(listening)
            await _cut_off(handler)
        finally:
            await runner.cleanup()


def _listen(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server(address[:2], family=family, backlog=_BACKLOG)


async def _cut_off(handler: Handler) -> None:
    """End every connection, which cancels what runs on it; also those that are being accepted just now."""
    ends_at_s = time.monotonic() + _STOP_S
    while time.monotonic() < ends_at_s:
        for transport in list(handler.server.transports.values()):
            transport.abort()
        if asyncio.all_tasks() == {asyncio.current_task()} and not handler.server.transports:
            return
        await asyncio.sleep(0)


async def close_idle(handler: Handler, *, reset: bool) -> int:
    """Close the connections on which no request is running; returns how many they were."""
    idle = [
        transport for protocol, transport in handler.server.transports.items() if protocol not in handler.busy
    ]
    for transport in idle:
        if reset:
            reset_connection(transport)
        else:
            transport.close()
    return len(idle)


async def close_all(handler: Handler) -> int:
    """Cut off every connection; returns how many they were."""
    transports = list(handler.server.transports.values())
    for transport in transports:
        transport.abort()
    return len(transports)
