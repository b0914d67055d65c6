"""The end of sessions that nobody closes: with their loop, with their client, in a forked child.

Nothing here warns, and nothing but the end of a running loop awaits, since there may be no loop left to await on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import weakref
from collections.abc import AsyncGenerator, Callable
from typing import Any, Protocol, TypeAlias

import aiohttp

from . import _aiohttp


class Body(Protocol):
    """The body of a response."""

    def client_closed(self) -> None:
        """Close it; whoever reads it gets an error."""


class LoopSession:
    """A session of ours, the loop that it belongs to, and what ends it together with that loop."""

    __slots__ = ("_end", "bodies", "is_fast", "loop", "send", "session", "tls")

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
        """Whether it takes the fast path, not aiohttp's public API."""
        self.send: Callable[..., Any] = _aiohttp.sender(session) if is_fast else session.request
        self.tls: Any = tls
        """The TLS context that it was made with, where that is not its connector's affair."""
        self.bodies: weakref.WeakSet[Body] | None = None if is_fast else weakref.WeakSet()
        """The bodies that may be being read, where their connections do not tell them of their end."""
        # The one thing that asyncio.run, and all that does its work, closes before the loop: async generators.
        self._end = _at_the_end_of_the_loop(session, is_fast)
        with contextlib.suppress(StopIteration):
            self._end.asend(None).send(None)

    def close_nowait(self) -> None:
        """Close its connections: at once where the loop does not run, else on the loop, soon."""
        loop = self.loop()
        if loop is None or not loop.is_running():
            if self.is_fast:
                _drop(self.session)
            else:
                _drop_public(self.session)
        else:
            # This may be another thread, or the end of the program: a transport is closed on its own loop only.
            with contextlib.suppress(RuntimeError):  # the loop has stopped in between
                if self.is_fast:
                    loop.call_soon_threadsafe(_aiohttp.close_connections, _aiohttp.detach(self.session))
                else:
                    loop.call_soon_threadsafe(_close_soon, self.session, loop)
        self.cancel_finalizer()

    def end_bodies(self) -> None:
        """Tell whoever reads a body that it ends here. On the loop of the session."""
        for body in list(self.bodies or ()):
            body.client_closed()

    def cancel_finalizer(self) -> None:
        """Nothing is left to be done at the end of the loop."""
        # A generator that is collected unfinished would be finished by a new task of its loop.
        with contextlib.suppress(StopIteration, RuntimeError):
            self._end.aclose().send(None)


Sessions: TypeAlias = dict[int, LoopSession]
"""The sessions of a pool, by the id of their loop."""


async def _at_the_end_of_the_loop(
    session: aiohttp.ClientSession, is_fast: bool
) -> AsyncGenerator[None, None]:
    loop = asyncio.get_running_loop()
    try:
        yield
    finally:
        if is_fast:
            _drop(session)
        elif asyncio.get_running_loop() is loop:
            await session.close()


class Pool(Protocol):
    """What has sessions."""

    sessions: Sessions
    """The sessions that it opened."""


def close_all(sessions: Sessions) -> None:
    """Close every session of a pool that was collected, in whichever thread that happened."""
    while sessions:
        sessions.popitem()[1].close_nowait()


def _drop(session: aiohttp.ClientSession) -> None:
    """Close the sockets of a session whose loop does not run any more, without a warning."""
    _aiohttp.close_connections(_aiohttp.detach(session))


def _drop_public(session: aiohttp.ClientSession) -> None:
    """`_drop` by the public API. Where the loop is closed, open connections are left to the garbage collector, which warns."""
    connector = session.connector
    session.detach()
    if connector is not None:
        closing: Any = connector.close().__await__()
        # What there is to wait for is that connections come to their end, which they do by themselves.
        with contextlib.suppress(StopIteration, RuntimeError):
            closing.send(None)


_closing: set[asyncio.Task[None]] = set()


def _close_soon(session: aiohttp.ClientSession, loop: asyncio.AbstractEventLoop) -> None:
    task = loop.create_task(session.close())
    _closing.add(task)  # a loop refers to its tasks only weakly
    task.add_done_callback(_closing.discard)


# ---------------------------------------------------------------------------------------------------- after a fork

pools: weakref.WeakSet[Pool] = weakref.WeakSet()
"""Every pool of this process."""
_inherited: list[Any] = []
"""What must never be collected in the child: it would close, and warn."""


def _release_inherited() -> None:
    """In the child after a fork: let go of the parent's connections, which would stay open for as long as the child
    has them too. Nothing is written, and no transport closed: its loop's selector is shared with the parent.

    Without the fast path they do stay open that long.
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
