"""Maps exceptions of aiohttp and of the operating system to the library's, and classifies failed attempts."""

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

_TIMER_RESOLUTION_S = 0.01
"""A loop may run a timer before its time: uvloop counts in whole milliseconds."""
_TIMEOUT_MESSAGES = {
    "pool": "no free connection",
    "connect": "no connection",
    "write": "the request was not sent",
    "first_byte": "no response",
    "read": "no more data of the response",
    "idle": "no event of the stream",
    "total": "the call did not end",
}


def map_exception(error: BaseException, timer: PhaseTimer | None, request: RequestInfo) -> APIError | None:
    """Return the library's error for an exception of aiohttp or of the operating system; None for any other.

    All exceptions are mapped here. Cancellation never is.
    """
    if timer is not None and timer.expired_phase is not None:
        return timeout_error(timer.expired_phase, timer.expired_timeout_s, request)
    if isinstance(error, APIError):
        return error
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        text = str(error) or "a timeout of the session passed"
        return APITimeoutError(f"Request timed out: {text}.", request)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return APIConnectionError(f"Connection error: {_untrusted(error)}", request)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return APIConnectionError(f"Connection error: {_rejected_by_proxy(error, request)}", request)
    if isinstance(error, aiohttp.ClientConnectorError):
        return APIConnectionError(f"Connection error: {_unreachable(error, request)}.", request)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return APIConnectionError(
            "Connection error: the server closed the connection without a response.", request
        )
    if isinstance(error, TruncatedBodyError):
        return APIConnectionError(f"Connection error: the response broke off: {error}.", request)
    if isinstance(error, DecompressionError):
        return APIConnectionError(f"Connection error: cannot decompress the response: {error}.", request)
    if isinstance(error, aiohttp.ClientPayloadError):
        return APIConnectionError("Connection error: the response broke off before its end.", request)
    if isinstance(error, (aiohttp.ClientResponseError, HttpProcessingError)):
        # The text of aiohttp's error quotes the line that it cannot parse, which may hold a secret.
        return APIConnectionError("Connection error: invalid HTTP response.", request)
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return APIConnectionError(f"Connection error: {_reason(error)}.", request)
    if isinstance(error, RuntimeError) and "closed" in str(error):  # of the caller's own session
        return APIConnectionError(f"Connection error: {_reason(error)}.", request)
    is_connecting = timer is not None and timer.phase == "connect"
    if is_connecting and isinstance(error, Exception) and not isinstance(error, GroqError):
        # The caller's resolver runs there, and may raise anything. If it finds no address, aiohttp takes the first of none
        # in a coroutine.
        found_nothing = isinstance(error.__cause__, StopIteration)
        reason = "the resolver found no address" if found_nothing else _reason(error)
        return APIConnectionError(
            f"Connection error: could not connect to {URL(request.url).host} ({reason}).", request
        )
    return None


def redact_exception(error: BaseException) -> BaseException:
    """Return an exception of another library that can be a cause, without secrets: aiohttp puts the whole request into
    some of its own, the key too, and what the server sent into others. Frames are dropped later, by `drop_frames`."""
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, aiohttp.ClientSSLError):
        error.__cause__ = None  # its text has the reason, and `os_error` the cause
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
        error.message = "Server disconnected"  # aiohttp puts the part of the head that arrived there
        error.args = (error.message,)
    elif isinstance(error, HttpProcessingError):
        vars(error).clear()  # the pure Python parser stores the line that it cannot parse
        error.args = ()
    elif isinstance(error, aiohttp.ClientPayloadError):
        error.args = (str(error).partition(":")[0],)  # the error of the parser follows
    return error


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop. Raises `GroqError` where none of asyncio's runs, such as under trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    raise GroqError(
        "AsyncGroq needs a running asyncio event loop, and there is none here. With anyio use backend='asyncio'; under "
        "trio use Groq in a thread (trio.to_thread.run_sync, anyio.to_thread.run_sync)."
    )


def timeout_error(phase: str, timeout_s: float | None, request: RequestInfo) -> APITimeoutError:
    """Return the error for a timeout that passed; its message names the timeout and the seconds."""
    what = _TIMEOUT_MESSAGES.get(phase, phase)
    hint = "" if timeout_s else " 0 means no time at all; None means no timeout."
    message = f'Request timed out: {what} within {timeout_s:g} s (timeout "{phase}").{hint}'
    error = APITimeoutError(message, request)
    error.phase = phase
    error.limit_s = timeout_s
    return error


async def with_deadline(
    work: Coroutine[Any, Any, T], deadline: float | None, total_s: float | None, request: RequestInfo
) -> T:
    """Await what no `PhaseTimer` times.

    Raises `APITimeoutError` once ``deadline`` has passed, which is on the clock of the loop, ``total_s`` seconds after the
    call began.
    """
    if deadline is None:
        return await work
    loop = asyncio.get_running_loop()
    try:
        return await asyncio.wait_for(work, deadline - loop.time())
    except (asyncio.TimeoutError, TimeoutError) as error:  # one and the same from Python 3.11 on
        if isinstance(error, APIError) or loop.time() < deadline - _TIMER_RESOLUTION_S:
            raise  # of the work itself, such as a file system that does not respond
    raise timeout_error("total", total_s, request)


def is_undelivered(error: BaseException, timer: PhaseTimer) -> bool:
    """Return whether a request on a reused connection certainly reached nobody, so that it can be sent again uncounted.

    Only where that is certain, or a request could be paid twice: writing it failed, or the server closed the connection
    and the operating system had seen no byte of the request acknowledged (Linux reports that). A reset proves nothing.
    """
    if timer.is_new_connection or not timer.is_undelivered:
        return False
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return isinstance(error.message, str)  # otherwise a part of the head arrived
    return isinstance(error, (aiohttp.ClientOSError, ConnectionError))


def is_permanent(error: APIError) -> bool:
    """Return whether another attempt fails in the same way: a certificate that is not trusted, a proxy that rejects."""
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        return 400 <= cause.status < 500
    return isinstance(cause, aiohttp.ClientConnectorCertificateError)


def is_unreachable(error: APIError) -> bool:
    """Return whether no connection could be made, so that nothing was sent."""
    if isinstance(error, APITimeoutError):
        return error.phase in ("pool", "connect")
    return isinstance(error.__cause__, (aiohttp.ClientConnectorError, aiohttp.ClientProxyConnectionError))


def _untrusted(error: aiohttp.ClientConnectorCertificateError) -> str:
    why = error.certificate_error
    text = getattr(why, "verify_message", "") or str(why)
    message = f"the certificate of {error.host}:{error.port} is not trusted ({text.rstrip('.')})."
    code = getattr(why, "verify_code", None)
    # https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/
    if code in (9, 10):
        return f"{message} It is out of date: check the clock of this machine, or renew the certificate."
    if code in (62, 64):
        return f"{message} It is for another name: check base_url."
    return f"{message} {HINT}"


def _rejected_by_proxy(error: aiohttp.ClientHttpProxyError, request: RequestInfo) -> str:
    # The reason phrase is the proxy's own text; it may quote the credentials that it was sent.
    reason = redact_text(error.message, error.request_info.headers)
    host = URL(request.url).host  # the URL of aiohttp's error is that of the proxy
    message = f"the proxy responded {error.status} ({reason}) to the request for a tunnel to {host}"
    if error.status == 407:
        return f"{message}. It needs credentials: put them into the proxy's URL (http://user:password@...)."
    return f"{message}. See HTTPS_PROXY, ALL_PROXY and NO_PROXY, or the proxy= of DefaultAioHttpClient."


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
        return f"the name {error.host} has no address ({reason}); check base_url and the network"
    return f"could not connect to {error.host}:{error.port} ({reason})"


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        # asyncio puts the address, which is in the message already, in the place of the reason.
        if error.errno is not None and error.strerror.startswith("Connect call failed"):
            return os.strerror(error.errno)
        return error.strerror
    return (str(error) or type(error).__name__).rstrip(".")


def is_timeout_cancellation(
    timer: PhaseTimer, error: BaseException, task: asyncio.Task[Any], before: int
) -> bool:
    """Return whether ``error`` is the cancellation by ``timer``, and nobody else has cancelled the task since there were
    ``before`` cancellations (`pending_cancellations`). Call it once: it takes the timer's own back."""
    is_its_own = isinstance(error, asyncio.CancelledError) and timer.expired_phase is not None
    return is_its_own and _uncancel(task) <= before


if sys.version_info >= (3, 11):

    def pending_cancellations(task: asyncio.Task[Any]) -> int:
        """Return how often the cancellation of this task was requested."""
        return task.cancelling()

    def _uncancel(task: asyncio.Task[Any]) -> int:
        return task.uncancel()

else:  # Python 3.10 cannot tell the timer's cancellation from one by the caller in the same moment

    def pending_cancellations(task: asyncio.Task[Any]) -> int:
        """Return 0: the number is not known."""
        return 0

    def _uncancel(task: asyncio.Task[Any]) -> int:
        return 0
