"""Replies of the embedded server that come when a test lets them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

_LIMIT_S = 60


class HeldReplies:
    """`server.reply = held`: the first ``free`` replies come at once, all others after `release`. Until then the server does
    nothing else: it also logs no request."""

    def __init__(self, reply: Callable[[dict[str, Any]], str] = lambda _body: "ok", *, free: int = 0) -> None:
        self._reply = reply
        self._free = free
        self._numbers = itertools.count()
        self._released = threading.Event()

    def __call__(self, body: dict[str, Any]) -> str:
        if next(self._numbers) >= self._free:
            assert self._released.wait(_LIMIT_S)
        return self._reply(body)

    def release(self) -> None:
        """Let all replies come."""
        self._released.set()
