"""`Transport.send`: the one way from a request to its answer, with the one retry loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from multidict import CIMultiDict
from yarl import URL

from .._version import __version__
from ..errors import APIError, RequestInfo
from ..protocol import retry
from ..protocol.chunked_decode import LARGE_BODY_BYTES
from ..protocol.headers import merge_headers
from ..protocol.rate_limits import RateLimits
from ..protocol.request import Request
from ..protocol.timeouts import Timeout
from ..protocol.tracebacks import without_frames
from ..protocol.urls import query_pairs, resolve
from ..types._omit import Omit
from .call import Call
from .call_log import log_failure
from .hand_out import hand_out
from .http_client import DefaultAioHttpClient
from .payloads import ACCEPT_ENCODING, EncodedHeaders
from .stream import AsyncStream
from .threads import PARSING, run
from .tls import warn_of_plain_http
from .upload import close_form, open_form

T = TypeVar("T")

_MAX_KEPT_TARGETS = 256


class Transport:
    """Sends requests for one configuration: where to, with which headers, for how long, how often."""

    def __init__(
        self,
        *,
        http_client: DefaultAioHttpClient,
        root: URL,
        headers: Mapping[str, str | Omit],
        query: Mapping[str, object],
        timeout: Timeout,
        max_retries: int,
        on_retry: Callable[[retry.Retry], object] | None,
        is_path_added: bool = True,
    ) -> None:
        self.http_client = http_client
        self.rate_limits: RateLimits = RateLimits()
        """What the answers say of limits. Copies of a client share it."""
        self.on_retry: Callable[[retry.Retry], object] | None = on_retry
        self.is_path_added: bool = is_path_added
        """Whether ``root`` ends in a ``/v1`` that the caller's base_url did not have: for the error of a 404."""
        self._root = root
        self._query = query
        self._timeout = timeout
        self._max_retries = max_retries
        self._targets: dict[tuple[str, str], tuple[URL, RequestInfo]] = {}
        warn_of_plain_http(root)
        self._headers = _prepared_headers(root, headers)
        http_client.check_headers(self._headers[False, False].values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self._root}>"

    def __str__(self) -> str:
        return str(self._root)

    async def send(self, request: Request[T]) -> T:
        """Send a request and hand out its answer: as ``request.returns``, as a stream, or as its view wants it.

        Retries what `protocol.retry` says, within the limits of the call. Raises an `APIError`, which has every try
        in ``attempts``; `GroqError`, `TypeError` or `OSError` for a request that cannot be sent at all.
        """
        __tracebackhide__ = True  # IPython and pytest leave such frames out
        call = Call(self, request)
        if request.form is not None:
            call.uploads = await call.in_time(open_form(request.form))
        try:
            while True:
                try:
                    body = await call.open()
                    content = None if call.is_left_open else await body.read()
                    if content is None or len(content) < LARGE_BODY_BYTES:
                        return cast("T", hand_out(call, body, content))
                    return cast("T", await run(PARSING, hand_out, call, body, content))
                except APIError as error:
                    wait_s = call.wait_after(error)
                    call.note(error, wait_s)
                    if wait_s is None:
                        error.attempts = tuple(call.attempts)
                        failed = error
                        break
                await asyncio.sleep(wait_s)
            log_failure(call, failed)
            content = b""  # a server may have sent the request back in it
            try:
                raise without_frames(failed)
            finally:
                del failed  # its traceback refers to this frame: a cycle otherwise
        finally:
            if call.uploads:
                await close_form(call.uploads)

    async def stream(self, request: Request[T]) -> AsyncStream[T]:
        """`send` for a request whose answer is a stream of ``request.returns``."""
        return cast("AsyncStream[T]", await self.send(request))

    def target(self, request: Request[Any]) -> tuple[URL, RequestInfo]:
        """The URL of a request with its query, and what errors say of it. Prepared once for each endpoint."""
        key = (request.method, request.path)
        target = self._targets.get(key)
        if target is None:
            url = resolve(self._root, request.path)
            target = (url, RequestInfo(request.method, str(url)))
            if len(self._targets) < _MAX_KEPT_TARGETS:
                self._targets[key] = target
        if not self._query and not request.query:
            return target
        merged = {**self._query, **(request.query or {})}
        pairs = [pair for name, value in merged.items() for pair in query_pairs(name, value)]
        url = target[0].update_query(pairs)
        return url, RequestInfo(request.method, str(url))

    def headers(self, request: Request[Any], is_left_open: bool) -> EncodedHeaders:
        """The headers of a request, prepared once where it brings none of its own."""
        # Without a body too, as the official package: aiohttp would call a missing one an octet-stream.
        is_json = request.form is None and request.method != "GET"
        prepared = self._headers[is_json, is_left_open]
        if request.form is None and not request.headers:
            return prepared
        merged = merge_headers(prepared.values, request.headers or {})
        if request.form is not None:
            merged.pop("Content-Type", None)  # the boundary belongs to the body
        if is_left_open:
            merged["Accept-Encoding"] = "identity"
        return EncodedHeaders(merged)

    @property
    def timeout(self) -> Timeout:
        """The limits of calls that bring none of their own."""
        return self._timeout

    @property
    def max_retries(self) -> int:
        """How often a call that brings no number of its own is tried again."""
        return self._max_retries


def _prepared_headers(root: URL, given: Mapping[str, str | Omit]) -> dict[tuple[bool, bool], EncodedHeaders]:
    """The headers of requests that bring none of their own: with a JSON body or not, streamed or not."""
    ours = {
        "Host": root.host_port_subcomponent or "",
        "Accept": "application/json",
        "Accept-Encoding": ACCEPT_ENCODING,
        "User-Agent": f"aiogroq/{__version__}",
    }
    prepared: dict[tuple[bool, bool], EncodedHeaders] = {}
    for is_json in (False, True):
        base = CIMultiDict({**ours, "Content-Type": "application/json"} if is_json else ours)
        merged = merge_headers(base, given)
        prepared[is_json, False] = EncodedHeaders(merged)
        # A compressing proxy would hold events back until its window is full.
        prepared[is_json, True] = EncodedHeaders(merge_headers(merged, {"Accept-Encoding": "identity"}))
    return prepared
