"""What the Batch API accepts, and what it costs: https://console.groq.com/docs/batch.

Pure functions and numbers: the plan of a job, its dry run and the batches themselves read them here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..outcome import Endpoint

URLS: Mapping[Endpoint, str] = {
    "chat": "/v1/chat/completions",
    "transcription": "/v1/audio/transcriptions",
    "translation": "/v1/audio/translations",
}
"""The URL of a line, by endpoint. The other endpoints have no batches."""
MAX_LINES = 50_000
"""Requests in one batch."""
MAX_BYTES = 100_000_000
"""Bytes of one input file. The guide says 200 MB, the specification 100 MB: the smaller number is right for both."""
PRICE_FACTOR = 0.5
"""The price of a request in a batch, as a part of its usual price. It is not added to the discount of cached tokens."""
MIN_WINDOW_S = 24 * 3_600
"""The shortest completion window: how long a batch may take."""
MAX_WINDOW_S = 7 * 24 * 3_600
KEPT_S = 30 * 24 * 3_600
"""How long the service keeps the results of a batch."""
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
"""The statuses after which a batch does not change."""

_WINDOW = re.compile(r"([1-9]\d{0,3})([hd])")


def endpoint_problem(endpoint: Endpoint) -> str | None:
    """Return why items of ``endpoint`` cannot be sent in a batch, with the fix; None if they can."""
    if endpoint in URLS:
        return None
    return (
        f"the Batch API does not take {endpoint} requests, only {', '.join(URLS)}: "
        f"use via='live' for {endpoint}"
    )


def body_problem(endpoint: Endpoint, body: Mapping[str, Any]) -> str | None:
    """Return why a request cannot be sent in a batch, with the fix; None if it can."""
    if problem := endpoint_problem(endpoint):
        return problem
    if body.get("stream"):
        return "a batch has no streams: take stream out of the request, or use via='live'"
    if body.get("service_tier") is not None:
        return "a batch has no service tier: take service_tier out of the request, or use via='live'"
    if endpoint == "chat":
        return None
    if body.get("file") is not None:
        return "a batch takes audio by its address only: give the URL of each recording and no file, or use via='live'"
    if not body.get("url"):
        return "a batch takes audio by its address only, and this request has no URL"
    return None


def window_s(window: str) -> int:
    """Return the seconds of a completion window. Raises `ValueError` if the service would reject it."""
    match = _WINDOW.fullmatch(window)
    seconds = int(match[1]) * (86_400 if match[2] == "d" else 3_600) if match else 0
    if not MIN_WINDOW_S <= seconds <= MAX_WINDOW_S:
        raise ValueError(
            f"the completion window of a batch is 24h to 7d (hours or days, such as '48h'), not {window!r}"
        )
    return seconds
