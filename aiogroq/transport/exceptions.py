"""What became of a try: whose cancellation it was, whether the connection was stale, what a foreign error means."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from ..errors import APIConnectionError, APIError, APITimeoutError, GroqError, RequestInfo
from ..protocol.redaction import redact_request_headers, redact_text
from ..protocol.tracebacks import drop_frames
from ._aiohttp import HttpProcessingError
from .decompress import DecompressionError, TruncatedBodyError
from .proxies import variable
from .timers import PhaseTimer
from .tls import HINT

T = TypeVar("T")

_CLOCK_S = 0.01
"""A loop may run a timer before its time: uvloop counts in whole milliseconds."""
_WAITED_FOR = {
    "pool": "a free connection of the pool",
    "connect": "the connection",
    "write": "the request to be sent",
    "first_byte": "the answer to begin",
    "read": "more of the answer",
    "idle": "the next event of the stream",
    "total": "the whole call",
}


def map_exception(error: BaseException, timer: PhaseTimer | None, request: RequestInfo) -> APIError | None:
    """Our error for aiohttp's (or the operating system's), or None for one that is not theirs.

    The one place where this is decided. Cancellation is never translated.
    """
    if timer is not None and timer.expired_phase is not None:
        return timeout_error(timer.expired_phase, timer.expired_timeout_s, request)
    if isinstance(error, APIError):
        return error
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        text = str(error) or "a time limit of the session passed"
        return APITimeoutError(f"Request timed out: {text}.", request)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return APIConnectionError(f"Connection error: {_untrusted(error)}", request)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return APIConnectionError(f"Connection error: {_refused_by_proxy(error, request)}", request)
    if isinstance(error, aiohttp.ClientConnectorError):
        return APIConnectionError(f"Connection error: {_unreachable(error, request)}.", request)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return APIConnectionError(
            "Connection error: the server closed the connection without an answer.", request
        )
    if isinstance(error, TruncatedBodyError):
        return APIConnectionError(f"Connection error: the answer broke off: {error}.", request)
    if isinstance(error, DecompressionError):
        return APIConnectionError(f"Connection error: the answer cannot be unpacked: {error}.", request)
    if isinstance(error, aiohttp.ClientPayloadError):
        return APIConnectionError("Connection error: the answer broke off before its end.", request)
    if isinstance(error, (aiohttp.ClientResponseError, HttpProcessingError)):
        # aiohttp's words quote the line that it cannot read, in which there may be anything.
        return APIConnectionError("Connection error: the server's answer is no HTTP.", request)
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return APIConnectionError(f"Connection error: {_reason(error)}.", request)
    if isinstance(error, RuntimeError) and "closed" in str(
        error
    ):  # the session that the caller gave was closed
        return APIConnectionError(f"Connection error: {_reason(error)}.", request)
    is_connecting = timer is not None and timer.phase == "connect"
    if is_connecting and isinstance(error, Exception) and not isinstance(error, GroqError):
        # Code of the caller's runs there: a resolver, which raises what it likes. Where that finds no address, aiohttp
        # takes the first of none, in a coroutine.
        found_nothing = isinstance(error.__cause__, StopIteration)
        reason = "the resolver found no address" if found_nothing else _reason(error)
        return APIConnectionError(
            f"Connection error: could not connect to {URL(request.url).host} ({reason}).", request
        )
    return None


def redact_exception(error: BaseException) -> BaseException:
    """A foreign error that can stand as a cause: aiohttp puts the whole request, the key too, into some of its own,
    and what the server sent into others. Frames are dropped later, by `drop_frames`."""
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, aiohttp.ClientSSLError):
        error.__cause__ = None  # its text says it all, and it has the operating system's error in `os_error`
        drop_frames(error.os_error)
    if error.__cause__ is not None:
        redact_exception(error.__cause__)
    if isinstance(error, aiohttp.ClientResponseError):
        info = error.request_info
        headers = CIMultiDictProxy(redact_request_headers(info.headers))
        error.request_info = aiohttp.RequestInfo(info.url, info.method, headers, info.real_url)
        error.args = (error.request_info, error.history)
        error.message, error.headers = "", None
    elif isinstance(error, aiohttp.ServerDisconnectedError):
        error.message = "Server disconnected"  # aiohttp puts there what had arrived of the head
        error.args = (error.message,)
    elif isinstance(error, HttpProcessingError):
        vars(error).clear()  # the parser in Python keeps the line that it cannot read
        error.args = ()
    elif isinstance(error, aiohttp.ClientPayloadError):
        error.args = (str(error).partition(":")[0],)  # after it the error of the parser is quoted
    return error


def running_loop() -> asyncio.AbstractEventLoop:
    """The running event loop. Raises `GroqError` where none of asyncio's runs, such as under trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    raise GroqError(
        "AsyncGroq needs a running asyncio event loop, and there is none here. With anyio use backend='asyncio'; under "
        "trio use Groq in a thread (trio.to_thread.run_sync, anyio.to_thread.run_sync)."
    )


def timeout_error(phase: str, limit_s: float | None, request: RequestInfo) -> APITimeoutError:
    """The error for a limit that passed; its message names the phase and the seconds."""
    waited = "for" if phase != "total" else "in all, for"
    hint = "" if limit_s else " 0 leaves no time at all; None is no limit."
    error = APITimeoutError(
        f"Request timed out: waited {limit_s:g} s {waited} {_WAITED_FOR.get(phase, phase)} (the `{phase}` limit).{hint}",
        request,
    )
    error.phase = phase
    error.limit_s = limit_s
    return error


async def with_deadline(
    work: Coroutine[Any, Any, T], deadline: float | None, total_s: float | None, request: RequestInfo
) -> T:
    """Await what no timer checks. Raises `APITimeoutError` once the deadline of the call, which is on the clock of the
    loop and ``total_s`` seconds from its beginning, has passed."""
    if deadline is None:
        return await work
    loop = asyncio.get_running_loop()
    try:
        return await asyncio.wait_for(work, deadline - loop.time())
    except (asyncio.TimeoutError, TimeoutError) as error:  # one and the same from Python 3.11 on
        if isinstance(error, APIError) or loop.time() < deadline - _CLOCK_S:
            raise  # of the work itself, such as a file system that does not answer
    raise timeout_error("total", total_s, request)


def is_undelivered(error: BaseException, timer: PhaseTimer) -> bool:
    """Whether a kept connection had been closed before the request came: then nothing was done with it, and it goes out
    again on another connection, at once and without counting as a retry.

    Only where that is certain, or a request could be paid twice: where writing it failed, or where the server ended
    the connection and its system had acknowledged no byte of the request (Linux tells). A reset proves nothing.
    """
    if timer.is_new_connection or not timer.is_undelivered:
        return False
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return isinstance(error.message, str)  # else aiohttp puts there what had arrived of the head
    return isinstance(error, (aiohttp.ClientOSError, ConnectionError))


def is_permanent(error: APIError) -> bool:
    """Whether the way there is closed for good: the same certificate and the same proxy would refuse it again."""
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        return 400 <= cause.status < 500
    return isinstance(cause, aiohttp.ClientConnectorCertificateError)


def _untrusted(error: aiohttp.ClientConnectorCertificateError) -> str:
    why = error.certificate_error
    text = getattr(why, "verify_message", "") or str(why)
    said = f"the certificate of {error.host}:{error.port} is not trusted ({text.rstrip('.')})."
    code = getattr(why, "verify_code", None)
    # https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
    if code in (9, 10):
        return f"{said} It is out of date: look at this machine's clock, or have it renewed."
    if code in (62, 64):
        return f"{said} It is for another name: look at base_url."
    return f"{said} {HINT}"


def _refused_by_proxy(error: aiohttp.ClientHttpProxyError, request: RequestInfo) -> str:
    # The reason phrase is the proxy's own text; it may quote the credentials that it was sent.
    reason = redact_text(error.message, error.request_info.headers)
    host = URL(request.url).host  # the URL of aiohttp's error is that of the proxy
    said = f"the proxy answered {error.status} ({reason}) to the request for a tunnel to {host}"
    if error.status == 407:
        return f"{said}. It wants credentials: put them into the proxy's URL (http://user:password@...)."
    return f"{said}. See HTTPS_PROXY, ALL_PROXY and NO_PROXY, or the proxy= of DefaultAioHttpClient."


def _unreachable(error: aiohttp.ClientConnectorError, request: RequestInfo) -> str:
    reason = _reason(error.os_error)
    url = URL(request.url)
    # aiohttp has no error of its own for a proxy whose name has no address.
    if isinstance(error, aiohttp.ClientProxyConnectionError) or error.host != url.raw_host:
        names = variable(url.scheme, error.host) or "HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"
        return (
            f"could not connect to the proxy {error.host}:{error.port} ({reason}); see {names}, or the proxy= of "
            "DefaultAioHttpClient"
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the name {error.host} has no address ({reason}); look at base_url and at the network"
    return f"could not connect to {error.host}:{error.port} ({reason})"


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        # asyncio puts the address there, which is told already, in the place of the reason.
        if error.errno is not None and error.strerror.startswith("Connect call failed"):
            return os.strerror(error.errno)
        return error.strerror
    return (str(error) or type(error).__name__).rstrip(".")


def is_timeout_cancellation(
    timer: PhaseTimer, error: BaseException, task: asyncio.Task[Any], before: int
) -> bool:
    """Whether ``error`` is the cancellation that a timer asked for when a limit passed, and nobody else asked for
    one since there were ``before`` of them (`cancellations`). To be asked once."""
    is_its_own = isinstance(error, asyncio.CancelledError) and timer.expired_phase is not None
    return is_its_own and _uncancel(task) <= before


if sys.version_info >= (3, 11):

    def pending_cancellations(task: asyncio.Task[Any]) -> int:
        """How many have asked for this task to be cancelled."""
        return task.cancelling()

    def _uncancel(task: asyncio.Task[Any]) -> int:
        return task.uncancel()

else:  # Python 3.10 cannot tell our cancellation from one of the caller's that came at the same moment

    def pending_cancellations(task: asyncio.Task[Any]) -> int:
        """How many have asked for this task to be cancelled: not known."""
        return 0

    def _uncancel(task: asyncio.Task[Any]) -> int:
        return 0
