"""`ThreadedResolver`: resolves host names in the threads of the loop's executor, with uvloop too.

uvloop would use threads of libuv. A process forked while they run dies of a segmentation fault at its exit, because libuv
joins threads that do not exist in it. So they are never started.
"""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import Any


def _address(host: Any, port: Any, family: int, type: int, proto: int) -> tuple[Any, ...] | None:
    """Return what `socket.getaddrinfo` returns for a numeric address; None for a name."""
    if not isinstance(host, str) or not isinstance(port, int):
        return None
    for known, rest in ((socket.AF_INET, ()), (socket.AF_INET6, (0, 0))):
        try:
            socket.inet_pton(known, host)
        except OSError:
            continue
        if family in (socket.AF_UNSPEC, known):
            return known, type or socket.SOCK_STREAM, proto, "", (host, port, *rest)
    return None


class ThreadedResolver(asyncio.AbstractEventLoop):
    """Mixin for event loops: resolves names in the threads of the loop's executor."""

    async def getaddrinfo(self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:  # fmt: skip
        """As `socket.getaddrinfo`. Numeric addresses need no thread: uvloop passes that of every socket it connects."""
        found = _address(host, port, family, type, proto)
        if found is not None:
            return [found]
        return await self.run_in_executor(
            None, partial(socket.getaddrinfo, host, port, family, type, proto, flags)
        )

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
        """As `socket.getnameinfo`."""
        return await self.run_in_executor(None, socket.getnameinfo, sockaddr, flags)
