"""`Timeout`: how long each phase of a call may take, in seconds. None is no limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from ..types._omit import Omit, is_omitted, omit
from ..types._typing import Never
from .arguments import refuse_unknown

Seconds: TypeAlias = float | None


@dataclass(frozen=True, init=False)
class Timeout:
    """Limits for the phases of a call.

    ``Timeout(60.0, connect=5.0)`` gives every phase 60 s but connecting 5 s, as in the official package.
    ``pool`` waits for a free connection, ``connect`` makes one (DNS, TCP, TLS), ``write`` sends the request,
    ``first_byte`` waits for the answer's headers, ``read`` for the next bytes of its body, ``idle`` for the next
    event of a stream (comments and keep-alive bytes do not count). ``total`` is the deadline: it bounds the whole call
    with its retries, its waits, the whole body or stream, and the file that it is written to. A response that has come
    whole by then is handed out. None is no limit, 0 no time at all.
    """

    # The defaults are for the repr of one that could not be made, in a traceback with locals.
    connect: Seconds = None
    """Seconds to make a connection."""
    read: Seconds = None
    """Seconds between two pieces of the body."""
    write: Seconds = None
    """Seconds to send the request, its body included."""
    pool: Seconds = None
    """Seconds to wait for a free connection where their number is limited."""
    first_byte: Seconds = None
    """Seconds from the request sent to the headers of the answer. As ``read`` where it is not given."""
    idle: Seconds = None
    """Seconds between two events of a stream. As ``read`` where it is not given."""
    total: Seconds = None
    """Seconds for the whole call, its deadline. No limit where it is not given."""
    shortest: Seconds = field(default=None, repr=False, compare=False)
    """The smallest of all these, in seconds, or None where there is none."""

    def __init__(
        self,
        timeout: Any = omit,
        *,
        connect: Seconds | Omit = omit,
        read: Seconds | Omit = omit,
        write: Seconds | Omit = omit,
        pool: Seconds | Omit = omit,
        first_byte: Seconds | Omit = omit,
        idle: Seconds | Omit = omit,
        total: Seconds | Omit = omit,
        **unknown: Never,
    ) -> None:
        refuse_unknown("Timeout", Timeout.__init__, unknown)
        base = Timeout.of(timeout) if _is_limits(timeout) else None
        default: Seconds = None if base or is_omitted(timeout) else seconds("timeout", timeout)

        def follows_read(name: str) -> bool:
            # A limit that was as `read` in the base goes on being as `read`, also when that changes here.
            return base is not None and name in ("first_byte", "idle") and getattr(base, name) == base.read

        def pick(name: str, given: Seconds | Omit, otherwise: Seconds) -> None:
            inherited = getattr(base, name) if base and not follows_read(name) else otherwise
            value = inherited if given is omit or is_omitted(given) else seconds(name, given)
            object.__setattr__(self, name, value)

        pick("connect", connect, default)
        pick("read", read, default)
        pick("write", write, default)
        pick("pool", pool, default)
        pick("first_byte", first_byte, self.read)
        pick("idle", idle, self.read)
        pick("total", total, None)
        limits = (self.connect, self.read, self.write, self.pool, self.first_byte, self.idle, self.total)
        shortest = min((limit for limit in limits if limit is not None), default=None)
        object.__setattr__(self, "shortest", shortest)

    @classmethod
    def of(cls, value: Any) -> Timeout:
        """A `Timeout` from whatever people pass: a number, None, an ``httpx.Timeout``, an
        ``aiohttp.ClientTimeout``. Raises `TypeError` for anything else, `ValueError` for negative seconds."""
        if isinstance(value, Timeout):
            return value
        if value is None or isinstance(value, (int, float)):
            return cls(value)
        if hasattr(value, "sock_read"):
            # aiohttp: 0 is no limit there, and `connect` is waiting for the pool and connecting together.
            return cls(
                connect=value.sock_connect or value.connect or None,
                pool=value.connect or None,
                read=value.sock_read or None,
                total=value.total or None,
            )
        if hasattr(value, "pool") and hasattr(value, "write"):
            return cls(connect=value.connect, read=value.read, write=value.write, pool=value.pool)
        raise TypeError(
            "timeout must be seconds as a number, such as 5.0, or None, aiogroq.Timeout, httpx.Timeout or "
            f"aiohttp.ClientTimeout, not {type(value).__name__}"
        )

    def limit(self, phase: str) -> Seconds:
        """The limit of ``phase``, in seconds; None for no phase at all."""
        return cast("Seconds", getattr(self, phase)) if phase else None


def _is_limits(value: Any) -> bool:
    return not (value is None or isinstance(value, (int, float)) or is_omitted(value))


def seconds(name: str, value: Any) -> Seconds:
    """``value``, the ``name`` of which is for errors, as seconds; None where there is no limit."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be seconds or None, not {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name} must be a number of seconds below 1e308; None is no limit") from None
    if not number >= 0:
        raise ValueError(f"{name} must be a number of seconds from 0 on, and is {value!r}; None is no limit")
    return number


DEFAULT_TIMEOUT = Timeout(60.0, connect=5.0)
DEFAULT_MAX_RETRIES = 2
