"""Which URL a call goes to: forgiving base URLs, and path parameters that cannot leave their place."""

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
    """The URL under which the endpoints live, without a trailing slash.

    A path ending in ``/v1`` is used as it is, one ending in ``/openai`` gets ``/v1``, anything else gets
    ``/openai/v1``; so ``https://api.groq.com``, ``.../openai`` and ``.../openai/v1`` are the same, and the base
    URL of any OpenAI-compatible server works. Raises `GroqError`, which calls it ``name``, for what is no http(s) URL; for
    one with a user or a password in it, which would take the place of the key; and for one with a query or a fragment.
    """
    try:
        url = URL(str(base_url).strip())
    except (ValueError, TypeError):
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        # Somebody who mixes up the arguments passes the key here.
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
    """The URL of ``path`` under the API root.

    ``/openai/v1/x`` and ``/x`` are both ``root/x``; ``/v1/x`` stands beside ``/openai`` (fine tuning lives
    there); a whole URL must have the origin of ``root``, because the key goes with it. What is percent-encoded
    already stays as it is. Raises `GroqError` for another origin, and for a path that could lead elsewhere.
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
    """``text`` percent-encoded, but for what is so already."""
    return quote(_BARE_PERCENT.sub("%25", text), safe=_SAFE)


def is_same_origin(one: URL, other: URL) -> bool:
    """Whether both have the same scheme, host and port, so that what may be sent to one may be sent to the other."""
    return _origin(one) == _origin(other)


def _origin(url: URL) -> tuple[str, str | None, str | None, int | None]:
    return url.scheme, url.user, url.host, url.port


def path(template: str, **ids: str) -> str:
    """``template`` with each ``{name}`` replaced by its percent-encoded id.

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
    """A query parameter as name and text: lists are repeated, mappings become ``name[key]``.

    What is omitted, None or an empty text is not sent, as by the official package. Raises `GroqError` for a number that is
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
