"""Tracebacks of our errors: without the frames, and so without the local variables, of what led to them.

A frame holds its local variables. Those of aiohttp and asyncio have the head of the request as it was written, the key
too; those of this library have what a server sent, which may be the request again. Everything that shows local
variables (`traceback` with ``capture_locals``, Sentry with its defaults, rich, structlog) would show them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any, TypeVar, cast

from ..errors import APIError

E = TypeVar("E", bound=BaseException)
F = TypeVar("F", bound=Callable[..., object])


def drop_frames(error: E) -> E:
    """Return ``error`` without the frames that it has passed so far, its own and those of its causes.

    Raise it outside of any ``except`` block of the library: then its context is what the caller was handling, with the
    caller's frames. The causes lose their contexts, which hold the same frames again.
    """
    waiting: list[BaseException] = [error]
    seen = set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        each.__traceback__ = None
        each.__context__ = None
        if each.__cause__ is not None:
            waiting.append(each.__cause__)
        waiting += getattr(each, "exceptions", ())  # those of an exception group
    return error


_checks: set[CodeType] = set()


def checks_arguments(function: F) -> F:
    """Mark a function that checks arguments: its errors are about the line of the caller, and need no frame of their own."""
    _checks.add(cast("Any", function).__code__)
    return function


def drop_inner_frames(error: E) -> E:
    """Return ``error``, raised in one thread for a caller in another, without frames of no use to the caller: all
    frames of an `APIError` and of an error about arguments, otherwise the frame of the thread's own coroutine."""
    frames = error.__traceback__
    if frames is None:
        return error
    last = frames
    while last.tb_next is not None:
        last = last.tb_next
    has_no_frames = isinstance(error, APIError) or last.tb_frame.f_code in _checks
    return error.with_traceback(None if has_no_frames else frames.tb_next)
