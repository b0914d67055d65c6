"""Which proxy a host is reached through: the usual environment variables, read once for each host.

aiohttp's own ``trust_env`` is not used: it also reads ``~/.netrc`` at every request, in a thread, and a matching entry
there breaks every call that has an ``Authorization`` header.
"""

from __future__ import annotations

import base64
import urllib.request
from functools import lru_cache

from yarl import URL


@lru_cache(maxsize=256)
def environment_proxy(scheme: str, host: str, port: int | None) -> tuple[URL, dict[str, str]] | None:
    """The proxy for ``scheme://host:port`` and its headers, or None for a direct connection.

    Reads ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` in either case, and what the operating system says
    where they are not set. `forget` drops what was read.
    """
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    if not found or urllib.request.proxy_bypass(f"{host}:{port}" if port else host):
        return None
    return split_credentials(URL(found if "://" in found else f"http://{found}"))


def forget() -> None:
    """Read the environment again at the next request."""
    environment_proxy.cache_clear()


def split_credentials(proxy: URL) -> tuple[URL, dict[str, str]]:
    """A proxy's URL without the credentials in it, and the header that carries them."""
    if proxy.user is None:
        return proxy, {}
    return proxy.with_user(None), {"Proxy-Authorization": basic_auth(proxy.user, proxy.password or "")}


def basic_auth(user: str, password: str) -> str:
    """The value of a ``Basic`` authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
