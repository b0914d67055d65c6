"""`ClientConfig`: what all calls of one client share, with its URLs and its headers prepared once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict
from yarl import URL

from .._version import __version__
from ..errors import RequestInfo
from ..protocol.headers import merge_headers
from ..protocol.rate_limits import RateLimits
from ..protocol.rejected_modes import RejectedModes
from ..protocol.request import Request
from ..protocol.retry import Retry
from ..protocol.timeouts import Timeout
from ..protocol.urls import query_pairs, resolve
from ..types._omit import Omit
from .http_client import DefaultAioHttpClient
from .payloads import ACCEPT_ENCODING, EncodedHeaders
from .tls import warn_of_plain_http

if TYPE_CHECKING:
    from .call import Call

_MAX_CACHED_TARGETS = 256


@dataclass(frozen=True, eq=False, repr=False)
class ClientConfig:
    """The options of a client as its calls use them.

    Raises `GroqError` for a header that HTTP cannot carry, `ValueError` for one that the caller's own session cannot send.
    """

    http_client: DefaultAioHttpClient
    """The pool of connections."""
    root: URL
    """The API root, ``/v1`` included."""
    default_headers: Mapping[str, str | Omit]
    """Headers of every request, the key included; `omit` removes one of the library's."""
    default_query: Mapping[str, object]
    """Query parameters of every request."""
    timeout: Timeout
    """The timeouts of a call that brings none of its own."""
    max_retries: int
    """The retries of a call that brings no number of its own."""
    on_retry: Callable[[Retry], object] | None = None
    """Called before each wait for a retry."""
    retry_read_timeouts: bool = False
    """Whether a request that was sent whole is sent again after a timeout, though it may be paid twice."""
    paced_call: Callable[[ClientConfig, Request[Any]], Call] | None = None
    """Makes a call that is held back until the rate limits have room for it; None where calls are not."""
    is_path_added: bool = True
    """Whether ``root`` ends in a ``/v1`` that the caller's base_url did not have: for the error of a 404."""
    rate_limits: RateLimits = field(default_factory=RateLimits)
    """The latest rate limits of each model. Copies of a client share them."""
    rejected_modes: RejectedModes = field(default_factory=RejectedModes)
    """The ways to ask for JSON that the service has rejected, by model. Copies of a client share them."""
    _targets: dict[tuple[str, str], tuple[URL, RequestInfo]] = field(
        init=False, default_factory=dict[tuple[str, str], tuple[URL, RequestInfo]]
    )
    """By method and path: at most `_MAX_CACHED_TARGETS`."""
    _prepared: dict[tuple[bool, bool], EncodedHeaders] = field(init=False)
    """Headers of requests that bring none of their own: with a JSON body or not, with the body left open or not."""

    def __post_init__(self) -> None:
        warn_of_plain_http(self.root)
        object.__setattr__(self, "_prepared", _prepared_headers(self.root, self.default_headers))
        self.http_client.check_headers(self._prepared[False, False].values)

    def target(self, request: Request[Any]) -> tuple[URL, RequestInfo]:
        """Return the URL of a request with its query, and the same for errors. Cached for each method and path."""
        key = (request.method, request.path)
        target = self._targets.get(key)
        if target is None:
            url = resolve(self.root, request.path)
            target = (url, RequestInfo(request.method, str(url)))
            if len(self._targets) < _MAX_CACHED_TARGETS:
                self._targets[key] = target
        if not self.default_query and not request.query:
            return target
        merged = {**self.default_query, **(request.query or {})}
        pairs = [pair for name, value in merged.items() for pair in query_pairs(name, value)]
        url = target[0].update_query(pairs)
        return url, RequestInfo(request.method, str(url))

    def headers(self, request: Request[Any], is_left_open: bool) -> EncodedHeaders:
        """Return the headers of a request. Cached where it brings none of its own.

        ``is_left_open``: the body of the response stays on the socket when the call returns.
        """
        # Without a body too, as the official package: aiohttp would call a missing one an octet-stream.
        is_json = request.form is None and request.method != "GET"
        prepared = self._prepared[is_json, is_left_open]
        if request.form is None and not request.headers:
            return prepared
        merged = merge_headers(prepared.values, request.headers or {})
        if request.form is not None:
            merged.pop("Content-Type", None)  # the boundary belongs to the body
        if is_left_open:
            merged["Accept-Encoding"] = "identity"
        return EncodedHeaders(merged)


def _prepared_headers(root: URL, given: Mapping[str, str | Omit]) -> dict[tuple[bool, bool], EncodedHeaders]:
    ours = {
        "Host": root.host_port_subcomponent or "",
        "Accept": "application/json",
        "Accept-Encoding": ACCEPT_ENCODING,
        "User-Agent": f"aiogroq/{__version__}",
    }
    prepared: dict[tuple[bool, bool], EncodedHeaders] = {}
    for is_json in (False, True):
        base = CIMultiDict({**ours, "Content-Type": "application/json"} if is_json else ours)
        merged = merge_headers(base, given)
        prepared[is_json, False] = EncodedHeaders(merged)
        # A compressing proxy would hold events back until its window is full.
        prepared[is_json, True] = EncodedHeaders(merge_headers(merged, {"Accept-Encoding": "identity"}))
    return prepared
