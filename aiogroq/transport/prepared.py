"""`prepare`: calls of which only the body differs, such as those of a job, with what they share prepared once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast

from msgspec import structs

from ..protocol.request import Request
from . import call_log
from ._aiohttp import Exchanges
from .call import CHUNKED_BODY_BYTES, Call
from .cleanup import LoopSession
from .config import ClientConfig
from .exceptions import pending_cancellations, running_loop
from .result import Content
from .timers import PhaseTimer

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from .body import AioBody


def prepare(
    config: ClientConfig, request: Request[Content]
) -> Callable[[bytes], Coroutine[Any, Any, Content]]:
    """Return a function that starts a call of ``request`` with another body, and returns the body of its response."""
    make_call = config.paced_call
    if make_call is None:
        return PreparedCall(config, request).send
    return lambda body: make_call(config, structs.replace(request, body=body)).run()


class PreparedCall:
    """Calls that send one body after the other, and return the bodies of the responses as `Content`.

    The usual case is short: a connection is idle, and the response is good and has arrived whole. All else is that of a `Call`,
    which goes on with the attempt that was sent: errors, retries, timeouts and their rules are in one place.
    """

    def __init__(self, config: ClientConfig, request: Request[Content]) -> None:
        self._config = config
        self._request = request
        self._session: LoopSession | None = None
        self._exchanges: Exchanges | None = None
        self._url, self._info = config.target(request)
        self._timeout = config.timeout

    async def send(self, body: bytes) -> Content:
        """Send the request with this body. Returns and raises what `Call.run` does."""
        __tracebackhide__ = True
        loop, config = running_loop(), self._config
        pool = config.http_client
        session = pool.ready(loop)
        if session is not self._session:
            self._prepare(session)
        exchanges = self._exchanges
        is_usual = len(body) < CHUNKED_BODY_BYTES and pool.proxy_for(self._url) is None
        handler = exchanges.idle() if is_usual and exchanges is not None else None
        if exchanges is None or handler is None:
            return cast("Content", await Call(config, structs.replace(self._request, body=body)).run())
        timeout = self._timeout
        timer = PhaseTimer(loop, timeout, None, _nothing)
        timer.start("first_byte")
        if timeout.total is not None:
            timer.deadline = timer.started_at + timeout.total
        task = cast("asyncio.Task[Any]", asyncio.current_task(loop))
        before = pending_cancellations(task)
        timer.on_expiry = task.cancel
        failure: BaseException | None = None
        found: Any = None
        try:
            found = await exchanges.send(handler, body, timer)
        except BaseException as error:
            failure = error
        if found.__class__ is tuple:
            timer.stop()
            headers, content = found
            model = self._request.model
            config.rate_limits.note(model, headers)
            if call_log.is_on():
                elapsed_s, sent = loop.time() - timer.started_at, config.headers(self._request, False).values
                call_log.log_content(self._info, model, headers, elapsed_s, sent)
            return Content(content, headers)
        call = _StartedCall(config, structs.replace(self._request, body=body), timer)
        if failure is not None:
            call.failure = failure, task, before
            failure = None  # its traceback refers to this frame: a cycle otherwise
        else:
            call.response, found = found, None
        return cast("Content", await call.run())

    def _prepare(self, session: LoopSession | None) -> None:
        self._session, self._exchanges = session, None
        if session is not None:
            headers = self._config.headers(self._request, False)
            most_bytes = self._config.http_client.max_response_bytes
            exchanges = Exchanges(session.session, self._request.method, self._url, headers, most_bytes)
            self._exchanges = None if exchanges.is_traced else exchanges


class _StartedCall(Call):
    """A `Call` whose first attempt has been sent."""

    __slots__ = ("_timer", "failure", "response")

    def __init__(self, config: ClientConfig, request: Request[Any], timer: PhaseTimer) -> None:
        super().__init__(config, request)
        self._deadline = timer.deadline
        self._sent_at = timer.started_at
        self._timer = timer
        self.failure: tuple[BaseException, asyncio.Task[Any], int] | None = None
        """The error of the attempt, its task, and the cancellations of the task before."""
        self.response: ClientResponse | None = None
        """Its response."""

    async def _attempt(self) -> AioBody | None:
        failure, self.failure = self.failure, None
        response, self.response = self.response, None
        if failure is not None:
            self._raise_failed(failure[0], self._timer, failure[1], failure[2])
        if response is None:
            return await super()._attempt()
        body = self._body_of(response, self._timer)
        del response  # as in `Call`
        return await self._checked(body)


def _nothing() -> None:
    pass
