"""`Timeout`: how long each phase of a call may take, in seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from ..types._omit import Omit, is_omitted, omit
from ..types._typing import Never
from .arguments import reject_unknown_kwargs, require_seconds

Seconds: TypeAlias = float | None

_ALL = ("connect", "read", "write", "pool", "first_byte", "idle", "total")
_SAME_AS_READ = ("first_byte", "idle")


@dataclass(frozen=True, init=False)
class Timeout:
    """Timeouts for the phases of a call, in seconds. None means no timeout; 0 expires at once.

    ``Timeout(60.0, connect=5.0)`` sets every phase to 60 s and ``connect`` to 5 s, as in the official package.
    ``total`` is not a phase: it is the deadline of the whole call and has no default. An instance, ``httpx.Timeout`` or
    ``aiohttp.ClientTimeout`` as first argument gives the values that the keywords do not set. Raises `TypeError` for
    anything else and for unknown keywords, `ValueError` for negative seconds.
    """

    # The defaults are for the repr of an instance whose construction failed, in a traceback with locals.
    connect: Seconds = None
    """Seconds to make a connection: DNS, TCP and TLS."""
    read: Seconds = None
    """Seconds to wait for the next bytes of a response body."""
    write: Seconds = None
    """Seconds to send the request, headers and body."""
    pool: Seconds = None
    """Seconds to wait for a free connection in a pool that limits their number."""
    first_byte: Seconds = None
    """Seconds from the end of the request to the headers of the response. Default: ``read``."""
    idle: Seconds = None
    """Seconds to wait for the next event of a stream. Comments and keep-alive bytes do not count. Default: ``read``."""
    total: Seconds = None
    """Seconds for the whole call: all attempts, the delays between them, the whole body or stream, and writing it to a
    file. A response that is complete by then is returned. Default: None."""
    shortest: Seconds = field(default=None, repr=False, compare=False)
    """The smallest of all these, in seconds, or None if none is set."""

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
        reject_unknown_kwargs("Timeout", Timeout.__init__, unknown)
        inherited = _inherited(timeout)
        values: list[Seconds] = []
        given = (connect, read, write, pool, first_byte, idle, total)
        for name, value in zip(_ALL, given, strict=True):
            if not (value is omit or is_omitted(value)):
                seconds = require_seconds(name, value)
            elif name in inherited:
                seconds = inherited[name]
            else:
                seconds = self.read if name in _SAME_AS_READ else None
            object.__setattr__(self, name, seconds)
            values.append(seconds)
        shortest = min((seconds for seconds in values if seconds is not None), default=None)
        object.__setattr__(self, "shortest", shortest)

    @classmethod
    def of(cls, value: Any) -> Timeout:
        """Return a `Timeout` for a number of seconds, None, a `Timeout`, an ``httpx.Timeout`` or an
        ``aiohttp.ClientTimeout``. Raises `TypeError` for anything else, `ValueError` for negative seconds."""
        if isinstance(value, Timeout):
            return value
        if value is None or isinstance(value, (int, float)):
            return cls(value)
        if hasattr(value, "sock_read"):
            # In aiohttp 0 means no timeout, and `connect` covers waiting for the pool and connecting.
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
        """Return the timeout of ``phase`` in seconds. None if it has none, and for an empty name."""
        return cast("Seconds", getattr(self, phase)) if phase else None


def _inherited(timeout: Any) -> dict[str, Seconds]:
    """The values that the first argument of `Timeout` gives to phases without a keyword of their own."""
    if is_omitted(timeout):
        return {}
    if timeout is None or isinstance(timeout, (int, float)):
        return dict.fromkeys(("connect", "read", "write", "pool"), require_seconds("timeout", timeout))
    base = Timeout.of(timeout)
    inherited: dict[str, Seconds] = {name: getattr(base, name) for name in _ALL}
    for name in _SAME_AS_READ:
        if inherited[name] == base.read:
            del inherited[name]  # goes on following `read`, also if that changes
    return inherited


DEFAULT_TIMEOUT = Timeout(60.0, connect=5.0)
DEFAULT_MAX_RETRIES = 2
