"""`DefaultAioHttpClient`: the connection pool behind a client, one aiohttp session for each event loop.

A session belongs to the loop on which it was made. So a pool can be made anywhere, also without a loop. A request makes the
session of the running loop if there is none, and drops the sessions of closed loops. Nothing happens in ``__del__``.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import ssl as ssl_module
import weakref
from collections.abc import Mapping
from http.cookies import BaseCookie, SimpleCookie
from typing import Any, cast

import aiohttp
from yarl import URL

from ..as_groq import replaces_httpx
from ..errors import GroqError
from ..protocol.arguments import require_int
from ..protocol.sse import DEFAULT_MAX_EVENT_BYTES
from . import _aiohttp, pool_options, proxies, tls
from .cleanup import LoopSession, PublicSession, close_all, pools
from .timers import phase_trace

NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
"""aiohttp's own timeouts are off; see `timers`."""
_VARIABLE = "AIOGROQ_AIOHTTP"
"""With the value ``public`` no session takes the fast path: to compare the two, and to find a fault in one."""
_log = logging.getLogger("aiogroq")
_HEAP_BYTES = 1024 * 1024
_CLOSE_S = 1.0
"""Seconds that another loop is given to close its session."""


def _keep_heap() -> None:
    """Make the C library keep the memory of large responses for the next one.

    glibc returns the end of its heap to the system whenever more than 128 KiB of it are free, and the next response pays
    for it in page faults: half of the CPU of reading 64 embeddings. Freeing a larger block once raises that threshold to
    twice its size (mallopt(3), M_MMAP_THRESHOLD), for the whole process. Elsewhere this does nothing.
    """
    bytes(_HEAP_BYTES)


def _why_public() -> str | None:
    """Return why own sessions take aiohttp's public API alone, or None."""
    value = os.environ.get(_VARIABLE)
    if value:
        if value.lower() == "public":
            return f"{_VARIABLE}=public"
        _log_once(f"{_VARIABLE}=%r is not known, and ignored: only `public` is", value, logging.WARNING)
    return _aiohttp.unsupported_reason()


_logged: set[str] = set()


def _log_once(message: str, why: str, level: int = logging.DEBUG) -> None:
    if why not in _logged:
        _logged.add(why)
        _log.log(level, message, why)


class _NoCookies(aiohttp.DummyCookieJar):
    """aiohttp's own makes a new empty jar for every request."""

    _NONE: BaseCookie[str] = SimpleCookie()

    def filter_cookies(self, request_url: URL) -> BaseCookie[str]:
        return self._NONE


def _session_options() -> dict[str, Any]:
    return {
        "cookie_jar": _NoCookies(),  # Cloudflare sets a cookie on every response
        "timeout": NO_TIMEOUT,
        "auto_decompress": False,  # `AioBody` does it, and detects truncation
    }


class DefaultAioHttpClient:
    """A connection pool. Pass it as ``http_client=`` to one client or to several.

    ``proxy`` is a URL, with or without credentials, and ``proxy_auth`` a ``(user, password)`` pair or an ``aiohttp.BasicAuth``.
    Without ``proxy`` the environment decides (``HTTPS_PROXY``, ``NO_PROXY``, ...); with ``trust_env=False`` there is no proxy.
    ``local_address`` is the address to connect from. ``ssl`` is an `ssl.SSLContext`, or False to verify nothing.
    ``limit`` is the maximum number of connections (0: no bound), ``keepalive_timeout`` the seconds that an idle one stays open.
    ``max_response_bytes`` bounds a decompressed response in memory; streams and downloads to files have no bound.
    ``max_event_bytes`` bounds one event of a stream. ``session`` is an ``aiohttp.ClientSession`` of your own: it is used as it
    is, on its own loop, and never closed here. ``connector_options`` are passed to ``aiohttp.TCPConnector``.
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
        # Hidden first, so that no traceback with locals shows them.
        proxy, proxy_auth = proxies.hidden(proxy, proxy_auth)
        self.sessions: dict[int, LoopSession] = {}
        """The open sessions by the id of their loop. Set first: the repr of a pool whose options are wrong needs them."""
        pool_options.reject_unknown_options(DefaultAioHttpClient.__init__, connector_options)
        self._options: dict[str, Any] = pool_options.connector_options(
            ssl=ssl,
            limit=limit,
            limit_per_host=limit_per_host,
            keepalive_timeout=keepalive_timeout,
            local_address=local_address,
            more=connector_options,
        )
        self._proxy = proxies.explicit_proxy(proxy, proxy_auth)
        # The text "false" of a configuration would be true.
        pool_options.require_type("trust_env", trust_env, (bool,), "True or False")
        self._trust_env = trust_env
        if max_response_bytes is not None:
            require_int("max_response_bytes", max_response_bytes, minimum=1, hint="bytes, or None")
        self.max_response_bytes: int | None = max_response_bytes
        """The maximum length of a response that is read whole, decompressed, in bytes. None for no bound."""
        self.max_event_bytes: int = require_int("max_event_bytes", max_event_bytes, minimum=1, hint="bytes")
        """The maximum length of one event of a stream, in bytes. An event is in memory until it ends."""
        pool_options.require_type(
            "session", session, (aiohttp.ClientSession, type(None)), "an aiohttp.ClientSession"
        )
        self._injected = session
        self.is_closed: bool = False
        self._register()

    def _register(self) -> None:
        weakref.finalize(self, close_all, self.sessions)
        pools.add(self)

    def ready(self, loop: asyncio.AbstractEventLoop) -> LoopSession | None:
        """Return the session of the running loop ``loop`` if it is open and its requests take the fast path."""
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
        """Return the session of the running loop ``loop``. Makes one if there is none.

        None if the session needs a TLS context that is not loaded (`tls.default_context`). Raises `GroqError` if the pool is
        closed, or the injected session belongs to another loop.
        """
        if self._injected is not None:
            return PublicSession(_on_its_loop(self._injected, loop))
        if self.is_closed:
            raise GroqError(
                "The pool of connections of this client has been closed; make a new client. Clients made by "
                "with_options(), or given the same http_client, share one pool, and closing one closes it."
            )
        why_public = _why_public()
        if why_public is None:
            opened = self._existing(loop) or self._open_fast(loop)
            if not _aiohttp.is_wrapped():
                return opened
            _log_once("requests take aiohttp's public API: %s", "ClientSession._request has been wrapped")
            return PublicSession(opened.session, opened.bodies)
        _log_once("connections and requests take aiohttp's public API: %s", why_public)
        context = None
        if is_tls and self._options["ssl"] is True:
            context = tls.loaded_context()
            if context is None:
                return None
        session = self._existing(loop)
        if session is None or not (session.is_fast or context is None or session.tls is context):
            session = self._open_public(loop, context)
        return PublicSession(session.session, session.bodies)

    def _existing(self, loop: asyncio.AbstractEventLoop) -> LoopSession | None:
        found = self.sessions.get(id(loop))
        if found is not None and found.loop() is loop and not found.session.closed:
            return found
        return None

    def _open_fast(self, loop: asyncio.AbstractEventLoop) -> LoopSession:
        self._before_opening()
        session = _aiohttp.open_session(self._connector_options(), **_session_options())
        opened = self.sessions[id(loop)] = LoopSession(loop, session, is_fast=True)
        return opened

    def _open_public(self, loop: asyncio.AbstractEventLoop, context: Any) -> LoopSession:
        self._before_opening()
        options = self._connector_options()
        if context is not None:
            options["ssl"] = context
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(**options), trace_configs=[phase_trace()], **_session_options()
        )
        replaced = self.sessions.pop(id(loop), None)
        if replaced is not None:  # its TLS context is that of an earlier environment
            replaced.close_nowait()
        opened = self.sessions[id(loop)] = LoopSession(loop, session, is_fast=False, tls=context)
        return opened

    def _connector_options(self) -> dict[str, Any]:
        # With aiodns aiohttp's own choice keeps descriptors and a thread for each loop that is not closed.
        return {"resolver": aiohttp.ThreadedResolver(), **self._options}

    def _before_opening(self) -> None:
        for key, found in list(self.sessions.items()):
            owner = found.loop()
            is_dead = owner is None or owner.is_closed()
            # Another thread may do the same: only one of them pops it.
            if is_dead and self.sessions.pop(key, None) is not None:
                found.close_nowait()
        _keep_heap()

    def drop_idle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close the idle connections of this loop, after one of them was stale: the others seldom are any better.

        Otherwise a request that goes out again could meet one stale connection after another.
        """
        found = self.sessions.get(id(loop))
        if found is not None and isinstance(found.session.connector, _aiohttp.Connector):
            found.session.connector.drop_idle()

    def proxy_for(self, url: URL) -> proxies.Proxy | None:
        """Return the proxy for this URL with the headers for it, or None. Raises `GroqError` for an unusable one."""
        if self._proxy is not None or not self._trust_env or self._injected is not None:
            return self._proxy
        return proxies.environment_proxy(url.scheme, url.host or "", url.port)

    def check_headers(self, headers: Mapping[str, str]) -> None:
        """Raise `ValueError` if an injected session cannot send these headers with every request."""
        pool_options.reject_second_authorization(self._injected, headers)

    @property
    def is_injected(self) -> bool:
        """Whether the session is the user's own, of whose connections nothing is known here."""
        return self._injected is not None

    async def aclose(self) -> None:
        """Close all connections of this pool, on all loops. An injected session stays open."""
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
                # With a timeout: the other loop may be busy for long, or end before it runs this.
                await asyncio.wait([asyncio.wrap_future(closing)], timeout=_CLOSE_S)
            found.close_nowait()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self.sessions)} open session(s)>"

    def __getstate__(self) -> dict[str, Any]:
        if self._injected is not None:
            raise TypeError("a client with an injected session cannot be pickled")
        return {**vars(self), "sessions": {}, "is_closed": False}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._register()

    def __deepcopy__(self, memo: Any) -> DefaultAioHttpClient:
        # A pool of its own, so that closing the copy does not close the original. A session cannot be copied.
        return copy.copy(self) if self._injected is None else self


def as_http_client(given: Any) -> DefaultAioHttpClient:
    """Return the pool for an ``http_client=`` argument. Raises `TypeError` for another library's client."""
    if given is None:
        return DefaultAioHttpClient()
    if isinstance(given, DefaultAioHttpClient):
        return given
    if isinstance(given, aiohttp.ClientSession):
        return DefaultAioHttpClient(session=given)
    if replaces_httpx(given):
        _log_once(
            "groq is aiogroq here: a pool of aiohttp is used in place of %s", "httpx clients", logging.INFO
        )
        return DefaultAioHttpClient()
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
