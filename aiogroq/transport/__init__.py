"""The only package that imports aiohttp's client: session pool, send, stream, upload, proxies, TLS.

Every exception of aiohttp's is translated here, in one place (`exceptions.map_exception`); cancellation passes untouched.

The names below, and aiohttp with them, are loaded at their first use: annotations elsewhere can refer to them at no cost,
and `typing.get_type_hints` finds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import ClientSession as ClientSession

    from .http_client import DefaultAioHttpClient as DefaultAioHttpClient
    from .stream import AsyncStream as AsyncStream
else:
    _HOMES = {
        "AsyncStream": "aiogroq.transport.stream",
        "ClientSession": "aiohttp",
        "DefaultAioHttpClient": "aiogroq.transport.http_client",
    }

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)
