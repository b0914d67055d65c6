"""Every retry decision: `decide` says whether and when a request is sent again after an attempt that failed.

https://console.groq.com/docs/errors and https://console.groq.com/docs/rate-limits: 429 carries ``retry-after`` in
seconds, 498 is the flex tier's passing lack of capacity, 5xx is not charged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from ..errors import APIStatusError, Attempt, RateLimited, RequestInfo

INITIAL_DELAY_S = 0.5
MAX_DELAY_S = 8.0
MAX_RETRY_AFTER_S = 60.0
"""Without a deadline, a longer wait that the server asks for is the caller's to decide: the error comes at once."""
MAX_RESENDS = 20
"""How often one call is sent again, uncounted, because a reused connection proved closed."""
RESEND: Final = "resend"
"""Send again at once, on another connection, without counting a retry."""

_RETRIED_STATUSES = frozenset({408, 409, 429, 498})
# Of the service, and of OpenAI: https://platform.openai.com/docs/guides/error-codes
_PERMANENT_CODES = frozenset({"request_too_large", "insufficient_quota"})
_PHASES_BEFORE_SENT = frozenset({"pool", "connect", "write"})


@dataclass(frozen=True)
class Failure:
    """Why an attempt failed, as far as retries depend on it."""

    status: int | None = None
    """The HTTP status; None where no response came, or where it broke off."""
    code: str | None = None
    """The service's code of the error, such as ``rate_limit_exceeded``."""
    message: str = ""
    """The text of the error."""
    limit: int | None = None
    """The rate limit that the text names."""
    requested: int | None = None
    """How much of it the request needs."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """The headers of the response."""
    retry_after_s: float | None = None
    """The seconds to wait that the text of the error names."""
    timeout: str | None = None
    """The name of the timeout that passed (a field of `Timeout`, or ``unknown``); None where none did."""
    is_idempotent: bool = False
    """Whether sending the request twice does no harm beyond the cost."""
    is_new_connection: bool = True
    """Whether the request was the first on its connection, as far as is known."""
    is_undelivered: bool = False
    """Whether the request went out on a reused connection, and the server certainly received nothing of it."""
    is_permanent: bool = False
    """Whether the same would happen again: a certificate that is not trusted, a response that is no JSON."""


def status_failure(error: APIStatusError, *, is_permanent: bool = False) -> Failure:
    """Return the failure of an attempt whose response has an error status."""
    limited = error if isinstance(error, RateLimited) else RateLimited()
    return Failure(
        error.status_code,
        code=error.code,
        message=error.message,
        limit=limited.limit,
        requested=limited.requested,
        headers=error.response.headers,
        retry_after_s=limited.retry_after_s,
        is_permanent=is_permanent,
    )


@dataclass(frozen=True)
class Retry:
    """A retry that is about to happen: the argument of ``on_retry``."""

    number: int
    """Which retry of its call: 1 for the first."""
    wait_s: float
    """Seconds until it is sent."""
    attempt: Attempt
    """The attempt that failed."""
    request: RequestInfo
    """The method and the URL of the request."""


def decide(
    failure: Failure,
    *,
    retries_taken: int,
    retries_left: int,
    resends_left: int,
    remaining_s: float | None,
    retry_read_timeouts: bool,
    random: float,
    now: Callable[[], float] = time.time,
) -> float | Literal["resend"] | None:
    """Return the seconds until the next attempt, `RESEND`, or None where the failure is final.

    ``remaining_s`` is the time until the deadline of the call, None where there is none. ``retry_read_timeouts``: the
    caller accepts that a request may be paid twice. ``random`` is in [0, 1).
    """
    if failure.is_permanent:
        return None
    if failure.is_undelivered and resends_left > 0:
        return RESEND
    if retries_left <= 0:
        return None
    if failure.status is not None:
        if not _is_retried_status(failure):
            return None
    elif failure.timeout is not None and not _is_retried_timeout(failure, retry_read_timeouts):
        return None
    elif not failure.is_new_connection:
        return 0.0  # the server closed an idle connection in that very moment, which is no sign of overload
    return _delay_s(failure, retries_taken, remaining_s, random, now)


def _is_retried_status(failure: Failure) -> bool:
    requested = failure.headers.get("x-should-retry")
    if requested in ("true", "false"):
        return requested == "true"
    status = failure.status or 0
    if status == 429 and _exceeds_its_limit(failure):
        return False
    return status in _RETRIED_STATUSES or status >= 500


def _exceeds_its_limit(failure: Failure) -> bool:
    """Return whether no wait can help: one request asks for more than the whole limit, or the account is used up."""
    if failure.code in _PERMANENT_CODES:
        return True
    if failure.limit is not None and failure.requested is not None:
        return failure.requested > failure.limit
    return "Request too large" in failure.message


def _is_retried_timeout(failure: Failure, retry_read_timeouts: bool) -> bool:
    if failure.timeout in _PHASES_BEFORE_SENT:
        return True
    # Once a request is sent whole, the service works on it and it is paid for; sent again, it is paid twice.
    return failure.timeout != "total" and (failure.is_idempotent or retry_read_timeouts)


def _delay_s(
    failure: Failure,
    retries_taken: int,
    remaining_s: float | None,
    random: float,
    now: Callable[[], float],
) -> float | None:
    """Return the seconds to wait before the next attempt, or None where waiting is no use.

    A retry-after is obeyed when it fits ``remaining_s`` (`MAX_RETRY_AFTER_S` where the caller set no deadline); a longer
    one ends the call at once, with the numbers in the error, instead of attempts that must fail.
    """
    requested_s = retry_after_s(failure.headers, now)
    if requested_s is None:
        requested_s = failure.retry_after_s
    wait_s = backoff_s(retries_taken, random) if requested_s is None else requested_s
    longest_s = MAX_RETRY_AFTER_S if remaining_s is None else remaining_s
    return wait_s if wait_s <= longest_s else None


def backoff_s(retries_taken: int, random: float) -> float:
    """Return the seconds to wait before the next attempt where the server names none.

    Doubles from 0.5 s to at most 8 s, less up to a quarter by ``random`` in [0, 1), so that many clients that
    failed together do not come back together.
    """
    return min(INITIAL_DELAY_S * 2.0 ** min(retries_taken, 10), MAX_DELAY_S) * (1 - 0.25 * random)


def retry_after_s(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that the server asks to wait, or None where it names none that can be read.

    ``retry-after-ms`` in milliseconds goes first; ``retry-after`` is seconds or an HTTP date.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        date = parsedate_to_datetime(value)
        if date.tzinfo is None:  # HTTP dates are in GMT, also where one does not say so
            date = date.replace(tzinfo=timezone.utc)
        return max(0.0, date.timestamp() - now())
    except (TypeError, ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
