"""Checks of the options of `DefaultAioHttpClient`, by their name and before a request.

aiohttp checks its own only when a connector is made, which needs a loop, and not all of them: a negative limit hangs.
"""

from __future__ import annotations

import inspect
import math
import ssl as ssl_module
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from ..protocol.arguments import reject_unknown_kwargs, require_int, require_seconds

_SUPERSEDED = frozenset({"verify_ssl", "ssl_context", "fingerprint", "local_addr"})
"""Arguments of ``aiohttp.TCPConnector`` that `ssl` and `local_address` replace."""
_A_YEAR_S = 365 * 86_400.0


def connector_options(
    *, ssl: Any, limit: Any, limit_per_host: Any, keepalive_timeout: Any, local_address: Any, more: dict[str, Any]
) -> dict[str, Any]:  # fmt: skip
    """Return the arguments of ``aiohttp.TCPConnector``. Raises `TypeError` and `ValueError`."""
    require_type("local_address", local_address, (str, type(None)), "an address as text, such as '127.0.0.1'")
    require_type(
        "ssl", ssl, (bool, ssl_module.SSLContext, aiohttp.Fingerprint, type(None)),
        "an ssl.SSLContext, or False to verify nothing", "; for a CA in a file, pass ssl.create_default_context(cafile=...)",
    )  # fmt: skip
    keepalive_s = require_seconds("keepalive_timeout", keepalive_timeout)
    options = {
        "ssl": True if ssl is None else ssl,  # not every aiohttp takes None
        "limit": _bound("limit", limit),
        "limit_per_host": _bound("limit_per_host", limit_per_host),
        # Not every aiohttp takes None for "no timeout", and none takes infinity.
        "keepalive_timeout": _A_YEAR_S if keepalive_s is None or math.isinf(keepalive_s) else keepalive_s,
        "local_addr": None if local_address is None else (local_address, 0),
    }
    if more.get("force_close"):
        del options["keepalive_timeout"]  # aiohttp rejects the two together
    return {**options, **more}


def _bound(name: str, given: Any) -> int:
    return 0 if given is None else require_int(name, given, hint="0 for no bound")


def reject_unknown_options(pool: Callable[..., object], given: dict[str, Any]) -> None:
    """Raise `TypeError` for an option that neither ``pool``, the constructor, nor aiohttp's connector takes."""
    if not given:
        return
    # A loop is no option: a pool has connectors on many.
    known = frozenset(inspect.signature(aiohttp.TCPConnector).parameters) - {"loop"}
    unknown = {name: given.pop(name) for name in list(given) if name not in known}
    reject_unknown_kwargs("DefaultAioHttpClient", pool, unknown, also=known - _SUPERSEDED)


def require_type(name: str, given: Any, types: tuple[type, ...], expected: str, hint: str = "") -> None:
    """Raise `TypeError` if ``given`` is not of one of these types. ``expected`` and ``hint`` are for its message."""
    if not isinstance(given, types):
        raise TypeError(f"{name} must be {expected}, not {type(given).__name__}{hint}")


def reject_second_authorization(session: aiohttp.ClientSession | None, headers: Mapping[str, str]) -> None:
    """Raise `ValueError` if a session has ``auth=`` and the headers carry the key: aiohttp rejects every such request."""
    if getattr(session, "auth", None) is not None and "Authorization" in headers:
        raise ValueError(
            "the aiohttp.ClientSession given as http_client was made with auth=, and a request cannot have that and the "
            "Authorization header with the API key: make the session without auth=, or leave the key out by "
            "default_headers={'Authorization': aiogroq.omit}"
        )
