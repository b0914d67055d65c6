"""Cleanup of sessions that nobody closes: at the end of their loop, with their client, and in a forked child.

Nothing here warns. Nothing awaits except at the end of a running loop, because otherwise there may be no loop to await on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import weakref
from collections.abc import AsyncGenerator, Callable
from typing import Any, Protocol

import aiohttp

from . import _aiohttp


class Body(Protocol):
    """The body of a response."""

    def client_closed(self) -> None:
        """Close the body. Its reader gets an error."""


class LoopSession:
    """An own session, and its cleanup at the end of its loop."""

    __slots__ = ("_finalizer", "bodies", "is_fast", "loop", "send", "session", "tls")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        session: aiohttp.ClientSession,
        *,
        is_fast: bool,
        tls: Any = None,
    ) -> None:
        self.loop: weakref.ref[asyncio.AbstractEventLoop] = weakref.ref(loop)
        self.session: aiohttp.ClientSession = session
        self.is_fast: bool = is_fast
        """Whether its requests take the fast path, not aiohttp's public API."""
        self.send: Callable[..., Any] = _aiohttp.sender(session) if is_fast else session.request
        self.tls: Any = tls
        """The TLS context of a session on the public path. On the fast path the connector chooses it."""
        self.bodies: weakref.WeakSet[Body] | None = None if is_fast else weakref.WeakSet()
        """Bodies that may be unread, on the public path: there a closed connection does not wake their readers."""
        # Of all that a program can leave open, asyncio.run closes only asynchronous generators before it closes the loop.
        self._finalizer = _close_at_end_of_loop(session, is_fast)
        with contextlib.suppress(StopIteration):
            self._finalizer.asend(None).send(None)

    def close_nowait(self) -> None:
        """Close the connections: soon on their loop if it runs, else at once."""
        loop = self.loop()
        if loop is None or not loop.is_running():
            if self.is_fast:
                _close_fast(self.session)
            else:
                _close_public(self.session)
        else:
            # This may be another thread, or the exit of the program. A transport may be closed on its own loop only.
            with contextlib.suppress(RuntimeError):  # the loop has stopped in between
                if self.is_fast:
                    loop.call_soon_threadsafe(_aiohttp.close_connections, _aiohttp.detach(self.session))
                else:
                    loop.call_soon_threadsafe(_close_in_task, self.session, loop)
        self.cancel_finalizer()

    def end_bodies(self) -> None:
        """Close the unread bodies: their readers get an error. Call it on the loop of the session."""
        for body in list(self.bodies or ()):
            body.client_closed()

    def cancel_finalizer(self) -> None:
        """Cancel the cleanup at the end of the loop."""
        # A generator that is collected unfinished would be closed in a new task of its loop.
        with contextlib.suppress(StopIteration, RuntimeError):
            self._finalizer.aclose().send(None)


class PublicSession:
    """A session whose requests take aiohttp's public API: a user's own, or one whose `_request` is wrapped."""

    __slots__ = ("bodies", "send", "session")

    is_fast = False

    def __init__(self, session: aiohttp.ClientSession, bodies: weakref.WeakSet[Body] | None = None) -> None:
        self.session: aiohttp.ClientSession = session
        self.bodies: weakref.WeakSet[Body] | None = bodies
        self.send: Callable[..., Any] = session.request


async def _close_at_end_of_loop(session: aiohttp.ClientSession, is_fast: bool) -> AsyncGenerator[None, None]:
    loop = asyncio.get_running_loop()
    try:
        yield
    finally:
        if is_fast:
            _close_fast(session)
        elif asyncio.get_running_loop() is loop:
            await session.close()


def _close_fast(session: aiohttp.ClientSession) -> None:
    """Close the sockets of a session whose loop no longer runs."""
    _aiohttp.close_connections(_aiohttp.detach(session))


def _close_public(session: aiohttp.ClientSession) -> None:
    """`_close_fast` by the public API. On a closed loop, connections in use are left to the garbage collector, which warns."""
    connector = session.connector
    session.detach()
    if connector is not None:
        closing: Any = connector.close().__await__()
        # It waits for the connections to end, which they do without it.
        with contextlib.suppress(StopIteration, RuntimeError):
            closing.send(None)


_closing: set[asyncio.Task[None]] = set()


def _close_in_task(session: aiohttp.ClientSession, loop: asyncio.AbstractEventLoop) -> None:
    task = loop.create_task(session.close())
    _closing.add(task)  # a loop refers to its tasks only weakly
    task.add_done_callback(_closing.discard)


class Pool(Protocol):
    """A pool of connections."""

    sessions: dict[int, LoopSession]
    """Its sessions, by the id of their loop."""


def close_all(sessions: dict[int, LoopSession]) -> None:
    """Close every session of a pool that was collected, in whichever thread that happened."""
    while sessions:
        sessions.popitem()[1].close_nowait()


# ---------------------------------------------------------------------------------------------------- after a fork

pools: weakref.WeakSet[Pool] = weakref.WeakSet()
"""All pools of this process."""
_inherited: list[Any] = []
"""Objects that must never be collected in the child: they would close themselves, and warn."""


def _release_inherited() -> None:
    """Release the connections of the parent, in the child after a fork: they stay open for as long as the child has them.

    Writes nothing and closes no transport, because parent and child share the selector of the loop. Connections of the public
    path are not released.
    """
    for pool in list(pools):
        for found in pool.sessions.values():
            _inherited.append(found.session)
            if not found.is_fast:
                continue
            connections = _aiohttp.detach(found.session)
            found.cancel_finalizer()
            for connection in connections:
                _inherited.append(connection)
                if connection.transport is not None:
                    _aiohttp.redirect_to_devnull(connection.transport)
        pool.sessions.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_inherited)
