"""`DefaultAioHttpClient`: the pool of connections behind a client, one aiohttp session for each event loop.

A session belongs to the loop that it was made on. So the pool can be built anywhere, also before there is a
loop; the session is made for the running loop when a request needs it; and when a loop has died its session is
dropped without a word. Nothing happens in ``__del__``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl as ssl_module
import weakref
from collections.abc import Callable, Mapping
from http.cookies import BaseCookie, SimpleCookie
from typing import Any, cast

import aiohttp
from yarl import URL

from ..errors import GroqError
from ..protocol.sse import DEFAULT_MAX_EVENT_BYTES
from . import _aiohttp, pool_options, proxies, tls
from .cleanup import Body, LoopSession, Sessions, close_all, pools
from .timers import phase_trace

NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
"""aiohttp's own timers are off: see `timers`."""
_VARIABLE = "AIOGROQ_AIOHTTP"
"""Set to ``public``, no session takes the fast path: to compare, and to find out whether it is to blame for something."""
_log = logging.getLogger("aiogroq")
_HEAP_KEPT_BYTES = 1024 * 1024
_CLOSE_S = 1.0
"""Seconds that another loop is given to close its session."""


def _keep_heap() -> None:
    """Have the C library keep memory that answers of some hundred KiB use again and again.

    glibc gives the end of its heap back whenever more than 128 KiB of it are free, and takes page faults for them
    at the next answer: half of what reading 64 embeddings costs. A larger block that was once freed doubles that
    bound to its own size (mallopt(3), M_MMAP_THRESHOLD). Elsewhere this does nothing.
    """
    bytes(_HEAP_KEPT_BYTES)


def _flaw() -> str | None:
    """Why our own sessions take aiohttp's public API alone, or None."""
    asked = os.environ.get(_VARIABLE)
    if asked:
        if asked.lower() == "public":
            return f"{_VARIABLE}=public"
        _log_once(f"{_VARIABLE}=%r is not known, and ignored: only `public` is", asked, logging.WARNING)
    return _aiohttp.flaw()


_said: set[str] = set()


def _log_once(message: str, why: str, level: int = logging.DEBUG) -> None:
    if why not in _said:
        _said.add(why)
        _log.log(level, message, why)


class PublicSession:
    """A session whose requests are sent by aiohttp's public API."""

    __slots__ = ("bodies", "send", "session")

    is_fast = False

    def __init__(self, session: aiohttp.ClientSession, bodies: weakref.WeakSet[Body] | None = None) -> None:
        self.session: aiohttp.ClientSession = session
        self.bodies: weakref.WeakSet[Body] | None = bodies
        self.send: Callable[..., Any] = session.request


class _NoCookies(aiohttp.DummyCookieJar):
    """aiohttp's makes a new empty jar for every request."""

    _NONE: BaseCookie[str] = SimpleCookie()

    def filter_cookies(self, request_url: URL) -> BaseCookie[str]:
        return self._NONE


def _session_options() -> dict[str, Any]:
    return {
        "cookie_jar": _NoCookies(),  # Cloudflare sets a cookie on every response
        "timeout": NO_TIMEOUT,
        "auto_decompress": False,  # `AioBody` does it, who sees whether it came whole
    }


class DefaultAioHttpClient:
    """Connections, and how they are made. Give it as ``http_client=`` to one client or to several.

    ``proxy`` is a URL (its credentials may stand in it), ``proxy_auth`` a ``(user, password)`` pair or an
    ``aiohttp.BasicAuth``; without ``proxy`` the environment decides (``HTTPS_PROXY``, ``NO_PROXY``, ...), with
    ``trust_env=False`` nothing does. ``local_address`` is the address to connect from. ``ssl`` is an `ssl.SSLContext`, or
    False to verify nothing. ``limit`` bounds the connections (0: no bound), ``keepalive_timeout`` is how many
    seconds an idle one is kept. ``max_response_bytes`` bounds what is read into memory of one answer, decompressed;
    streams and downloads to files have no bound. ``max_event_bytes`` bounds one event of a stream. ``session`` is an ``aiohttp.ClientSession`` of your own: it is used as it is,
    on its own loop, and never closed here. ``connector_options`` go to ``aiohttp.TCPConnector``.
    """

    def __init__(
        self,
        *,
        proxy: str | URL | None = None,
        proxy_auth: Any = None,
        local_address: str | None = None,
        ssl: ssl_module.SSLContext | bool = True,
        limit: int = 0,
        limit_per_host: int = 0,
        keepalive_timeout: float = 30.0,
        trust_env: bool = True,
        max_response_bytes: int | None = 256 * 1024 * 1024,
        max_event_bytes: int = DEFAULT_MAX_EVENT_BYTES,
        session: aiohttp.ClientSession | None = None,
        **connector_options: Any,
    ) -> None:
        # So that no traceback with locals shows them.
        proxy, proxy_auth = proxies.hidden(proxy, proxy_auth)
        self.sessions: Sessions = {}  # first: the repr of one that could not be made shows them
        pool_options.refuse_unknown_options(DefaultAioHttpClient.__init__, connector_options)
        self._options: dict[str, Any] = pool_options.connector_options(
            ssl=ssl,
            limit=limit,
            limit_per_host=limit_per_host,
            keepalive_timeout=keepalive_timeout,
            local_address=local_address,
            more=connector_options,
        )
        self._proxy = proxies.explicit_proxy(proxy, proxy_auth)
        self._trust_env = pool_options.checked_flag("trust_env", trust_env)
        if max_response_bytes is not None:
            max_response_bytes = pool_options.checked_bytes(
                "max_response_bytes", max_response_bytes, none=", or None"
            )
        self.max_response_bytes: int | None = max_response_bytes
        """How long an answer may be that is read whole, once it is decompressed; None for any length."""
        self.max_event_bytes: int = pool_options.checked_bytes("max_event_bytes", max_event_bytes)
        """How long one event of a stream may be, which is held in memory until it ends."""
        self._injected = pool_options.checked_session(session)
        weakref.finalize(self, close_all, self.sessions)
        self.is_closed: bool = False
        pools.add(self)

    def ready(self, loop: asyncio.AbstractEventLoop) -> LoopSession | None:
        """The session of this loop, which must be the running one, where it is open and takes the fast path."""
        found = self.sessions.get(id(loop))
        if (
            found is not None
            and found.is_fast
            and found.loop() is loop
            and not found.session.closed
            and not _aiohttp.is_wrapped()
        ):
            return found
        return None

    def session(self, loop: asyncio.AbstractEventLoop, *, is_tls: bool) -> LoopSession | PublicSession | None:
        """The session of this loop, which must be the running one. Made where it is not there.

        None where it needs a TLS context that is not loaded yet (`tls.default_context`). Raises `GroqError` where the pool is
        closed.
        """
        if self._injected is not None:
            return PublicSession(_on_its_loop(self._injected, loop))
        if self.is_closed:
            raise GroqError(
                "The pool of connections of this client has been closed; make a new client. Clients made by "
                "with_options(), or given the same http_client, share one pool, and closing one closes it."
            )
        flaw = _flaw()
        if flaw is None:
            opened = self._found(loop) or self._open_fast(loop)
            if not _aiohttp.is_wrapped():
                return opened
            _log_once("requests take aiohttp's public API: %s", "ClientSession._request has been wrapped")
            return PublicSession(opened.session, opened.bodies)
        _log_once("connections and requests take aiohttp's public API: %s", flaw)
        context = None
        if is_tls and self._options["ssl"] is True:
            context = tls.loaded_context()
            if context is None:
                return None
        found = self._found(loop)
        if found is None or not (found.is_fast or context is None or found.tls is context):
            found = self._open_public(loop, context)
        return PublicSession(found.session, found.bodies)

    def _found(self, loop: asyncio.AbstractEventLoop) -> LoopSession | None:
        found = self.sessions.get(id(loop))
        if found is not None and found.loop() is loop and not found.session.closed:
            return found
        return None

    def _open_fast(self, loop: asyncio.AbstractEventLoop) -> LoopSession:
        self._drop_ended()
        session = _aiohttp.open_session(self._connector_options(), **_session_options())
        return self._kept(LoopSession(loop, session, is_fast=True))

    def _open_public(self, loop: asyncio.AbstractEventLoop, context: Any) -> LoopSession:
        self._drop_ended()
        options = self._connector_options()
        if context is not None:
            options["ssl"] = context
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(**options), trace_configs=[phase_trace()], **_session_options()
        )
        replaced = self.sessions.pop(id(loop), None)
        if replaced is not None:  # of another environment
            replaced.close_nowait()
        return self._kept(LoopSession(loop, session, is_fast=False, tls=context))

    def _connector_options(self) -> dict[str, Any]:
        # aiohttp's choice where aiodns is installed keeps descriptors and a thread for each loop that is not closed.
        return {"resolver": aiohttp.ThreadedResolver(), **self._options}

    def _kept(self, opened: LoopSession) -> LoopSession:
        self.sessions[id(opened.loop())] = opened
        return opened

    def _drop_ended(self) -> None:
        for key, found in list(self.sessions.items()):
            owner = found.loop()
            is_dead = owner is None or owner.is_closed()
            # The loop of another thread may be at this, too: one of them drops it.
            if is_dead and self.sessions.pop(key, None) is not None:
                found.close_nowait()
        _keep_heap()

    def drop_idle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close the connections of this loop that nobody uses: one of them has proved stale, and is seldom alone.

        A request whose connection the server closed goes out again; it must not find the next one closed, and be
        sent once more for each connection that was kept.
        """
        found = self.sessions.get(id(loop))
        if found is not None and isinstance(found.session.connector, _aiohttp.Connector):
            found.session.connector.drop_idle()

    def proxy_for(self, url: URL) -> tuple[URL, dict[str, str]] | None:
        """The proxy for this URL with the headers for it, or None."""
        if self._proxy is not None or not self._trust_env or self._injected is not None:
            return self._proxy
        return proxies.environment_proxy(url.scheme, url.host or "", url.port)

    def check_headers(self, headers: Mapping[str, str]) -> None:
        """Raises `ValueError` where a session of the caller's own cannot send these headers with every request."""
        pool_options.refuse_second_authorization(self._injected, headers)

    @property
    def is_injected(self) -> bool:
        """Whether the session is the caller's own, of whose connections nothing is known here."""
        return self._injected is not None

    async def aclose(self) -> None:
        """Close every connection that this pool opened, on whichever loop. An injected session stays open."""
        self.is_closed = True
        running = asyncio.get_running_loop()
        sessions = list(self.sessions.values())
        self.sessions.clear()
        for found in sessions:
            loop = found.loop()
            if loop is running:
                found.end_bodies()
                await found.session.close()
            elif loop is not None and loop.is_running():
                closing = asyncio.run_coroutine_threadsafe(found.session.close(), loop)
                # Bounded: the other loop may be busy for long, or end before it comes to this.
                await asyncio.wait([asyncio.wrap_future(closing)], timeout=_CLOSE_S)
            found.close_nowait()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self.sessions)} open session(s)>"

    def __reduce__(self) -> Any:
        if self._injected is not None:
            raise TypeError("a client with an injected session cannot be pickled")
        return _rebuild, self._state()

    def __deepcopy__(self, memo: Any) -> DefaultAioHttpClient:
        # A pool of its own, so that closing the copy closes nothing of the original; a session cannot be copied.
        if self._injected is not None:
            return self
        return _rebuild(*self._state())

    def _state(self) -> tuple[dict[str, Any], Any, bool, dict[str, Any]]:
        limits = {"max_response_bytes": self.max_response_bytes, "max_event_bytes": self.max_event_bytes}
        return {**self._options}, self._proxy, self._trust_env, limits


def _rebuild(
    options: dict[str, Any], proxy: Any, trust_env: bool, limits: dict[str, Any]
) -> DefaultAioHttpClient:
    client = DefaultAioHttpClient(trust_env=trust_env, **limits)
    client._options = options  # pyright: ignore[reportPrivateUsage]
    client._proxy = proxy  # pyright: ignore[reportPrivateUsage]
    return client


def as_http_client(given: Any) -> DefaultAioHttpClient:
    """The pool for an ``http_client=`` argument. Raises `TypeError` for another library's client."""
    if given is None:
        return DefaultAioHttpClient()
    if isinstance(given, DefaultAioHttpClient):
        return given
    if isinstance(given, aiohttp.ClientSession):
        return DefaultAioHttpClient(session=given)
    is_class = isinstance(given, type)
    kind = cast("type[Any]", given if is_class else type(given))
    raise TypeError(
        "http_client must be an aiogroq.DefaultAioHttpClient or an aiohttp.ClientSession, not "
        f"{'the class' if is_class else 'a'} {kind.__module__}.{kind.__name__}; "
        "pass DefaultAioHttpClient(), which takes proxy=, local_address=, ssl=, limit="
    )


def _on_its_loop(session: aiohttp.ClientSession, loop: asyncio.AbstractEventLoop) -> aiohttp.ClientSession:
    if _aiohttp.loop_of(session) not in (loop, None):
        raise GroqError(
            "The aiohttp.ClientSession given as http_client belongs to another event loop than the one that runs. Use "
            "the client on the loop where the session was made (AsyncGroq only), or pass no session."
        )
    return session
