"""The end of sessions that nobody closes: with their loop, with their client, in a forked child.

Nothing here awaits or warns, since there may be no loop left to await on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import weakref
from collections.abc import AsyncGenerator
from typing import Any, Protocol, TypeAlias

import aiohttp


class LoopSession:
    """A session, the loop that it belongs to, and what ends it together with that loop."""

    __slots__ = ("_end", "loop", "session")

    def __init__(self, loop: asyncio.AbstractEventLoop, session: aiohttp.ClientSession) -> None:
        self.loop: weakref.ref[asyncio.AbstractEventLoop] = weakref.ref(loop)
        self.session: aiohttp.ClientSession = session
        # The one thing that asyncio.run, and all that does its work, closes before the loop: async generators.
        self._end = _at_the_end_of_the_loop(session)
        with contextlib.suppress(StopIteration):
            self._end.asend(None).send(None)

    def drop(self) -> None:
        """Close its connections: at once where the loop does not run, else on the loop, soon."""
        loop = self.loop()
        if loop is None or not loop.is_running():
            drop(self.session)
        else:
            # This may be another thread, or the end of the program: a transport is closed on its own loop only.
            protocols = _detach(self.session)
            with contextlib.suppress(RuntimeError):  # the loop has stopped in between
                loop.call_soon_threadsafe(_close, protocols)
        self.let_go()

    def let_go(self) -> None:
        """Nothing is left to be done at the end of the loop."""
        # A generator that is collected unfinished would be finished by a new task of its loop.
        with contextlib.suppress(StopIteration, RuntimeError):
            self._end.aclose().send(None)


Sessions: TypeAlias = dict[int, LoopSession]
"""The sessions of a pool, by the id of their loop."""


async def _at_the_end_of_the_loop(session: aiohttp.ClientSession) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        drop(session)


class Pool(Protocol):
    """What has sessions."""

    sessions: Sessions
    """The sessions that it opened."""


def drop_all(sessions: Sessions) -> None:
    """Close every session of a pool that was collected, in whichever thread that happened."""
    while sessions:
        sessions.popitem()[1].drop()


def drop(session: aiohttp.ClientSession) -> None:
    """Close the sockets of a session whose loop does not run any more, without a warning and without awaiting."""
    _close(_detach(session))


def _detach(session: aiohttp.ClientSession) -> list[Any]:
    """Take the connections out of a session, which is closed after that. They are returned."""
    connector: Any = session.connector
    session.detach()
    if connector is None or connector.closed:
        return []
    idle = [entry[0] for entries in connector._conns.values() for entry in entries]
    busy = [entry for entry in connector._acquired if hasattr(entry, "transport")]
    connector._closed = True  # its own close() would schedule callbacks, on a loop that may be dead
    connector._conns.clear()
    connector._acquired.clear()
    return [*idle, *busy]


def _close(protocols: list[Any]) -> None:
    for protocol in protocols:
        protocol.cut()
        if protocol.transport is not None:
            _close_transport(protocol.transport)


def _close_transport(transport: Any) -> None:
    try:
        transport.abort()
        return
    except RuntimeError:
        pass  # the loop is closed: asyncio's transport cannot schedule its own end
    inner = getattr(transport, "_ssl_protocol", None)
    inner = getattr(inner, "_transport", None) or transport
    sock = getattr(inner, "_sock", None)
    if sock is not None:
        sock.close()
        inner._sock = None  # so that the transport does not warn that it was left open


# ---------------------------------------------------------------------------------------------------- after a fork

pools: weakref.WeakSet[Pool] = weakref.WeakSet()
"""Every pool of this process."""
_inherited: list[Any] = []


def _release_inherited() -> None:
    """In the child after a fork: let go of the parent's connections, which would stay open for as long as the child
    has them too. Nothing is written, and no transport closed: its loop's selector is shared with the parent."""
    for pool in list(pools):
        for found in pool.sessions.values():
            protocols = _detach(found.session)
            found.let_go()
            for protocol in protocols:
                _inherited.append(protocol)  # its transport must never be collected: it would close, and warn
                if protocol.transport is not None:
                    _point_nowhere(protocol.transport)
        pool.sessions.clear()


def _point_nowhere(transport: Any) -> None:
    sock = transport.get_extra_info("socket")
    fd: int = sock.fileno() if sock is not None else -1
    if fd >= 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, fd, inheritable=False)  # the number stays taken, as the transport believes it to be
        os.close(nowhere)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_inherited)
