"""Which proxy a host is reached through: the usual environment variables, worked out once for each host.

aiohttp's own ``trust_env`` is not used: it also reads ``~/.netrc`` at every request, in a thread, and a matching entry
there breaks every call that has an ``Authorization`` header.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import urllib.request
from functools import lru_cache
from typing import Any, cast

from yarl import URL

from ..errors import GroqError
from ..protocol.headers import Secret, hide

Proxy = tuple[URL, dict[str, str]]
"""Its URL, without credentials, and the headers for it."""

_NAMES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")
_HOST = re.compile(r"[\w.:%-]+")
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
    # They tell one environment from another; no traceback with locals shows the passwords in them.
    del variables
    found = _found(scheme, host, port)
    if not found:
        return None
    url, flaw = _parse(found if "://" in found else "http://" + found)
    if flaw:
        raise GroqError(
            f"the proxy for {scheme}://{host} must have an http or https URL, and that of "
            f"{variable(scheme) or 'the system'} {flaw}: set {scheme.upper()}_PROXY to one, add {host} to NO_PROXY, or pass "
            "http_client=DefaultAioHttpClient(trust_env=False)"
        )
    return split_credentials(url)


def _found(scheme: str, host: str, port: int | None) -> Secret | None:
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    return Secret(found) if found and not _is_bypassed(host, port, proxies.get("no", "")) else None


def variable(scheme: str, host: str = "") -> str | None:
    """The environment variable that names the proxy for ``scheme``, where ``host`` is in it; None where there is none."""
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY")
    return next((name for name in names if os.environ.get(name) and host in os.environ[name].lower()), None)


def explicit_proxy(proxy: Any, auth: Any) -> Proxy | None:
    """The proxy that a caller names, with credentials that are in its URL or beside it.

    Raises `TypeError` and `ValueError`, without showing what may be a password.
    """
    if auth is not None and not _is_pair(auth):
        raise TypeError("proxy_auth must be a pair of texts, ('user', 'password'), or an aiohttp.BasicAuth")
    if proxy is None:
        return None
    if not isinstance(proxy, (str, URL)):
        raise TypeError(
            f"proxy must be a URL as text, such as 'http://127.0.0.1:8080', not {type(proxy).__name__}"
        )
    url, flaw = _parse(Secret(proxy))
    if flaw:
        raise ValueError(f"proxy must be an http or https URL such as 'http://127.0.0.1:8080', and {flaw}")
    url, headers = split_credentials(url)
    return url, headers if auth is None else {"Proxy-Authorization": basic_auth(auth[0], auth[1])}


def hidden(proxy: Any, auth: Any) -> tuple[Any, Any]:
    """A proxy and its credentials as texts that no repr shows."""
    return hide(proxy), tuple(map(hide, cast("Any", auth))) if isinstance(auth, (tuple, list)) else hide(auth)


def _is_pair(auth: Any) -> bool:
    # An aiohttp.BasicAuth is a tuple of three.
    pair: tuple[Any, ...] = cast("Any", auth)[:2] if isinstance(auth, tuple) else ()
    return len(pair) == 2 and all(isinstance(each, str) for each in pair)


def _parse(proxy: str) -> tuple[URL, str]:
    """The URL, or what is wrong with it, which does not show it: there may be a password in it."""
    if "://" not in proxy:
        return URL(), "has no 'http://'"
    try:
        url = URL(proxy)
    except ValueError:
        return URL(), "cannot be read as a URL"
    if url.scheme not in ("http", "https"):
        return URL(), f"has the scheme {url.scheme!r}"
    return (url, "") if _HOST.fullmatch(url.host or "") else (URL(), "names no host")


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


def about_proxy(proxy: Proxy, status: int, content: bytes) -> str:
    """What to say of an error status for a plain http request, which a proxy reads and may have answered itself; empty
    where it was surely the service."""
    host = f"{proxy[0].host}:{proxy[0].port}"
    if status == 407:  # https://www.rfc-editor.org/rfc/rfc9110#section-15.5.8
        return (
            f"This is the response of the proxy {host}, not of the service; it wants credentials: put them into the "
            "proxy's URL (http://user:password@...)."
        )
    if status == 401 and not content.lstrip().startswith(b"{"):
        return f"This may be the response of the proxy {host} and not of the service: it is not the service's JSON."
    return ""


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
