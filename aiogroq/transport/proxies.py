"""The proxy for a host, from the usual environment variables or from the user, cached for each host.

aiohttp's own ``trust_env`` is not used: it also reads ``~/.netrc`` at every request, in a thread, and a matching entry
there breaks every call with an ``Authorization`` header.
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
from ..protocol.redaction import Secret, hide

Proxy = tuple[URL, dict[str, str]]
"""The URL without credentials, and the headers for the proxy."""

_NAMES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")
_HOST = re.compile(r"[\w.:%-]+")
_environ: Any = os.environ
_is_plain: bool = hasattr(_environ, "_data") and hasattr(_environ, "encodekey")
# The dictionary behind os.environ: the eight lookups of a request take 0.2 us in it, and 5 us through os.environ.
_read: Any = _environ._data.get if _is_plain else _environ.get
_keys: list[Any] = [
    _environ.encodekey(name) if _is_plain else name for lower in _NAMES for name in (lower, lower.upper())
]


def environment_proxy(scheme: str, host: str, port: int | None) -> Proxy | None:
    """Return the proxy for ``scheme://host:port``, or None for a direct connection.

    Reads ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` in either case, and the settings of the operating
    system if they are not set. The next request sees a change of the variables; after one of the system's settings call
    `clear_cache`. Raises `GroqError` if the proxy is not one for HTTP.
    """
    return _proxy_for(scheme, host, port, *map(_read, _keys))


@lru_cache(maxsize=256)
def _proxy_for(scheme: str, host: str, port: int | None, *variables: Any) -> Proxy | None:
    del variables  # only keys of the cache; no traceback with locals must show the passwords in them
    found = _found(scheme, host, port)
    if not found:
        return None
    url, problem = _parse(found if "://" in found else "http://" + found)
    if problem:
        raise GroqError(
            f"the proxy for {scheme}://{host} must have an http or https URL, and that of "
            f"{variable(scheme) or 'the system'} {problem}: set {scheme.upper()}_PROXY to one, add {host} to NO_PROXY, or pass "
            "http_client=DefaultAioHttpClient(trust_env=False)"
        )
    return split_credentials(url)


def _found(scheme: str, host: str, port: int | None) -> Secret | None:
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    return Secret(found) if found and not _is_bypassed(host, port, proxies.get("no", "")) else None


def variable(scheme: str, host: str = "") -> str | None:
    """Return the name of the environment variable that has the proxy for ``scheme`` and contains ``host``, or None."""
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY")
    return next((name for name in names if os.environ.get(name) and host in os.environ[name].lower()), None)


def explicit_proxy(proxy: Any, auth: Any) -> Proxy | None:
    """Return the proxy that a user passed, with credentials in its URL or beside it.

    Raises `TypeError` and `ValueError`, whose messages do not show what may be a password.
    """
    if auth is not None and not _is_pair(auth):
        raise TypeError("proxy_auth must be a pair of texts, ('user', 'password'), or an aiohttp.BasicAuth")
    if proxy is None:
        return None
    if not isinstance(proxy, (str, URL)):
        raise TypeError(
            f"proxy must be a URL as text, such as 'http://127.0.0.1:8080', not {type(proxy).__name__}"
        )
    url, problem = _parse(Secret(proxy))
    if problem:
        raise ValueError(f"proxy must be an http or https URL such as 'http://127.0.0.1:8080', and {problem}")
    url, headers = split_credentials(url)
    return url, headers if auth is None else {"Proxy-Authorization": basic_auth(auth[0], auth[1])}


def hidden(proxy: Any, auth: Any) -> tuple[Any, Any]:
    """Return a proxy and its credentials as strings whose repr is redacted."""
    return hide(proxy), tuple(map(hide, cast("Any", auth))) if isinstance(auth, (tuple, list)) else hide(auth)


def _is_pair(auth: Any) -> bool:
    # An aiohttp.BasicAuth is a tuple of three.
    pair: tuple[Any, ...] = cast("Any", auth)[:2] if isinstance(auth, tuple) else ()
    return len(pair) == 2 and all(isinstance(each, str) for each in pair)


def _parse(proxy: str) -> tuple[URL, str]:
    """Return the URL and ``""``, or an empty URL and what is wrong. That does not quote it: it may contain a password."""
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
    """Return whether an entry of ``NO_PROXY`` is this address or a network that contains it (``10.0.0.0/8``)."""
    try:
        return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


def proxy_hint(proxy: Proxy, status: int, content: bytes) -> str:
    """Return a hint for an error status that the proxy of a plain http request may have sent itself; else ``""``."""
    host = f"{proxy[0].host}:{proxy[0].port}"
    if status == 407:  # https://www.rfc-editor.org/rfc/rfc9110#section-15.5.8
        return (
            f"This is the response of the proxy {host}, not of the service; it requires credentials: put them into the "
            "proxy's URL (http://user:password@...)."
        )
    if status == 401 and not content.lstrip().startswith(b"{"):
        return f"This may be the response of the proxy {host} and not of the service: it is not the service's JSON."
    return ""


def clear_cache() -> None:
    """Read the environment and the system's settings again at the next request."""
    _proxy_for.cache_clear()


def split_credentials(proxy: URL) -> Proxy:
    """Return the URL of a proxy without its credentials, and the header with them."""
    if proxy.user is None:
        return proxy, {}
    headers: dict[str, str] = {"Proxy-Authorization": basic_auth(proxy.user, proxy.password or "")}
    return proxy.with_user(None), headers


def basic_auth(user: str, password: str) -> str:
    """Return the value of a ``Basic`` authorization header, as a `Secret`."""
    return Secret("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
