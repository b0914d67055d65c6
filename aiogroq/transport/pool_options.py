"""The options of `DefaultAioHttpClient`: those that cannot be right are refused by their name, before anything is sent."""

from __future__ import annotations

import inspect
import math
import ssl as ssl_module
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from ..protocol.arguments import reject_unknown_kwargs, require_int, require_seconds

_TAKEN_OVER = frozenset({"verify_ssl", "ssl_context", "fingerprint", "local_addr"})
"""What ``ssl`` and ``local_address`` stand for now."""
_A_YEAR_S = 365 * 86_400.0


def connector_options(
    *,
    ssl: Any,
    limit: Any,
    limit_per_host: Any,
    keepalive_timeout: Any,
    local_address: Any,
    more: dict[str, Any],
) -> dict[str, Any]:
    """The keywords of ``aiohttp.TCPConnector``. Raises `TypeError` and `ValueError`."""
    if local_address is not None and not isinstance(local_address, str):
        raise TypeError(
            f"local_address must be an address as text, such as '127.0.0.1', not {type(local_address).__name__}"
        )
    options = {
        "ssl": _checked_ssl(ssl),
        "limit": _bound("limit", limit),
        "limit_per_host": _bound("limit_per_host", limit_per_host),
        "keepalive_timeout": _kept("keepalive_timeout", keepalive_timeout),
        "local_addr": (local_address, 0) if local_address is not None else None,
    }
    if more.get("force_close"):
        del options["keepalive_timeout"]  # nothing is kept, and aiohttp does not take the two together
    return {**options, **more}


def refuse_unknown_options(pool: Callable[..., object], given: dict[str, Any]) -> None:
    """Raise `TypeError` for an option that neither ``pool`` has, which makes one, nor aiohttp's connector."""
    if not given:
        return
    # A loop is no option: a pool has connectors on many.
    known = frozenset(inspect.signature(aiohttp.TCPConnector).parameters) - {"loop"}
    unknown = {name: given.pop(name) for name in list(given) if name not in known}
    reject_unknown_kwargs("DefaultAioHttpClient", pool, unknown, also=known - _TAKEN_OVER)


def checked_flag(name: str, given: Any) -> bool:
    """``given``, which must be a bool: the text "false" of a configuration would be true."""
    if not isinstance(given, bool):
        raise TypeError(f"{name} must be True or False, not {type(given).__name__}")
    return given


def checked_bytes(name: str, given: Any, *, none: str = "") -> int:
    """``given``, which must be a number of bytes that something fits into."""
    return require_int(name, given, minimum=1, hint=f"bytes{none}")


def checked_session(given: Any) -> aiohttp.ClientSession | None:
    """``given``, which must be a session of aiohttp's or None."""
    if given is not None and not isinstance(given, aiohttp.ClientSession):
        raise TypeError(f"session must be an aiohttp.ClientSession, not {type(given).__name__}")
    return given


def refuse_second_authorization(session: aiohttp.ClientSession | None, headers: Mapping[str, str]) -> None:
    """Raises `ValueError` where a session has credentials of its own for the header that carries the key: aiohttp
    refuses every request with both."""
    if session is not None and getattr(session, "auth", None) is not None and "Authorization" in headers:
        raise ValueError(
            "the aiohttp.ClientSession given as http_client was made with auth=, and a request cannot have that and the "
            "Authorization header with the API key: make the session without auth=, or leave the key out by "
            "default_headers={'Authorization': aiogroq.omit}"
        )


def _bound(name: str, given: Any) -> int:
    return 0 if given is None else require_int(name, given, hint="0 for no bound")


def _kept(name: str, given: Any) -> float:
    kept_s = require_seconds(name, given)
    # Not every aiohttp takes None for "for good", and none takes infinity.
    return _A_YEAR_S if kept_s is None or math.isinf(kept_s) else kept_s


def _checked_ssl(given: Any) -> Any:
    if given is None:
        return True  # which not every aiohttp does
    if isinstance(given, (bool, ssl_module.SSLContext, aiohttp.Fingerprint)):
        return given
    raise TypeError(
        f"ssl must be an ssl.SSLContext, or False to verify nothing, not {type(given).__name__}; for a CA in a file, "
        "pass ssl.create_default_context(cafile=...)"
    )
