"""`Item`, one item while it is sent, and the rules by which it is sent again.

The retries of the client are off in a job: the job decides, and counts every request. Whether an error can pass at all is
decided by `aiogroq.protocol.retry`, as for a single call.

- A rate limit (429) is no failure of the item: it is sent again, before all others, when the pacer has room for it.
- When the service cannot be reached, or is overloaded (498, 503), items wait until it is back. Only where other items succeed
  meanwhile is it this item's failure.
- Every other passing error counts. The same one five times running, or `max_attempts` of any, ends the item.
"""

from __future__ import annotations

import random

from ..errors import APIConnectionError, APIError, APIStatusError, APITimeoutError
from ..protocol import retry
from ..transport.exceptions import is_permanent, is_unreachable
from .outcome import ItemError, JobRequest
from .values import service_message

MAX_SAME_ERRORS = 5
"""The same error so often running ends the item."""
MAX_RATE_LIMITED = 20
"""So many 429s while other items succeed end the item: nothing that the pacer knows explains them."""
_OVERLOADED = frozenset({498, 503})
_ACCOUNT_CODES = frozenset({"invalid_api_key", "insufficient_quota", "organization_restricted"})
_MODEL_CODES = frozenset({"model_not_found", "model_decommissioned", "model_terms_required"})


class ModeRejectedError(APIError):
    """The service does not accept how JSON was requested for a model. The next attempt requests it in another way."""


class Item:
    """One item between its request and its outcome."""

    __slots__ = (
        "_counted",
        "_down_since",
        "_last",
        "_rate_limited",
        "_same",
        "_succeeded_at",
        "attempts",
        "body",
        "is_rate_limited",
        "request",
        "spent_s",
    )

    def __init__(self, request: JobRequest, body: bytes | None) -> None:
        self.request: JobRequest = request
        self.body: bytes | None = body
        """The encoded body; None for a recording, whose body is a form."""
        self.attempts: int = 0
        self.spent_s: float = 0.0
        """How long its attempts, and the waits between them, took."""
        self.is_rate_limited: bool = False
        """Whether its last attempt was rejected with a 429."""
        self._counted = 0
        self._rate_limited = 0
        self._same = 0
        self._last: object = None
        self._succeeded_at = -1
        self._down_since = 0.0

    def wait_s(
        self, error: Exception, now: float, *, succeeded: int, max_attempts: int, max_age_s: float
    ) -> float | None:
        """Return the seconds until the next attempt after ``error``, or None where that is the outcome.

        ``now`` is the time in seconds, ``succeeded`` is how many items of this run have succeeded so far.
        """
        self.is_rate_limited = False
        if isinstance(error, ModeRejectedError):
            return 0.0
        if not isinstance(error, APIError):
            return None
        failure = failure_of(error)
        wait_s = retry.decide(
            failure,
            retries_taken=self._counted,
            retries_left=1,
            resends_left=0,
            remaining_s=float("inf"),
            retry_read_timeouts=True,  # otherwise a connection that broke would lose the item
            random=random.random(),
        )
        if wait_s is None:
            return None
        is_others_success, self._succeeded_at = succeeded != self._succeeded_at >= 0, succeeded
        if failure.status == 429:
            self.is_rate_limited = True
            self._rate_limited += is_others_success
            return 0.0 if self._rate_limited < MAX_RATE_LIMITED else None
        kind = _kind_of(error)
        self._same = self._same + 1 if kind == self._last else 1
        if self._same == 1:
            self._down_since = now
        if not is_service_down(error):
            self._counted += 1
        elif is_others_success:
            self._counted += 1
            self._down_since = now
        else:
            self._same = max(1, self._same - 1)
            self.spent_s = max(self.spent_s, now - self._down_since)
        self._last = kind
        if self._same >= MAX_SAME_ERRORS or self._counted >= max_attempts or self.spent_s >= max_age_s:
            return None
        return float(wait_s)


def failure_of(error: APIError) -> retry.Failure:
    """Return what the retry rules need of an error of a call without retries of its own."""
    if isinstance(error, APIStatusError):
        return retry.status_failure(error)
    timeout = (error.phase or "unknown") if isinstance(error, APITimeoutError) else None
    return retry.Failure(
        timeout=timeout, is_permanent=not isinstance(error, APIConnectionError) or is_permanent(error)
    )


def is_service_down(error: APIError) -> bool:
    """Return whether an error says more of the service, or of the network, than of the item."""
    if isinstance(error, APIStatusError):
        return error.status_code in _OVERLOADED
    return is_unreachable(error)


def is_fatal(error: Exception, *, is_model_of_job: bool, has_succeeded: bool) -> bool:
    """Return whether every other item would fail in the same way: the key, or the model of the job, is rejected.

    A 403 counts only before anything has succeeded: firewalls reject single prompts with it.
    """
    if not isinstance(error, APIStatusError):
        return False
    if error.code in _MODEL_CODES:
        return is_model_of_job
    if error.status_code == 403:
        return not has_succeeded
    return error.status_code == 401 or error.code in _ACCOUNT_CODES


def fatal_message(error: Exception) -> str:
    """Return what a job says that ends with an error for which `is_fatal` holds."""
    message = item_error(error).message.rstrip(". ")
    is_model = isinstance(error, APIStatusError) and error.code in _MODEL_CODES
    is_key = getattr(error, "status_code", None) == 401
    fix = "Check the model" if is_model else "Check GROQ_API_KEY" if is_key else "Check the account"
    return (
        f"the job has ended, because every other item would fail in the same way: {message}. {fix}, then run it again "
        "to go on"
    )


def item_error(error: Exception) -> ItemError:
    """Return an error as the outcome of an item has it."""
    message = str(getattr(error, "message", "") or error)
    if isinstance(error, APIStatusError) and error.body:
        message = service_message(error.body)
    return ItemError(
        type(error).__name__, message, getattr(error, "status_code", None), getattr(error, "code", None)
    )


def _kind_of(error: APIError) -> tuple[object, ...]:
    return type(error), getattr(error, "status_code", None), error.code, getattr(error, "phase", None)
