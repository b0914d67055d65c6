"""The checks of the options of `RedisStore`, before anything is sent."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..store_urls import check_store_url, redacted_url
from .connection import client_of

TIMEOUT_S = 0.25


def check_options(
    url: object, client: object, on_store_error: object, prefix: object, timeout_s: Any
) -> None:
    """Raise `TypeError` or `ValueError` for options that cannot be, and `ImportError` where redis is not installed."""
    if (url is None) == (client is None):
        raise TypeError("RedisStore needs a URL such as redis://localhost:6379/0, or client=, and not both")
    if url is not None:
        if not isinstance(url, str):
            raise TypeError(f"url must be a text such as redis://localhost:6379/0, not {url!r}")
        check_store_url(url)
        _check_parameters(url)
    else:
        _check_client(client)
    if on_store_error not in ("share", "stop"):
        raise ValueError(f"on_store_error must be 'share' or 'stop', not {on_store_error!r}")
    if not isinstance(prefix, str) or not prefix or set(prefix) & set("{}"):
        raise ValueError(f"prefix must be a text without braces, not {prefix!r}")
    if timeout_s is not None:
        _check_seconds("timeout_s", timeout_s)


def timeout_of(url: str | None, timeout_s: float | None) -> float:
    """Return the seconds of a step: ``timeout_s``, or the ``socket_timeout`` in the URL, or the default."""
    if timeout_s is not None:
        return timeout_s
    (found,) = parse_qs(urlsplit(url or "").query).get("socket_timeout", [None])[:1]
    return TIMEOUT_S if found is None else float(found)


def _check_seconds(name: str, seconds: Any) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be seconds > 0, not {seconds!r}")
    if not 0 < seconds < math.inf:  # NaN too
        raise ValueError(f"{name} must be finite seconds > 0, not {seconds!r}")


def _check_parameters(url: str) -> None:
    """Make a connection that is not opened: redis-py checks some of its arguments only there."""
    try:
        pool: Any = getattr(client_of(url), "connection_pool", None)
        pool.make_connection()
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{redacted_url(url)!r}: redis-py does not take a parameter in the URL: {str(error).rstrip('.')}. Correct or remove what follows "
            "the ?, which has the arguments of redis.asyncio.Redis.from_url, such as ?socket_keepalive=true"
        ) from None
    if "decode_responses" in pool.connection_kwargs:
        raise ValueError(f"{redacted_url(url)!r}: remove decode_responses: the store needs bytes")
    _check_seconds("socket_timeout in the URL", timeout_of(url, None))


def _check_client(client: Any) -> None:
    if isinstance(client, type):
        raise TypeError(f"client must be a client, not the class {client.__name__}")
    if not all(callable(getattr(client, name, None)) for name in ("evalsha", "eval")):
        raise TypeError(f"client must be a client of redis.asyncio, not {client!r}")
    modules = [each.__module__ for each in type(client).__mro__]
    if any(name.split(".")[0] == "redis" for name in modules) and not any(
        name.startswith("redis.asyncio") for name in modules
    ):
        raise TypeError(
            f"client {type(client).__name__} is of redis, not of redis.asyncio: it would block the event loop. "
            "Create it as redis.asyncio.Redis(...), also for the sync Groq, or give a URL"
        )
    encoder: Any = client.get_encoder() if callable(getattr(client, "get_encoder", None)) else None
    if getattr(encoder, "decode_responses", False):
        raise ValueError(
            "client returns texts, and the store needs bytes: create it with decode_responses=False"
        )
