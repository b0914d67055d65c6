"""`Call`: one call of an endpoint, with its attempts, its retries and its deadline; `Transport` starts it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from yarl import URL

from ..errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    Attempt,
    RequestInfo,
)
from ..protocol import redirects, retry
from ..protocol.chunked_decode import LARGE_BODY_BYTES
from ..protocol.headers import merge_headers
from ..protocol.request import Request
from ..protocol.status_errors import status_error, unexpected_content
from ..protocol.tracebacks import drop_frames
from ..types._omit import Omit
from . import tls
from ._aiohttp import is_wrapped
from .body import AioBody
from .call_log import log_failure
from .cleanup import LoopSession, PublicSession
from .config import ClientConfig
from .exceptions import (
    is_permanent,
    is_timeout_cancellation,
    is_undelivered,
    map_exception,
    pending_cancellations,
    redact_exception,
    running_loop,
    timeout_error,
    with_deadline,
)
from .http_client import NO_TIMEOUT, DefaultAioHttpClient
from .payloads import EncodedHeaders, LargeBody, MultipartPayload, RequestData, skipped_headers
from .proxies import proxy_hint
from .read_body import read_start
from .result import build_result
from .stream import AsyncStream
from .threads import PARSING, run
from .timers import PhaseTimer, current_timer
from .upload import Upload, close_form, open_form, rewind

if TYPE_CHECKING:
    from aiohttp import ClientResponse

T = TypeVar("T")

_log = logging.getLogger("aiogroq")
CHUNKED_BODY_BYTES = 64 * 1024
"""From here on a socket may not take a body at once, and it is written within the ``write`` timeout."""
_MAX_ERROR_BYTES = 1024 * 1024
"""The rest of a longer error body is not read."""
_AS_OUR_OWN = {"raise_for_status": False, "auto_decompress": False}


class Call:
    """One call of an endpoint. Owns its attempts, its retries and its deadline."""

    __slots__ = (
        "_attempts", "_config", "_deadline", "_headers", "_info", "_is_left_open", "_is_new_connection",
        "_is_undelivered", "_loop", "_payload", "_redirects", "_request", "_resends_left", "_retries_left", "_sent_at",
        "_timeout", "_uploads", "_url",
    )  # fmt: skip

    def __init__(self, config: ClientConfig, request: Request[Any]) -> None:
        self._config = config
        self._request = request
        self._loop = running_loop()
        self._timeout = config.timeout if isinstance(request.timeout, Omit) else request.timeout
        total_s = self._timeout.total
        self._deadline = None if total_s is None else self._loop.time() + total_s
        """On the clock of the loop."""
        self._retries_left = config.max_retries if request.max_retries is None else request.max_retries
        self._resends_left = retry.MAX_RESENDS
        self._url: URL
        self._info: RequestInfo
        self._url, self._info = config.target(request)
        self._is_left_open: bool = request.mode.is_left_open
        """Whether the body of the response is left on the socket when the call returns."""
        self._headers: EncodedHeaders = config.headers(request, self._is_left_open)
        self._redirects = 0
        self._attempts: list[Attempt] = []
        """The failed attempts."""
        self._sent_at: float | None = None
        """When the last attempt began, on the clock of the loop; None before the first."""
        self._is_new_connection = True
        self._is_undelivered = False
        """What is known of the connection of an attempt that has just failed."""
        self._uploads: list[Upload] = []
        self._payload: MultipartPayload | None = None

    async def run(self) -> Any:
        """Send the request, again where `protocol.retry` says so, and return its result.

        Raises an `APIError` with every attempt in ``attempts``; `GroqError`, `TypeError` or `OSError` for a request that
        cannot be sent at all.
        """
        __tracebackhide__ = True  # IPython and pytest leave such frames out
        if self._request.form is not None:
            self._uploads = await self._within_deadline(open_form(self._request.form))
        content: bytes | None
        try:
            while True:
                try:
                    body = await self._attempt()
                    while body is None:  # redirected
                        body = await self._attempt()
                    content = None if self._is_left_open else await body.read()
                    if content is None or len(content) < LARGE_BODY_BYTES:
                        return build_result(self._config, self._request, body, content, self._attempts)
                    return await run(
                        PARSING, build_result, self._config, self._request, body, content, self._attempts
                    )
                except APIError as error:
                    wait_s = self._wait_after(error)
                    if wait_s is None:
                        failed = error
                        break
                await asyncio.sleep(wait_s)
            content = b""  # a server may have sent the request back in it
            self._log_failure(failed)
            try:
                raise drop_frames(failed)
            finally:
                del failed  # its traceback refers to this frame: a cycle otherwise
        finally:
            if self._uploads:
                await close_form(self._uploads)

    # ------------------------------------------------------------------------------------------- one attempt

    async def _attempt(self) -> AioBody | None:
        """Send the request once. Return the body of a good response, or None where it goes to another URL next.

        Raises an `APIError` for everything else.
        """
        pool = self._config.http_client
        session = pool.ready(self._loop) or await self._session(pool)
        self._check_deadline()
        timer = PhaseTimer(self._loop, self._timeout, self._deadline, _nothing)
        if self._payload is not None:  # of an attempt that failed, or one that was redirected
            await self._within_deadline(rewind(self._uploads))
        kwargs = self._send_arguments(pool, timer, session.is_fast)
        if session.is_fast:
            timer.start("pool")
        else:  # the phases before the response are not known
            timer.start("first_byte")
            current_timer.set([timer])
        self._sent_at = timer.started_at
        task = cast("asyncio.Task[Any]", asyncio.current_task(self._loop))
        before = pending_cancellations(task)
        timer.on_expiry = task.cancel
        try:
            response = await session.send(self._request.method, self._url, **kwargs)
        except BaseException as error:
            kwargs.clear()  # no traceback with locals shows plain headers
            self._raise_failed(error, timer, task, before)
        finally:
            if not session.is_fast and (current := current_timer.get()) is not None:
                current.clear()
                current_timer.set(None)
        body = self._body_of(response, timer)
        if session.bodies is not None:
            session.bodies.add(body)
        del (
            response
        )  # its repr, in a traceback with locals, has all headers: the key too if the server echoes it
        if 200 <= body.status < 300 and self._request.mode.content != "audio":
            return body
        return await self._checked(body)

    def _raise_failed(
        self, error: BaseException, timer: PhaseTimer, task: asyncio.Task[Any], before: int
    ) -> NoReturn:
        """Raise what the failure of an attempt means. ``before`` are the cancellations of its task before it was sent."""
        is_expired = is_timeout_cancellation(timer, error, task, before)
        timer.stop()
        self._is_undelivered = is_undelivered(error, timer)
        self._is_new_connection = timer.is_new_connection or is_expired
        self._raise(error, timer, is_expired)

    def _body_of(self, response: ClientResponse, timer: PhaseTimer) -> AioBody:
        """Return the body of a response, and note its rate limits."""
        config = self._config
        body = AioBody(response, self._info, self._loop, timer, config.http_client, self._headers.values)
        config.rate_limits.note(self._request.model, body.headers)
        return body

    async def _checked(self, body: AioBody) -> AioBody | None:
        """Return the body of a good response, or None where the request goes to another URL next. Raises for the others."""
        if not 200 <= body.status < 300:
            if await self._is_redirected(body):
                return None
            raise await self._status_error(body)
        if self._request.mode.content == "audio" and _is_html(body):
            raise unexpected_content(body, await read_start(body, _MAX_ERROR_BYTES), "audio")
        return body

    async def _session(self, pool: DefaultAioHttpClient) -> LoopSession | PublicSession:
        proxy = pool.proxy_for(self._url)
        is_tls = "https" in (self._url.scheme, proxy[0].scheme if proxy is not None else "")
        while (session := pool.session(self._loop, is_tls=is_tls)) is None:
            await self._within_deadline(tls.default_context())
        return session

    def _send_arguments(self, pool: DefaultAioHttpClient, timer: PhaseTimer, is_fast: bool) -> dict[str, Any]:
        """Return the keyword arguments of aiohttp's request."""
        request, headers = self._request, self._headers
        body: Any = request.body
        if request.form is not None:
            body = self._payload = MultipartPayload(request.form, self._uploads, timer)
        elif body is not None and len(body) >= CHUNKED_BODY_BYTES and not is_wrapped():
            body = LargeBody(body, timer)
        # aiohttp's redirects would turn a POST into a GET; `_is_redirected` follows those that change nothing.
        kwargs: dict[str, Any] = {"allow_redirects": False}
        proxy = pool.proxy_for(self._url)
        if proxy is not None:
            kwargs["proxy"], kwargs["proxy_headers"] = proxy
            if self._url.scheme == "http":
                # Without a tunnel the proxy reads the request itself, and its credentials there.
                headers = EncodedHeaders(merge_headers(headers.values, proxy[1]))
        if is_fast:
            kwargs["data"] = RequestData(headers, body, timer)
        else:
            # What the session's owner chose for responses of others does not change what ours mean.
            # A recorder writes headers down, and understands plain texts only.
            values = headers.plain if is_wrapped() else headers.values
            kwargs.update(headers=values, data=body, timeout=NO_TIMEOUT, **_AS_OUR_OWN)
            kwargs["skip_auto_headers"] = skipped_headers(body)
        return kwargs

    def _raise(self, error: BaseException, timer: PhaseTimer, is_expired: bool) -> NoReturn:
        """Raise what the failure of an attempt means for the caller."""
        if isinstance(error, asyncio.CancelledError) and not is_expired:
            raise error
        if self._payload is not None and self._payload.failure is not None:
            # The source of the upload failed, not the connection.
            drop_frames(error)  # it becomes the context
            raise self._payload.failure from None
        mapped = map_exception(error, timer, self._info)
        if mapped is None:
            raise error
        raise mapped from (None if is_expired else redact_exception(error))

    # ------------------------------------------------------------------------- responses that are no good ones

    def _redirect(self, body: AioBody) -> tuple[URL | None, str]:
        location = body.headers.get("Location") if body.status in redirects.STATUSES else None
        if location is None:
            return None, ""
        return redirects.follow(self._info.method, self._url, body.status, location, self._redirects)

    async def _is_redirected(self, body: AioBody) -> bool:
        """Return whether the response sends the request to a URL that it may go to. Then it goes there next."""
        target, _ = self._redirect(body)
        if target is None:
            return False
        await body.drain()
        self._redirects += 1
        self._url, self._info = target, RequestInfo(self._info.method, str(target))
        return True

    async def _status_error(self, body: AioBody) -> APIStatusError:
        content = await read_start(body, _MAX_ERROR_BYTES)
        _, hint = self._redirect(body)
        proxy = self._config.http_client.proxy_for(self._url)
        if proxy is not None and self._url.scheme == "http":
            hint = hint or proxy_hint(proxy, body.status, content)
        error = status_error(body, content, hint=hint, is_path_added=self._config.is_path_added)
        self._config.rate_limits.note_error(self._request.model, error)
        return error

    # --------------------------------------------------------------------------------- deadline and retries

    def _check_deadline(self) -> None:
        """Raises `APITimeoutError` once the deadline of the call has passed: nothing is sent after it."""
        if self._deadline is not None and self._loop.time() > self._deadline:
            raise timeout_error("total", self._timeout.total, self._info)

    async def _within_deadline(self, work: Coroutine[Any, Any, T]) -> T:
        """Await what comes before an attempt. Raises `APITimeoutError` once the deadline of the call has passed."""
        return await with_deadline(work, self._deadline, self._timeout.total, self._info)

    def _wait_after(self, error: APIError) -> float | None:
        """Return the seconds until the next attempt, or None where ``error`` is final. Record the failed attempt."""
        failure = self._failure(error)
        self._is_new_connection, self._is_undelivered = True, False
        wait_s = retry.decide(
            failure,
            retries_taken=len(self._attempts),
            retries_left=self._retries_left,
            resends_left=self._resends_left,
            remaining_s=None if self._deadline is None else self._deadline - self._loop.time(),
            retry_read_timeouts=self._config.retry_read_timeouts,
            random=random.random(),
        )
        if wait_s == retry.RESEND or (wait_s == 0 and not failure.is_new_connection):
            self._config.http_client.drop_idle(self._loop)  # the other idle connections are seldom better
        if wait_s == retry.RESEND:
            self._resends_left -= 1
            return 0.0
        self._record(error, wait_s)
        return wait_s

    def _failure(self, error: APIError) -> retry.Failure:
        is_of_source = self._payload is not None and error is self._payload.failure
        if isinstance(error, APIStatusError):
            return retry.status_failure(error, is_permanent=is_of_source)
        return retry.Failure(
            timeout=(error.phase or "unknown") if isinstance(error, APITimeoutError) else None,
            is_idempotent=self._request.idempotent,
            is_new_connection=self._is_new_connection,
            is_undelivered=self._is_undelivered,
            is_permanent=is_of_source or not isinstance(error, APIConnectionError) or is_permanent(error),
        )

    def _record(self, error: APIError, wait_s: float | None) -> None:
        """Record a failed attempt. Log the retry that follows it, and tell the caller's hook."""
        status = error.status_code if isinstance(error, APIStatusError) else None
        text = None if status is not None else error.message
        attempt = Attempt(status, text, wait_s or 0.0, error.request_id)
        self._attempts.append(attempt)
        if wait_s is None:
            error.attempts = tuple(self._attempts)
            return
        self._retries_left -= 1
        method, url = self._info.method, self._info.url
        _log.info(
            "retrying %s %s in %.3f s after %s", method, url, wait_s, text if status is None else status
        )
        if self._config.on_retry is not None:
            self._config.on_retry(retry.Retry(len(self._attempts), wait_s, attempt, self._info))

    def _log_failure(self, error: APIError) -> None:
        elapsed_s = None if self._sent_at is None else self._loop.time() - self._sent_at
        log_failure(self._info, self._request.model, error, elapsed_s)


class Transport:
    """Sends the requests of one client. Resources hold this and not the client: that would be a reference cycle, which
    keeps connections open until a run of the garbage collector."""

    __slots__ = ("config",)

    def __init__(self, config: ClientConfig) -> None:
        self.config: ClientConfig = config

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self.config.root}>"

    def send(self, request: Request[T]) -> Coroutine[Any, Any, T]:
        """Start a call of ``request``. Its result is a ``request.returns`` unless ``request`` asks for another form."""
        paced_call = self.config.paced_call
        if paced_call is None:
            return Call(self.config, request).run()
        return paced_call(self.config, request).run()

    def stream(self, request: Request[T]) -> Coroutine[Any, Any, AsyncStream[T]]:
        """Start a call of ``request``, whose result is a stream of ``request.returns``."""
        return cast("Coroutine[Any, Any, AsyncStream[T]]", self.send(request))


def _is_html(body: AioBody) -> bool:
    return body.headers.get("Content-Type", "").lower().startswith("text/html")


def _nothing() -> None:
    pass
