"""`Transport.send`: the one way from a request to its answer, with the one retry loop."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, NoReturn, TypeVar, cast

from multidict import CIMultiDict
from yarl import URL

from .._version import __version__
from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    Attempt,
    RateLimited,
    RequestInfo,
)
from ..response import AsyncAPIResponse, AsyncBinaryAPIResponse, AsyncStreamedBinaryAPIResponse, HTTPRequest
from ..types._omit import Omit
from ..wire import answer, redirects, retry
from ..wire.headers import merge_headers, redacted, scrub, scrub_headers, scrub_text
from ..wire.large import LARGE_BODY_BYTES
from ..wire.parse import parse_body
from ..wire.rate_limits import RateLimits
from ..wire.request import Request
from ..wire.timeouts import Timeout
from ..wire.urls import query_pairs, resolve
from .body import AioBody
from .exchange import cancellations, explains, is_lasting, is_stale, timed_out, translate, without_secrets
from .http_client import NO_TIMEOUT, DefaultAioHttpClient
from .large_body import LargeBody
from .multipart import MultipartPayload, new_boundary
from .outgoing import ACCEPT_ENCODING, Outgoing, SentHeaders, skipped_headers
from .stream import AsyncStream
from .tls import warn_of_plain_http
from .upload import Upload, close_form, open_form, rewind
from .watch import Watch

T = TypeVar("T")

_log = logging.getLogger("aiogroq")
_LARGE_BODY_BYTES = 64 * 1024
"""From here on a socket may not take a body at once, and it is written within the ``write`` limit."""
_MAX_KEPT_TARGETS = 256
_MAX_ERROR_BYTES = 1024 * 1024
"""No error has more to say; the rest of its body is not read."""


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
    ) -> None:
        self.http_client = http_client
        self.rate_limits: RateLimits = RateLimits()
        """What the answers say of limits. Copies of a client share it."""
        self.on_retry: Callable[[retry.Retry], object] | None = on_retry
        self._root = root
        self._query = query
        self._timeout = timeout
        self._max_retries = max_retries
        self._targets: dict[tuple[str, str], tuple[URL, RequestInfo]] = {}
        warn_of_plain_http(root)
        self._headers = _prepared_headers(root, headers)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self._root}>"

    async def send(self, request: Request[T]) -> T:
        """Send a request and hand out its answer: as ``request.returns``, as a stream, or as its view wants it.

        Retries what `wire.retry` says, within the limits of the call. Raises an `APIError`, which has every try
        in ``attempts``; `GroqError`, `TypeError` or `OSError` for a request that cannot be sent at all.
        """
        call = _Call(self, request)
        if request.form is not None:
            call.uploads = await call.in_time(open_form(request.form))
        try:
            while True:
                try:
                    body = await call.open()
                    content = None if call.is_left_open else await body.read()
                    if content is None or len(content) < LARGE_BODY_BYTES:
                        return cast("T", call.hand_out(body, content))
                    return cast("T", await asyncio.to_thread(call.hand_out, body, content))
                except APIError as error:
                    wait_s = call.wait_after(error)
                    call.note(error, wait_s)
                    if wait_s is None:
                        error.attempts = tuple(call.attempts)
                        raise
                await asyncio.sleep(wait_s)
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

    def headers(self, request: Request[Any], is_left_open: bool) -> SentHeaders:
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
        return SentHeaders(merged)

    @property
    def timeout(self) -> Timeout:
        """The limits of calls that bring none of their own."""
        return self._timeout

    @property
    def max_retries(self) -> int:
        """How often a call that brings no number of its own is tried again."""
        return self._max_retries


class _Call:
    """One call and its tries."""

    __slots__ = (
        "_deadline", "_headers", "_info", "_is_resent", "_loop", "_payload", "_redirects", "_request", "_retries_left",
        "_timeout", "_transport", "_url", "attempts", "is_left_open", "uploads",
    )  # fmt: skip

    def __init__(self, transport: Transport, request: Request[Any]) -> None:
        self._transport = transport
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._timeout = transport.timeout if isinstance(request.timeout, Omit) else request.timeout
        total = self._timeout.total
        self._deadline = None if total is None else self._loop.time() + total
        self._retries_left = transport.max_retries if request.max_retries is None else request.max_retries
        self._url, self._info = transport.target(request)
        view = request.view
        self.is_left_open: bool = request.stream or (view is not None and view.streaming)
        """Whether the answer is handed out with its body still on the socket."""
        self._headers = transport.headers(request, self.is_left_open)
        self._redirects = 0
        self._is_resent = False
        self.attempts: list[Attempt] = []
        self.uploads: list[Upload] = []
        self._payload: MultipartPayload | None = None

    async def open(self) -> AioBody:
        """One try (two where a kept connection proves stale), up to the headers of a good answer.

        Raises an `APIError` for everything else.
        """
        pool = self._transport.http_client
        session = pool.session(self._loop)
        task = cast("asyncio.Task[Any]", asyncio.current_task(self._loop))
        while True:
            watch = Watch(self._loop, self._timeout, self._deadline, _nothing)
            watch.is_new_connection = pool.is_injected
            if self._payload is not None:  # of a try that failed, or one that was redirected
                await self.in_time(rewind(self.uploads))
            kwargs = self._arguments(pool, watch)
            # Of a session that the caller made nothing is told on the way to the answer.
            watch.start("first_byte" if pool.is_injected else "pool")
            before = cancellations(task)
            watch.on_expiry = task.cancel
            try:
                response = await session.request(self._request.method, self._url, **kwargs)
            except BaseException as error:
                is_expired = explains(watch, error, task, before)
                watch.stop()
                if self._is_resent or not is_stale(error, watch):
                    self._raise(error, watch, is_expired)
                self._is_resent = (
                    True  # once in a call: the next time it may be that the server does not want it
                )
                pool.drop_idle(self._loop)
                continue
            body = AioBody(response, self._info, self._loop, watch, pool)
            self._transport.rate_limits.note(self._request.model, response.headers)
            if not 200 <= response.status < 300:
                if await self._is_redirected(body):
                    continue
                raise await self._status_error(body)
            return body

    async def in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """Await what comes before a try. Raises `APITimeoutError` once the deadline of the call has passed."""
        if self._deadline is None:
            return await work
        try:
            return await asyncio.wait_for(work, self._deadline - self._loop.time())
        except (asyncio.TimeoutError, TimeoutError):  # one and the same from Python 3.11 on
            if self._loop.time() < self._deadline:
                raise  # of the work itself, such as a file system that does not answer
        raise timed_out("total", self._timeout.total, self._info)

    def _raise(self, error: BaseException, watch: Watch, is_expired: bool) -> NoReturn:
        """Raise what a try that failed means for the caller."""
        if isinstance(error, asyncio.CancelledError) and not is_expired:
            raise error
        if self._payload is not None and self._payload.failure is not None:
            # The source of the upload failed, not the connection: that is for the caller, and at once, also where
            # the source is another request.
            self._retries_left = 0
            raise self._payload.failure from None
        translated = translate(error, watch, self._info)
        if translated is None:
            raise error
        raise translated from (None if is_expired else without_secrets(error))

    def _arguments(self, pool: DefaultAioHttpClient, watch: Watch) -> dict[str, Any]:
        request, headers = self._request, self._headers
        body: Any = request.body
        if request.form is not None:
            body = self._payload = MultipartPayload(request.form, self.uploads, new_boundary(), watch)
        elif body is not None and len(body) >= _LARGE_BODY_BYTES:
            body = LargeBody(body, watch)
        # aiohttp's redirects would turn a POST into a GET; `_is_redirected` follows those that change nothing.
        kwargs: dict[str, Any] = {"allow_redirects": False}
        proxy = pool.proxy_for(self._url)
        if proxy is not None:
            kwargs["proxy"], kwargs["proxy_headers"] = proxy
            if self._url.scheme == "http":
                # Without a tunnel the proxy reads the request itself, and its credentials there.
                headers = SentHeaders(merge_headers(headers.values, proxy[1]))
        if pool.is_injected:
            # What the session's owner chose for answers of others does not change what ours mean.
            kwargs.update(headers=headers.values, data=body, timeout=NO_TIMEOUT, **_AS_OUR_OWN)
            kwargs["skip_auto_headers"] = skipped_headers(body)
        else:
            kwargs["data"] = Outgoing(headers, body, watch)
        return kwargs

    def _redirect(self, body: AioBody) -> tuple[URL | None, str]:
        location = body.headers.get("Location") if body.status in redirects.STATUSES else None
        if location is None:
            return None, ""
        return redirects.follow(self._info.method, self._url, body.status, location, self._redirects)

    async def _is_redirected(self, body: AioBody) -> bool:
        """Whether the answer sends the request elsewhere, where it may go: then it goes there next."""
        target, _ = self._redirect(body)
        if target is None:
            return False
        await body.drain()
        self._redirects += 1
        self._url, self._info = target, RequestInfo(self._info.method, str(target))
        return True

    async def _status_error(self, body: AioBody) -> APIStatusError:
        try:
            content = scrub(await body.read_start(_MAX_ERROR_BYTES), self._headers.values)
        except (APIConnectionError, APIResponseValidationError):
            content = b""  # it breaks off: its status says the most of it all the same
        _, why = self._redirect(body)
        why = scrub_text(why, self._headers.values)
        headers = scrub_headers(body.headers, self._headers.values)
        error = answer.error_from(body.status, headers, content, self._info, why=why)
        self._transport.rate_limits.note_error(self._request.model, error)
        return error

    def wait_after(self, error: APIError) -> float | None:
        """Seconds until the next try, or None where there is none."""
        if self._retries_left <= 0:
            return None
        headers: Mapping[str, str] = {}
        if isinstance(error, APIStatusError):
            headers = error.response.headers
            if not retry.is_retried(error.status_code, headers):
                return None
        elif not self._is_safe_after(error):
            return None
        remaining_s = None if self._deadline is None else self._deadline - self._loop.time()
        told_s = error.retry_after_s if isinstance(error, RateLimited) else None
        return retry.delay_s(
            len(self.attempts), headers, remaining_s=remaining_s, random=random.random(), told_s=told_s
        )

    def _is_safe_after(self, error: APIError) -> bool:
        """Whether to try again after an error that is no answer."""
        if isinstance(error, APITimeoutError):
            # Once a request is sent whole, the service works on it and it is paid for; sent again, it is paid twice.
            return error.phase in ("pool", "connect", "write") or (
                self._request.idempotent and error.phase != "total"
            )
        return isinstance(error, APIConnectionError) and not is_lasting(error)

    def note(self, error: APIError, wait_s: float | None) -> None:
        """Remember a failed try; log and tell of the retry that follows it."""
        status = error.status_code if isinstance(error, APIStatusError) else None
        text = None if status is not None else error.message
        attempt = Attempt(status, text, wait_s or 0.0, error.request_id)
        self.attempts.append(attempt)
        if wait_s is not None:
            self._retries_left -= 1
            _log.info(
                "retrying %s %s in %.3f s after %s",
                self._info.method, self._info.url, wait_s, status if status is not None else text,
            )  # fmt: skip
            if self._transport.on_retry is not None:
                self._transport.on_retry(retry.Retry(len(self.attempts), wait_s, attempt, self._info))

    def hand_out(self, body: AioBody, content: bytes | None) -> Any:
        """The answer as the caller wants it; where it is left open, without its ``content``."""
        request = self._request
        if content is None:
            body.attempts = self.attempts
            body.guard()
        view = request.view
        if view is None and not request.binary:
            if request.stream:
                return self._stream(body)
            assert content is not None
            try:
                return self._parse(body, content, body.headers)
            except APIResponseValidationError:
                pass
            # A gateway's page may show the request; the error must not, and not as its context either.
            secrets = self._headers.values
            return self._parse(body, scrub(content, secrets), scrub_headers(body.headers, secrets))
        cls = self._response_class()
        return cls(
            body=body,
            request=request,
            http_request=HTTPRequest(request.method, self._info.url, redacted(self._headers.values)),
            make_stream=lambda: self._stream(body),
            retries_taken=len(self.attempts),
            content=content,
        )

    def _parse(self, body: AioBody, content: bytes, headers: Mapping[str, str]) -> Any:
        return parse_body(
            self._request.returns, content, status=body.status, headers=headers, request=self._info
        )

    def _response_class(self) -> type[AsyncAPIResponse[Any]]:
        view = self._request.view
        wanted = view.response_cls if view is not None else None
        # A blocking class is not ours to make: sync/ makes it of what is handed out here.
        if wanted is not None and issubclass(wanted, AsyncAPIResponse):
            return cast("type[AsyncAPIResponse[object]]", wanted)
        if not self._request.binary:
            return AsyncAPIResponse
        return AsyncStreamedBinaryAPIResponse if self.is_left_open else AsyncBinaryAPIResponse

    def _stream(self, body: AioBody) -> AsyncStream[Any]:
        cls = cast("type[AsyncStream[Any]]", self._request.stream_cls or AsyncStream)
        return cls(
            body=body,
            cast_to=self._request.returns,
            max_event_bytes=self._transport.http_client.max_event_bytes,
            on_error=partial(self._transport.rate_limits.note_error, self._request.model),
            scrub=partial(scrub, headers=self._headers.values),
            scrub_headers=partial(scrub_headers, headers=self._headers.values),
        )


_AS_OUR_OWN = {"raise_for_status": False, "auto_decompress": True}


def _prepared_headers(root: URL, given: Mapping[str, str | Omit]) -> dict[tuple[bool, bool], SentHeaders]:
    """The headers of requests that bring none of their own: with a JSON body or not, streamed or not."""
    ours = {
        "Host": root.host_port_subcomponent or "",
        "Accept": "application/json",
        "Accept-Encoding": ACCEPT_ENCODING,
        "User-Agent": f"aiogroq/{__version__}",
    }
    prepared: dict[tuple[bool, bool], SentHeaders] = {}
    for is_json in (False, True):
        base = CIMultiDict({**ours, "Content-Type": "application/json"} if is_json else ours)
        merged = merge_headers(base, given)
        prepared[is_json, False] = SentHeaders(merged)
        # A compressing proxy would hold events back until its window is full.
        prepared[is_json, True] = SentHeaders(merge_headers(merged, {"Accept-Encoding": "identity"}))
    return prepared


def _nothing() -> None:
    pass
