"""What responses say of the limits: headers, and the texts of errors, as `Seen`."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import APIStatusError, RateLimited
from ..protocol.rate_limits import has_limits, parse_limit_message
from .kinds import IN_HEADERS, KINDS
from .store import Seen
from .tiers import guess_rpm

_KIND_OF_TYPE = {"tokens": "TPM", "requests": "RPM", "seconds": "ASPH"}
"""The kind of a text that does not name it, by the ``type`` of its error."""


def seen_in_headers(
    headers: Mapping[str, str], stale: Mapping[str, float], unused: Mapping[str, float]
) -> dict[str, Seen]:
    """Return what the ``x-ratelimit-*`` headers of a response say; nothing where it has none.

    ``stale`` has what was charged for others since its request was sent, and ``unused`` what was held for it and not used, by
    kind.
    """
    if not has_limits(headers):
        return {}
    found: dict[str, Seen] = {}
    for kind, word in IN_HEADERS.items():
        limit = _number(headers.get(f"x-ratelimit-limit-{word}"))
        if limit:
            level = _number(headers.get(f"x-ratelimit-remaining-{word}"))
            found[kind] = Seen(limit, level, stale=stale.get(kind, 0.0), unused=unused.get(kind, 0.0))
    rpd, tpm = (found[kind].limit if kind in found else None for kind in ("RPD", "TPM"))
    rpm = guess_rpm(rpd, tpm) if rpd and tpm else None
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
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and abs(value) < float("inf") else None
