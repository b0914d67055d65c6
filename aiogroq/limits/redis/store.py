"""`RedisStore`: the levels of the limits in Redis, shared by all processes that use the same server."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from ...errors import PacingError
from ..store import Ask, Granted, Level, Never, Seen, Wait
from ..store_urls import redacted_url
from .connection import Client, client_of
from .known import SharedScope
from .options import check_options, timeout_of
from .outage import Outage
from .session import Session
from .share import Share
from .values import Block, Observe, Operation, Reserve, Result, Settle

_MAX_SCOPES = 1024
_FRESH_S = 1.0
"""Levels of a reply are good enough to be shown for so long."""


class RedisStore:
    """A `LimitStore` in Redis: ``AsyncGroq(pacing="redis://localhost:6379/0")``, or ``Pacing(store=RedisStore(...))``.

    All processes that use the same server and prefix share the limits of an account and a model. May be used from several
    threads and event loops, and after a fork; each event loop has a connection of its own. No key of the API is stored.

    Args:
        url: The URL of the server: ``redis://``, ``rediss://`` with TLS, or ``unix://``, with the parameters of
            ``redis.asyncio.Redis.from_url``.
        client: A client of your own instead, such as one of ``redis.asyncio.Sentinel`` or ``redis.asyncio.RedisCluster``, for
            one event loop. Create it with ``decode_responses=False`` and without retries. It is not closed.
        on_store_error: What happens while the server cannot be reached: with ``share`` each process goes on with its share
            of the limits, and logs a warning; with ``stop`` calls raise `PacingError`. The first call of a process raises it in
            any case.
        prefix: The first part of the names of all keys.
        timeout_s: How long the server may take for one step; four times as long where a connection is opened. None is the
            ``socket_timeout`` in the URL, or 0.25.
        clock: Returns seconds; measures the times of an outage.

    Raises `ValueError` or `TypeError` for options that cannot be, and `ImportError` where redis is not installed.
    """

    keeps_order = True

    def __init__(
        self,
        url: str | None = None,
        *,
        client: Client | None = None,
        on_store_error: Literal["share", "stop"] = "share",
        prefix: str = "aiogroq",
        timeout_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_options(url, client, on_store_error, prefix, timeout_s)
        self._url = url
        self._client = client
        self._stops = on_store_error == "stop"
        self._prefix = prefix
        self.timeout_s: float = timeout_of(url, timeout_s)
        """How long the server may take for one step."""
        self._clock = clock
        self._open = _opened(url, client)
        self.begin()
        _stores.add(self)

    def begin(self) -> None:
        """Set what belongs to one process."""
        self.worker: str = os.urandom(8).hex()
        """Names this store of this process among all that use the server."""
        self._lock = threading.Lock()
        self._sessions: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Session] = (
            weakref.WeakKeyDictionary()
        )
        self._scopes: dict[str, SharedScope] = {}
        self._outage = Outage(self._url or "", redacted_url(self._url) if self._url else "its client")

    def __repr__(self) -> str:
        return f"RedisStore({redacted_url(self._url) if self._url else self._client!r})"

    def __reduce__(self) -> tuple[Callable[..., RedisStore], tuple[object, ...]]:
        """Pickle the options: in another process it is another store, which shares the limits with this one."""
        if self._url is None:
            raise TypeError("a RedisStore with client= cannot be pickled or copied; give it a URL")
        return _rebuilt, (self._url, "stop" if self._stops else "share", self._prefix, self.timeout_s)

    # ------------------------------------------------------------------------------------- the protocol

    async def reserve(self, scope: str, asks: Sequence[Ask]) -> Granted | Wait | Never:
        """Reserve for as many of ``asks`` as fit, in order, over all their kinds at once.

        The first that does not fit has a place in the line of all processes; without ``asks`` the place is given up. A
        caller that is cancelled leaves no reservation. Raises `PacingError` where the server cannot be reached.
        """
        result = await self._do(scope, Reserve(asks))
        assert result is not None
        return result

    async def settle(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None = None
    ) -> None:
        """End the reservation ``id``, charge what was really used, and take over what its response says.

        Where the server cannot be reached, it is told later.
        """
        ask = self._session().known(scope).holds.get(id)
        is_unknown = ask is not None and used is ask.needs
        await self._do(scope, Settle(id, None if is_unknown else used, seen))

    async def observe(self, scope: str, seen: Mapping[str, Seen]) -> None:
        """Take over what a response says of the limits, or the limits that the user gave."""
        await self._do(scope, Observe(seen))

    async def block(self, scope: str, wait_s: float) -> None:
        """Grant nothing for ``wait_s`` seconds, in all processes."""
        await self._do(scope, Block(wait_s))

    async def levels(self, scope: str) -> Sequence[Level]:
        """Return the state of all known kinds of limits; that of a reply of the last second, if there is one."""
        shared = self.shared(scope)
        if not self.is_alone and not (shared.at_s and self._clock() - shared.at_s < _FRESH_S):
            await self._do(scope, Observe({}))
        share = self.share_of(shared) if self.is_alone else None
        return shared.levels if share is None else share.levels()

    # ------------------------------------------------------------------------------ what is its own

    def workers(self, scope: str) -> int:
        """Return how many processes used the limits of a scope within the last 30 s, by the last reply."""
        return self.shared(scope).workers

    async def close(self) -> None:
        """Close the connection of this event loop, unless requests are in flight. A later call opens another."""
        session = self._sessions.get(asyncio.get_running_loop())
        if session is not None:
            await session.close()

    # ------------------------------------------------------------------------------- for its sessions

    @property
    def is_off(self) -> bool:
        """Whether the script has not been run since a failure."""
        return self._outage.is_on

    @property
    def is_alone(self) -> bool:
        """Whether this process goes on with its share of the limits."""
        return self.is_off and self._outage.has_joined and not self._stops

    def now_s(self) -> float:
        """Return the time."""
        return self._clock()

    def error(self) -> PacingError:
        """Return the error of calls that need the server."""
        return self._outage.error()

    def succeeded(self) -> None:
        """Note that the script was run."""
        if self._outage.is_on or not self._outage.has_joined:
            with self._lock:
                self._outage.end()

    def failed(self, error: Exception, scope: SharedScope) -> None:
        """Note that the server has not responded."""
        with self._lock:
            self._outage.begin(error, self._clock(), None if self._stops else scope.sharers)

    def shared(self, scope: str) -> SharedScope:
        """Return what this process knows of a scope."""
        found = self._scopes.get(scope)
        if found is None:
            with self._lock:
                if len(self._scopes) >= _MAX_SCOPES:
                    self._drop_idle()
                found = self._scopes.setdefault(scope, SharedScope(self._prefix, scope))
        return found

    def _drop_idle(self) -> None:
        """Forget the scopes that are not used: model ids are arbitrary."""
        used = {name for session in self._sessions.values() for name in session.used_scopes()}
        for name in [name for name, scope in self._scopes.items() if name not in used and not scope.lost]:
            del self._scopes[name]

    def share_of(self, scope: SharedScope) -> Share | None:
        """Return the share of this process in a scope; None where calls fail without the server."""
        if not self.is_alone:
            return None
        with self._lock:
            if scope.outage != self._outage.number:
                scope.outage = self._outage.number
                now_s = self._clock()
                holds = [ask for each in list(self._sessions.values()) for ask in each.holds(scope.name)]
                scope.share = Share(
                    scope.levels_at(now_s), scope.sharers, holds, scope.blocked_until_s - now_s, self._clock
                )
        return scope.share

    def opened(self) -> object:
        """Return what this process has opened."""
        return self._sessions

    def forget(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Forget an event loop that ends. Returns whether it was the last one."""
        with self._lock:
            self._sessions.pop(loop, None)
            return not self._sessions

    def _session(self) -> Session:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None:
            with self._lock:
                for other in [each for each in self._sessions if each.is_closed()]:
                    self._sessions.pop(other).lose()
                session = self._sessions[loop] = Session(
                    self, self._open, self.timeout_s, self._client is None
                )
        return session

    async def _do(self, scope: str, operation: Operation) -> Result:
        session = self._session()
        if not self.is_off:
            return await session.calls.call(scope, operation)
        with self._lock:
            may_try = self._outage.may_try(self._clock())
        if may_try:
            session.calls.touch(scope)
            if not self.is_alone and not isinstance(operation, Settle):
                await session.calls.wait(self.timeout_s)
                if not self.is_off:
                    return await session.calls.call(scope, operation)
        (result,) = session.alone(session.known(scope), [operation])
        if isinstance(result, Exception):
            raise result
        return result


def _rebuilt(url: str, on_store_error: Literal["share", "stop"], prefix: str, timeout_s: float) -> RedisStore:
    return RedisStore(url, on_store_error=on_store_error, prefix=prefix, timeout_s=timeout_s)


def _opened(url: str | None, client: Client | None) -> Callable[[], Client]:
    if client is not None:
        return lambda: client
    assert url is not None
    return lambda: client_of(url)


_stores: weakref.WeakSet[RedisStore] = weakref.WeakSet()
_of_the_parent: list[object] = []
"""The connections of the process before the fork. They are not closed here: the parent uses them."""


def _after_fork() -> None:
    for store in list(_stores):
        _of_the_parent.append(store.opened())
        store.begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
