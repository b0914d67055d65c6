"""The TLS context: trusted certificates, loaded off the loop and cached for the process.

The certificates are those of ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``, else of ``REQUESTS_CA_BUNDLE``, else of the system's
store. If that is empty, as with Python's own installer for macOS, they are those of truststore or certifi, if installed.
Plain http to another machine is logged as a warning.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import ssl
import threading
from importlib import import_module
from typing import Any, cast

from yarl import URL

from ..errors import GroqError
from .threads import FILES, run

_log = logging.getLogger("aiogroq")

HINT = (
    "Set SSL_CERT_FILE to the file of the CA that signed it (SSL_CERT_DIR to a directory of them), or pass "
    "http_client=DefaultAioHttpClient(ssl=context); where no CA is known at all, install truststore or certifi."
)
"""What to do if a certificate is not trusted."""

_NAMES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
_cached: dict[tuple[str, ...], ssl.SSLContext] = {}
_lock = threading.Lock()
_warned_of: set[str] = set()


def warn_of_plain_http(url: URL) -> None:
    """Log once for each host that plain http can be read on the way, unless the host is this machine."""
    host = url.host or ""
    if url.scheme != "http" or host in _warned_of or _is_loopback(host):
        return
    _warned_of.add(host)
    _log.warning("%s is plain http: the API key and all content travel in clear; use https", url.origin())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def default_context() -> ssl.SSLContext:
    """Return the TLS context for the current environment variables.

    Raises `GroqError` for a variable whose file or directory cannot be read.
    """
    # Reading some hundred certificates takes 20 ms and more.
    context = loaded_context()
    return await run(FILES, _load_once, _variables()) if context is None else context


def loaded_context() -> ssl.SSLContext | None:
    """Return `default_context` if it is loaded, else None."""
    return _cached.get(_variables())


def _variables() -> tuple[str, ...]:
    return tuple(os.environ.get(name, "") for name in _NAMES)


def clear_cache() -> None:
    """Load the certificates again for the next connection, and warn of every host again."""
    _cached.clear()
    _warned_of.clear()


def _renew_lock() -> None:
    # The thread that held it at the fork does not exist in the child.
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def _load_once(variables: tuple[str, ...]) -> ssl.SSLContext:
    with _lock:  # many first requests of a service may come at once
        context = _cached.get(variables)
        if context is None:
            context = _cached[variables] = _load(*variables)
        return context


def _load(file: str, folder: str, bundle: str) -> ssl.SSLContext:
    if file or folder:
        context = _from_files(file, folder, "SSL_CERT_FILE" if file else "SSL_CERT_DIR")
    elif os.path.isdir(bundle):
        context = _from_files("", bundle, "REQUESTS_CA_BUNDLE")
    elif bundle:
        context = _from_files(bundle, "", "REQUESTS_CA_BUNDLE")
    else:
        context = _from_system()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _from_files(file: str, folder: str, name: str) -> ssl.SSLContext:
    if folder and not os.path.isdir(folder):
        raise GroqError(f"{'SSL_CERT_DIR' if file else name} is {folder!r}, which is not a directory")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(file or None, folder or None)
    except OSError as error:  # ssl.SSLError is one
        raise GroqError(
            f"{name} is {file or folder!r}, from which no certificates can be read: {error.strerror or error}"
        ) from None
    return context


def _from_system() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if context.cert_store_stats()["x509_ca"] or _has_directory():
        return context
    module: Any
    try:
        module = import_module("truststore")
        return cast("ssl.SSLContext", module.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except ImportError:
        pass
    try:
        module = import_module("certifi")
        context.load_verify_locations(module.where())
    except ImportError:
        pass  # every connection will fail, with `HINT`
    return context


def _has_directory() -> bool:
    """Return whether the system has a directory of certificates. OpenSSL reads it only to look for one."""
    folder: str | None = ssl.get_default_verify_paths().capath
    return bool(folder) and any(name.endswith(".0") for name in os.listdir(folder))
