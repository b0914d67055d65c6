"""The phases of an attempt by aiohttp's public tracing: for our own sessions that do not take the fast path."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import aiohttp

from .watch import Watch

current_watch: ContextVar[list[Watch] | None] = ContextVar("aiogroq_watch", default=None)
"""The watch of the attempt that is being sent, in a list that is emptied after it: a connection keeps the context in which it was
opened. No argument of a request: recorders copy those, or write them down."""


def phase_trace() -> aiohttp.TraceConfig:
    """A trace that tells `current_watch` when a connection is waited for, made, and there."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_queued_start.append(_enters("pool"))
    trace.on_connection_queued_end.append(_enters("first_byte"))
    trace.on_connection_create_start.append(_enters("connect"))
    trace.on_connection_create_end.append(_enters("first_byte"))
    return trace


def _enters(phase: str) -> Any:
    async def enter(*_: object) -> None:
        for watch in current_watch.get() or ():
            watch.enter(phase)

    return enter
