"""Which proxy a host is reached through: the usual environment variables, worked out once for each host.

aiohttp's own ``trust_env`` is not used: it also reads ``~/.netrc`` at every request, in a thread, and a matching entry
there breaks every call that has an ``Authorization`` header.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import urllib.request
from functools import lru_cache
from typing import Any

from yarl import URL

from ..errors import GroqError
from ..wire.headers import Secret

Proxy = tuple[URL, dict[str, str]]
"""Its URL, without credentials, and the headers for it."""

_NAMES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")
_environ: Any = os.environ
_is_plain: bool = hasattr(_environ, "_data") and hasattr(_environ, "encodekey")
# The dictionary behind os.environ: eight look-ups at every request take 0.2 us here, and 5 us through os.environ.
_read: Any = _environ._data.get if _is_plain else _environ.get
_keys: list[Any] = [
    _environ.encodekey(name) if _is_plain else name for lower in _NAMES for name in (lower, lower.upper())
]


def environment_proxy(scheme: str, host: str, port: int | None) -> Proxy | None:
    """The proxy for ``scheme://host:port``, or None for a direct connection.

    Reads ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` in either case, and what the operating system
    says where they are not set. A change of the variables counts from the next request; for one of the system's
    settings call `forget`. Raises `GroqError` for a kind of proxy that there is no way through.
    """
    return _proxy_for(scheme, host, port, *map(_read, _keys))


@lru_cache(maxsize=256)
def _proxy_for(scheme: str, host: str, port: int | None, *variables: Any) -> Proxy | None:
    # The variables are there to tell one environment from another.
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    if not found or _is_bypassed(host, port, proxies.get("no", "")):
        return None
    proxy = split_credentials(_parse(found))
    if proxy[0].scheme not in ("http", "https") or not proxy[0].host:
        raise GroqError(
            f"the environment's proxy for {scheme}://{host} is {proxy[0]}, which is no http or https URL: set "
            f"{scheme.upper()}_PROXY to one, add {host} to NO_PROXY, or pass "
            "http_client=DefaultAioHttpClient(trust_env=False)"
        )
    return proxy


def _parse(proxy: str) -> URL:
    try:
        return URL(proxy if "://" in proxy else f"http://{proxy}")
    except ValueError:
        return URL()  # not shown: there may be a password in it


def _is_bypassed(host: str, port: int | None, no_proxy: str) -> bool:
    if urllib.request.proxy_bypass(f"{host}:{port}" if port else host):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(_is_in(address, entry.strip()) for entry in no_proxy.split(","))


def _is_in(address: ipaddress.IPv4Address | ipaddress.IPv6Address, entry: str) -> bool:
    """Whether an entry of ``NO_PROXY`` is this address, or a network that has it (``10.0.0.0/8``)."""
    try:
        return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


def forget() -> None:
    """Read the environment and the system's settings again at the next request."""
    _proxy_for.cache_clear()


def split_credentials(proxy: URL) -> Proxy:
    """A proxy's URL without the credentials in it, and the header that carries them."""
    if proxy.user is None:
        return proxy, {}
    headers: dict[str, str] = {"Proxy-Authorization": basic_auth(proxy.user, proxy.password or "")}
    return proxy.with_user(None), headers


def basic_auth(user: str, password: str) -> str:
    """The value of a ``Basic`` authorization header, a `Secret`."""
    return Secret("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
