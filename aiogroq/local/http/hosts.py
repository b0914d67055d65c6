"""Validates `Host` headers, against DNS rebinding.

A web page can resolve its own host name to a loopback address and so make a browser send requests to this server. Such
requests carry that name. A server bound to loopback therefore accepts local names only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from ..response import ApiError


def is_loopback(host: str) -> bool:
    """Whether *host* is a loopback address, `localhost` or a name below it."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        name = host.lower().removesuffix(".")
        return name == "localhost" or name.endswith(".localhost")


class Hosts:
    """The host names that one server accepts."""

    def __init__(self, bound: str, allowed: Iterable[str]) -> None:
        names = {name.lower() for name in allowed}
        self._is_open = "*" in names or not (names or is_loopback(bound))
        self._names = names | {bound.lower()}
        self._bound = bound
        # Nearly all requests carry the same header, so valid headers are cached.
        self._valid: set[str | None] = {None}

    def check(self, header: str | None) -> None:
        """Raise `ApiError` 403 for a `Host` header with a foreign name. HTTP/1.0 may omit the header."""
        if self._is_open or header in self._valid:
            return
        name = _name(header or "")
        if name not in self._names and not is_loopback(name):
            raise ApiError(
                403,
                f"The host {name[:100]!r} is not allowed: this server is bound to {self._bound} and accepts local names "
                f"only. Allow it with LocalGroq(allowed_hosts=[...]) or aiogroq serve --allow-host",
                "host_not_allowed",
            )
        if len(self._valid) < 100:
            self._valid.add(header)


def _name(header: str) -> str:
    """Return the host of a `Host` header, without the port."""
    if header.startswith("["):
        return header.partition("]")[0].removeprefix("[").lower()
    return (header.rpartition(":")[0] if header.count(":") == 1 else header).lower()
