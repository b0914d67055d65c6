"""`RateLimits`: what the service last said of each model's limits, from the answers that came anyway.

To note an answer is to keep its headers, which is nearly free; they are read when somebody asks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from ..errors import APIError, RateLimited
from .limits import RateLimit, RateLimitWindow, has_limits, read_limits

V = TypeVar("V")

_MAX_MODELS = 256
_MAX_KINDS = 32
_NO_HEADERS: Mapping[str, str] = {}
_NOTHING: Mapping[str, RateLimitWindow] = {}


class RateLimits(Mapping[str, RateLimit]):
    """The limits of each model that was asked, by its name: read-only, always the latest, from any thread.

    Of more models than `_MAX_MODELS` those that were heard of last are kept.
    """

    def __init__(self) -> None:
        # By model: when the last answer came, and what it said.
        self._headers: dict[str, tuple[float, Mapping[str, str]]] = {}
        self._named: dict[str, tuple[float, Mapping[str, RateLimitWindow]]] = {}

    def share(self, other: RateLimits) -> None:
        """From now on hold the same values as ``other``: what one of them is told, both know."""
        self._headers, self._named = other._headers, other._named

    def note(self, model: str | None, headers: Mapping[str, str]) -> None:
        """An answer to a request for this model came, with these headers."""
        # An answer that says nothing of limits (a gateway's) takes nothing away from what is known.
        if model is not None and has_limits(headers):
            _keep(self._headers, model, time.time(), headers)

    def note_error(self, model: str | None, error: APIError) -> None:
        """The error of an answer: its text may name a limit that stands in no header."""
        if model is None or not isinstance(error, RateLimited) or error.limit_kind is None:
            return
        now = time.time()
        limit, used = error.limit, error.used
        remaining = None if limit is None or used is None else max(0, limit - used)
        window = RateLimitWindow(limit, remaining, error.retry_after_s, observed_at=now)
        _, named = self._named.get(model, (now, _NOTHING))
        others = [pair for pair in named.items() if pair[0] != error.limit_kind]
        # A new dictionary: others may be reading the old one.
        _keep(self._named, model, now, {**dict(others[-_MAX_KINDS + 1 :]), error.limit_kind: window})

    def __getitem__(self, model: str) -> RateLimit:
        named_at, named = self._named.get(model, (0.0, _NOTHING))
        seen_at, headers = self._headers.get(model, (named_at, _NO_HEADERS))
        if not headers and not named:
            raise KeyError(model)
        return replace(read_limits(headers, seen_at), further=dict(named))

    def __iter__(self) -> Iterator[str]:
        # Of copies: another thread may note an answer meanwhile.
        return iter({**self._headers, **self._named})

    def __len__(self) -> int:
        return len({**self._headers, **self._named})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict(self)!r}>"


def _keep(kept: dict[str, tuple[float, V]], model: str, now: float, said: V) -> None:
    kept[model] = now, said
    if len(kept) > _MAX_MODELS:
        oldest, _ = min(list(kept.items()), key=lambda pair: pair[1][0])
        kept.pop(oldest, None)
