"""`Call`: one call of an endpoint and its tries, up to the headers of a good answer."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from yarl import URL

from ..errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    Attempt,
    RateLimited,
    RequestInfo,
)
from ..protocol import answer, redirects, retry
from ..protocol.headers import merge_headers, scrub, scrub_headers, scrub_text
from ..protocol.request import Request
from ..protocol.tracebacks import without_frames
from ..types._omit import Omit
from . import tls
from ._aiohttp import is_wrapped
from .body import AioBody
from .cleanup import LoopSession
from .exchange import (
    cancellations,
    explains,
    in_time,
    is_lasting,
    is_stale,
    running_loop,
    timed_out,
    translate,
    without_secrets,
)
from .http_client import NO_TIMEOUT, DefaultAioHttpClient, PublicSession
from .payloads import EncodedHeaders, LargeBody, MultipartPayload, RequestData, skipped_headers
from .proxies import about_proxy
from .read_body import read_start
from .timers import PhaseTimer, current_timer
from .upload import Upload, rewind

if TYPE_CHECKING:
    from .transport import Transport

T = TypeVar("T")

_log = logging.getLogger("aiogroq")
_BODY_IN_PIECES_BYTES = 64 * 1024
"""From here on a socket may not take a body at once, and it is written within the ``write`` limit."""
_MAX_ERROR_BYTES = 1024 * 1024
"""No error has more to say; the rest of its body is not read."""
_MAX_RESENDS = 20
"""How often a request goes out again, uncounted, that met a connection which had been closed before it came."""
_AS_OUR_OWN = {"raise_for_status": False, "auto_decompress": False}


class Call:
    """One call and its tries."""

    __slots__ = (
        "_deadline", "_is_retried_at_once", "_loop", "_payload", "_redirects", "_resends_left", "_retries_left",
        "_timeout", "_url", "attempts", "headers", "info", "is_left_open", "request", "sent_at", "transport", "uploads",
    )  # fmt: skip

    def __init__(self, transport: Transport, request: Request[Any]) -> None:
        self.transport: Transport = transport
        self.request: Request[Any] = request
        self._loop = running_loop()
        self._timeout = transport.timeout if isinstance(request.timeout, Omit) else request.timeout
        total = self._timeout.total
        self._deadline = None if total is None else self._loop.time() + total
        self._retries_left = transport.max_retries if request.max_retries is None else request.max_retries
        self.info: RequestInfo
        self._url, self.info = transport.target(request)
        view = request.view
        self.is_left_open: bool = request.stream or (view is not None and view.streaming)
        """Whether the answer is handed out with its body still on the socket."""
        self.headers: EncodedHeaders = transport.headers(request, self.is_left_open)
        self._redirects = 0
        self._resends_left = _MAX_RESENDS
        self._is_retried_at_once = False
        self.attempts: list[Attempt] = []
        self.sent_at: float | None = None
        """When the last attempt began, on the clock of the loop; None before the first."""
        self.uploads: list[Upload] = []
        self._payload: MultipartPayload | None = None

    async def open(self) -> AioBody:
        """One try (two where a kept connection proves stale), up to the headers of a good answer.

        Raises an `APIError` for everything else.
        """
        pool = self.transport.http_client
        session = pool.ready(self._loop) or await self._session(pool)
        task = cast("asyncio.Task[Any]", asyncio.current_task(self._loop))
        while True:
            self._check_deadline()
            timer = PhaseTimer(self._loop, self._timeout, self._deadline, _nothing)
            if self._payload is not None:  # of a try that failed, or one that was redirected
                await self.in_time(rewind(self.uploads))
            kwargs = self._arguments(pool, timer, session.is_fast)
            if session.is_fast:
                timer.start("pool")
            else:  # nothing may be told on the way to the response
                timer.start("first_byte")
                current_timer.set([timer])
            self.sent_at = timer.started_at
            before = cancellations(task)
            timer.on_expiry = task.cancel
            try:
                response = await session.send(self.request.method, self._url, **kwargs)
            except BaseException as error:
                kwargs.clear()  # no traceback with locals shows plain headers
                is_expired = explains(timer, error, task, before)
                timer.stop()
                if self._resends_left <= 0 or not is_stale(error, timer):
                    # Of a server that closed it in the very moment there is no reason to think that it is overloaded.
                    self._is_retried_at_once = not timer.is_new_connection and not is_expired
                    self._raise(error, timer, is_expired)
                self._resends_left -= 1
                pool.drop_idle(self._loop)
                continue
            finally:
                if not session.is_fast and (current := current_timer.get()) is not None:
                    current.clear()
                    current_timer.set(None)
            body = AioBody(response, self.info, self._loop, timer, pool, self.headers.values)
            if session.bodies is not None:
                session.bodies.add(body)
            del (
                response
            )  # aiohttp shows all its headers in a traceback with locals, the key too if it was sent back
            self.transport.rate_limits.note(self.request.model, body.headers)
            if not 200 <= body.status < 300:
                if await self._is_redirected(body):
                    continue
                raise await self._status_error(body)
            if self.request.audio and body.headers.get("Content-Type", "").lower().startswith("text/html"):
                content, headers = await self._said(body)
                raise answer.misfit("audio", body.status, headers, content, self.info)
            return body

    def _check_deadline(self) -> None:
        """Raises `APITimeoutError` once the deadline of the call has passed: nothing is sent after it."""
        if self._deadline is not None and self._loop.time() > self._deadline:
            raise timed_out("total", self._timeout.total, self.info)

    async def in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """Await what comes before a try. Raises `APITimeoutError` once the deadline of the call has passed."""
        return await in_time(work, self._deadline, self._timeout.total, self.info)

    def _raise(self, error: BaseException, timer: PhaseTimer, is_expired: bool) -> NoReturn:
        """Raise what a try that failed means for the caller."""
        if isinstance(error, asyncio.CancelledError) and not is_expired:
            raise error
        if self._payload is not None and self._payload.failure is not None:
            # The source of the upload failed, not the connection: that is for the caller, and at once, also where
            # the source is another request.
            self._retries_left = 0
            without_frames(error)  # it becomes the context
            raise self._payload.failure from None
        translated = translate(error, timer, self.info)
        if translated is None:
            raise error
        raise translated from (None if is_expired else without_secrets(error))

    async def _session(self, pool: DefaultAioHttpClient) -> LoopSession | PublicSession:
        proxy = pool.proxy_for(self._url)
        is_tls = "https" in (self._url.scheme, proxy[0].scheme if proxy is not None else "")
        while (session := pool.session(self._loop, is_tls=is_tls)) is None:
            await self.in_time(tls.default_context())
        return session

    def _arguments(self, pool: DefaultAioHttpClient, timer: PhaseTimer, is_fast: bool) -> dict[str, Any]:
        request, headers = self.request, self.headers
        body: Any = request.body
        if request.form is not None:
            body = self._payload = MultipartPayload(request.form, self.uploads, timer)
        elif body is not None and len(body) >= _BODY_IN_PIECES_BYTES and not is_wrapped():
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

    def _redirect(self, body: AioBody) -> tuple[URL | None, str]:
        location = body.headers.get("Location") if body.status in redirects.STATUSES else None
        if location is None:
            return None, ""
        return redirects.follow(self.info.method, self._url, body.status, location, self._redirects)

    async def _is_redirected(self, body: AioBody) -> bool:
        """Whether the answer sends the request elsewhere, where it may go: then it goes there next."""
        target, _ = self._redirect(body)
        if target is None:
            return False
        await body.drain()
        self._redirects += 1
        self._url, self.info = target, RequestInfo(self.info.method, str(target))
        return True

    async def _said(self, body: AioBody) -> tuple[bytes, Mapping[str, str]]:
        """Body and headers of an answer for the error that it becomes, without our secrets in them."""
        content = scrub(await read_start(body, _MAX_ERROR_BYTES), self.headers.values)
        return content, scrub_headers(body.headers, self.headers.values)

    async def _status_error(self, body: AioBody) -> APIStatusError:
        content, headers = await self._said(body)
        _, why = self._redirect(body)
        why = scrub_text(why, self.headers.values)
        proxy = self.transport.http_client.proxy_for(self._url)
        if proxy is not None and self._url.scheme == "http":
            why = why or about_proxy(proxy, body.status, content)
        error = answer.error_from(
            body.status, headers, content, self.info, why=why, is_path_added=self.transport.is_path_added
        )
        self.transport.rate_limits.note_error(self.request.model, error)
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
        elif self._is_retried_at_once:
            self._is_retried_at_once = False
            self.transport.http_client.drop_idle(self._loop)  # the others are seldom better
            return 0.0
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
                self.request.idempotent and error.phase != "total"
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
                self.info.method, self.info.url, wait_s, status if status is not None else text,
            )  # fmt: skip
            if self.transport.on_retry is not None:
                self.transport.on_retry(retry.Retry(len(self.attempts), wait_s, attempt, self.info))


def _nothing() -> None:
    pass
