"""One try: a request on a connection, and the headers of its answer. Where foreign exceptions are translated."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from ..errors import APIConnectionError, APIError, APITimeoutError, RequestInfo
from .watch import Watch

_WAITED_FOR = {
    "pool": "a free connection of the pool",
    "connect": "the connection",
    "write": "the request to be sent",
    "first_byte": "the answer to begin",
    "read": "more of the answer",
    "idle": "the next event of the stream",
    "total": "the whole call",
}


def translate(error: BaseException, watch: Watch | None, request: RequestInfo) -> APIError | None:
    """Our error for aiohttp's (or the operating system's), or None for one that is not theirs.

    The one place where this is decided. Cancellation is never translated.
    """
    if watch is not None and watch.expired_phase is not None:
        return timed_out(watch.expired_phase, watch.expired_limit_s, request)
    if isinstance(error, APIError):
        return error
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        text = str(error) or "a time limit of the session passed"
        return APITimeoutError(f"Request timed out: {text}.", request)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return APIConnectionError(
            f"Connection error: the certificate of {request.url} is not trusted ({error.certificate_error}). Set "
            "SSL_CERT_FILE to the CA that signed it, or pass http_client=DefaultAioHttpClient(ssl=context).",
            request,
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = _reason(error.os_error)
        return APIConnectionError(
            f"Connection error: could not connect to {error.host}:{error.port} ({reason}).", request
        )
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return APIConnectionError(
            "Connection error: the server closed the connection without an answer.", request
        )
    if isinstance(error, aiohttp.ClientPayloadError):
        return APIConnectionError(
            f"Connection error: the answer broke off before its end ({error}).", request
        )
    if isinstance(error, (aiohttp.ClientError, HttpProcessingError, OSError)):
        return APIConnectionError(f"Connection error: {_reason(error)}.", request)
    if isinstance(error, RuntimeError) and "closed" in str(
        error
    ):  # the session that the caller gave was closed
        return APIConnectionError(f"Connection error: {error}.", request)
    return None


def timed_out(phase: str, limit_s: float | None, request: RequestInfo) -> APITimeoutError:
    """The error for a limit that passed; its message names the phase and the seconds."""
    waited = "for" if phase != "total" else "in all, for"
    error = APITimeoutError(
        f"Request timed out: waited {limit_s:g} s {waited} {_WAITED_FOR.get(phase, phase)} (the `{phase}` limit).",
        request,
    )
    error.phase = phase
    error.limit_s = limit_s
    return error


def is_stale(error: BaseException, watch: Watch) -> bool:
    """Whether a kept connection was closed under the request, before any byte of an answer: then nothing was
    done with it, and it goes out again on another connection, at once and without counting as a retry."""
    return not watch.is_new_connection and isinstance(
        error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError)
    )


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error) or type(error).__name__).rstrip(".")


async def open_response(
    session: aiohttp.ClientSession, watch: Watch, method: str, url: Any, kwargs: dict[str, Any]
) -> aiohttp.ClientResponse:
    """Send, and wait for the headers of the answer. Raises what aiohttp raises, or `TimeoutError` when the
    watch expired; an outer cancellation stays a cancellation."""
    task = asyncio.current_task()
    assert task is not None
    before = _cancellations(task)
    watch.on_expiry = task.cancel
    try:
        return await session.request(method, url, **kwargs)
    except asyncio.CancelledError:
        if watch.expired_phase is None or _uncancel(task) > before:
            raise
        raise TimeoutError(watch.expired_phase) from None


if sys.version_info >= (3, 11):

    def _cancellations(task: asyncio.Task[Any]) -> int:
        return task.cancelling()

    def _uncancel(task: asyncio.Task[Any]) -> int:
        return task.uncancel()

else:  # Python 3.10 cannot tell our cancellation from one of the caller's that came at the same moment

    def _cancellations(task: asyncio.Task[Any]) -> int:
        return 0

    def _uncancel(task: asyncio.Task[Any]) -> int:
        return 0
