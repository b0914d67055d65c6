"""What responses say of the limits: headers, and the texts of errors, as `Seen`."""

from __future__ import annotations

from collections.abc import Mapping

from multidict import istr

from ..errors import APIStatusError, RateLimited
from ..protocol.rate_limits import parse_limit_message
from .kinds import IN_HEADERS, KINDS
from .store import Seen
from .tiers import guess_rpm

_INFINITY = float("inf")
_NAMES = tuple(
    (kind, istr(f"x-ratelimit-limit-{word}"), istr(f"x-ratelimit-remaining-{word}"))
    for kind, word in IN_HEADERS.items()
)
"""The headers of each kind, as the headers of a response find them fastest: the limit, and what remains of it."""
_KIND_OF_TYPE = {"tokens": "TPM", "requests": "RPM", "seconds": "ASPH"}
"""The kind of a text that does not name it, by the ``type`` of its error."""


def seen_in_headers(
    headers: Mapping[str, str], stale: Mapping[str, float], unused: Mapping[str, float]
) -> dict[str, Seen]:
    """Return what the ``x-ratelimit-*`` headers of a response say; nothing where it has none.

    ``stale`` has what was charged for others since its request was sent, and ``unused`` what was held for it and not used, by
    kind.
    """
    found: dict[str, Seen] = {}
    for kind, of_limit, of_level in _NAMES:
        text = headers.get(of_limit)
        limit = None if text is None else _number(text)
        if limit:
            level = _number(headers.get(of_level))
            found[kind] = Seen(limit, level, False, stale.get(kind, 0.0), unused.get(kind, 0.0))
    if len(found) == len(_NAMES):
        rpm = guess_rpm(found["RPD"].limit or 0.0, found["TPM"].limit or 0.0)
        if rpm is not None:
            found["RPM"] = Seen(rpm, source="guess")
    return found


def seen_in_error(error: APIStatusError) -> dict[str, Seen]:
    """Return what the text of a 429 or 413 says of the limit that it names; nothing where it names none.

    The service's wait is ``(used + requested - limit) * window / limit``: so it gives the exact level, more precisely than
    ``used``, which is rounded.
    """
    if not isinstance(error, RateLimited) or error.limit is None or error.limit <= 0:
        return {}
    kind = KINDS.get((error.limit_kind or _KIND_OF_TYPE.get(error.type or "", "")).upper())
    if kind is None:
        return {}
    limit, requested = float(error.limit), error.requested
    if error.status_code != 429 or (requested is not None and requested > limit):
        return {kind.name: Seen(limit)}  # rejected for its size, whatever the level
    wait_s = parse_limit_message(error.message).get("retry_after_s")
    if wait_s is None:
        # A retry-after header has whole seconds, rounded up: the level is at least what it says.
        wait_s = error.retry_after_s
    if requested is None and kind.unit == "requests":
        requested = 1
    level: float | None = None
    if wait_s is not None and requested is not None:
        level = requested - wait_s * limit / kind.window_s
    elif error.used is not None:
        level = limit - error.used
    return {kind.name: Seen(limit, level, is_exact=level is not None)}


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -_INFINITY < value < _INFINITY else None
