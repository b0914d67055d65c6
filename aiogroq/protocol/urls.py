"""The URL of a call: base URLs in several forms, and path parameters that cannot change the path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote, unquote

from yarl import URL

from ..errors import GroqError
from ..types._omit import is_omitted
from .arguments import require_finite

_API = "/openai/v1"
_SAFE = "/%:@!$&'()*+,;=-._~?"
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def api_root(base_url: str | URL | Any, name: str = "base_url") -> URL:
    """Return the URL under which the endpoints are, without a trailing slash.

    A path ending in ``/v1`` is used as it is, one ending in ``/openai`` gets ``/v1``, anything else gets
    ``/openai/v1``; so ``https://api.groq.com``, ``.../openai`` and ``.../openai/v1`` are the same, and the base
    URL of any OpenAI-compatible server works. Raises `GroqError` with ``name`` in its message for a text that is not an http(s)
    URL, for a URL with a user or a password, which would replace the key, and for one with a query or a fragment.
    """
    try:
        url = URL(str(base_url).strip())
    except (ValueError, TypeError):
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        # The key, if the caller mixes up the arguments.
        shown = "a key" if str(base_url).strip().startswith("gsk_") else repr(str(base_url))
        raise GroqError(f"{name} must be an http or https URL such as https://api.groq.com, not {shown}")
    if url.user is not None or url.password is not None:
        raise GroqError(
            f"{name} must not have a user or a password in it; for a gateway in front of {url.host} that wants them, "
            "pass default_headers={'Authorization': ...}"
        )
    if url.raw_query_string or url.raw_fragment:  # not shown: gateways take their keys there
        raise GroqError(
            f"{name} must end with its path, and has a query or a fragment behind it; for query parameters, pass "
            "default_query={'name': 'value'}"
        )
    path = url.raw_path.rstrip("/")
    if path.endswith("/openai"):
        path += "/v1"
    elif not path.endswith("/v1"):
        path += _API
    return url.with_path(path, encoded=True)


def resolve(root: URL, path: str) -> URL:
    """Return the URL of ``path`` under the API root.

    ``/openai/v1/x`` and ``/x`` are both ``root/x``; ``/v1/x`` is next to ``/openai`` (fine tuning is
    there); a whole URL must have the origin of ``root``, because the key is sent with it. Percent-encoded characters
    stay as they are. Raises `GroqError` for another origin, and for a path that could lead elsewhere.
    """
    if _CONTROL.search(path):
        raise GroqError(f"the path {path!r} has a control character or a lone surrogate")
    if _SCHEME.match(path):
        url = URL(path)
        if not is_same_origin(url, root):
            raise GroqError(
                f"{path} has another origin than base_url ({root.origin()}); the key is not sent there"
            )
        return url
    if path.startswith("//"):
        raise GroqError(f"the path {path!r} begins with '//', which names another host")
    path, _, query = ("/" + path.lstrip("/")).partition("?")
    if any(unquote(segment) in ("..", ".") for segment in path.split("/")):
        raise GroqError(f"the path {path!r} has a '..' or '.' segment")
    if path.startswith(_API + "/"):
        path = path[len(_API) :]
    base = root.raw_path
    if path.startswith("/v1/"):
        base = base.removesuffix("/v1").removesuffix("/openai")
    url = root.with_path(base + _quoted(path), encoded=True)
    return URL(f"{url}?{_quoted(query)}", encoded=True) if query else url


def _quoted(text: str) -> str:
    """Return ``text`` percent-encoded; encoded characters stay as they are."""
    return quote(_BARE_PERCENT.sub("%25", text), safe=_SAFE)


def is_same_origin(one: URL, other: URL) -> bool:
    """Return whether both have the same scheme, host and port: then the key may be sent to both."""
    return _origin(one) == _origin(other)


def _origin(url: URL) -> tuple[str, str | None, str | None, int | None]:
    return url.scheme, url.user, url.host, url.port


def path(template: str, **ids: str) -> str:
    """Return ``template`` with each ``{name}`` replaced by its percent-encoded id.

    A slash inside an id is encoded (model ids have one). Raises `ValueError` for an id that is empty or
    would change the path (``.``, ``..``).
    """
    encoded: dict[str, str] = {}
    for name, value in ids.items():
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"`{name}` must be a non-empty text, not {value!r}")
        if not value:
            raise ValueError(f"Expected a non-empty value for `{name}` but received {value!r}")
        if value in (".", ".."):
            raise ValueError(f"`{name}` must not be {value!r}, which would change the path")
        try:
            encoded[name] = quote(value, safe="!$&'()*+,;=:@")
        except UnicodeEncodeError:
            raise ValueError(f"`{name}` has half a character (a lone surrogate) in it: {value!r}") from None
    return template.format(**encoded)


def query_pairs(name: str, value: object) -> list[tuple[str, str]]:
    """Return a query parameter as pairs of name and text: lists are repeated, mappings become ``name[key]``.

    Omitted values, None and empty texts are not sent, as by the official package. Raises `GroqError` for a number that is
    not finite.
    """
    if value is None or is_omitted(value) or value == "":
        return []
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return [pair for key, inner in items for pair in query_pairs(f"{name}[{key}]", inner)]
    if isinstance(value, (list, tuple)):
        return [pair for inner in cast("list[object]", value) for pair in query_pairs(name, inner)]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    require_finite(name, value)
    return [(name, str(value))]
