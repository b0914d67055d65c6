"""The URLs of stores: which are accepted, and how they are shown."""

from __future__ import annotations

import importlib.util
import re
from urllib.parse import SplitResult, urlsplit

from ..protocol.arguments import did_you_mean

_SCHEMES = ("redis", "rediss", "unix")
_EXAMPLE = "redis://localhost:6379/0"
_ENCODE = "In a password, write @ as %40, / as %2F, : as %3A, # as %23, ? as %3F and % as %25"
_PASSWORD = re.compile(r"(?<=://).*@|(?<=[?&]password=)[^&]*")  # it may have any character


def redacted_url(url: str) -> str:
    """Return a URL without its user and its password."""
    return _PASSWORD.sub(lambda match: "[redacted]@" if match[0].endswith("@") else "[redacted]", url)


def check_store_url(url: str) -> None:
    """Raise `ValueError` for a text that is no URL of a store, and `ImportError` where redis is not installed."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        shown = "[redacted]" if "@" in url else repr(url)
        raise ValueError(f"store must be a LimitStore or a URL such as {_EXAMPLE}, not {shown}")
    if scheme.lower() not in _SCHEMES:
        raise ValueError(f"{redacted_url(url)!r} is no URL of a store{_hint(scheme.lower(), rest)}")
    problem = _problem(url)
    if problem is not None:
        encode = f". {_ENCODE}" if "@" in url else ""
        raise ValueError(f"{redacted_url(url)!r}: {problem}{encode}")
    if importlib.util.find_spec("redis") is None:
        raise ImportError(
            f'{redacted_url(url)} as the store of the rate limits needs redis: pip install "aiogroq[redis]"'
        )


def _hint(scheme: str, rest: str) -> str:
    if scheme in ("valkey", "valkeys"):
        return f": Valkey has the protocol of Redis, so write {'rediss' if scheme[-1] == 's' else 'redis'}://{redacted_url('://' + rest)[3:]}"
    if scheme in ("http", "https"):
        return f": it is a Redis server, not a web service. Write it as {_EXAMPLE}, with TLS as rediss://host:6379/0"
    similar = did_you_mean(scheme, _SCHEMES)
    return (
        f"{similar} It begins with redis://, rediss:// or unix://"
        if similar
        else (f": it begins with redis://, rediss:// or unix://, as in {_EXAMPLE}")
    )


def _problem(url: str) -> str | None:
    """Return what is wrong with a URL of a known scheme, or None."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"the host or the port cannot be read. Write it as {_EXAMPLE}"
    if parts.scheme == "unix":
        return (
            None
            if parts.path.strip("/")
            else "it names no socket. Write it as unix:///run/redis/redis.sock?db=0"
        )
    if not parts.hostname:
        return f"it names no host. Write it as {_EXAMPLE}"
    if port == 0:
        return f"the port must be from 1 to 65535. Write it as {_EXAMPLE}"
    return _database_problem(parts)


def _database_problem(parts: SplitResult) -> str | None:
    database = parts.path.strip("/")
    if not database or database.isdecimal():
        return None
    # What follows the host is not shown: it may be a part of a password.
    return f"what follows the host and the port must be the number of a database, as in {_EXAMPLE}"
