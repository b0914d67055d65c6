"""What goes out: the headers of a request as they are sent, and one attempt of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from multidict import CIMultiDict

from ..protocol.headers import merge_headers
from .watch import Watch

ACCEPT_ENCODING = "gzip, deflate"
"""Codings whose end can be seen: a body in another one may be cut without a sign."""
_OURS = ("Accept", "Accept-Encoding", "User-Agent")


class SentHeaders:
    """Headers that were checked (`protocol.headers.merge_headers`), and their lines as they are sent. Not to be changed."""

    __slots__ = ("_plain", "lines", "values")

    def __init__(self, values: CIMultiDict[str]) -> None:
        self.values: CIMultiDict[str] = values
        self.lines: bytes = "".join([f"{name}: {value}\r\n" for name, value in values.items()]).encode()
        self._plain: CIMultiDict[str] | None = None

    def with_added(self, added: Mapping[str, str]) -> SentHeaders:
        """These and what somebody else adds to a request, such as a tracer."""
        return SentHeaders(merge_headers(self.values, added))

    @property
    def plain(self) -> CIMultiDict[str]:
        """The headers as plain texts: for aiohttp's public API, round which recorders and tracers stand."""
        if self._plain is None:
            self._plain = CIMultiDict([(name, str.__str__(value)) for name, value in self.values.items()])
        return self._plain


class Outgoing:
    """One attempt of a request: what the fast path is given as ``data``."""

    __slots__ = ("body", "headers", "watch")

    def __init__(self, headers: SentHeaders, body: Any, watch: Watch) -> None:
        self.headers: SentHeaders = headers
        """All that are sent, but the length of the body."""
        self.body: Any = body
        """Bytes, another body that aiohttp knows how to send, or None."""
        self.watch: Watch = watch
        """Is told the phases."""


def skipped_headers(body: Any) -> tuple[str, ...]:
    """The headers that aiohttp is not to add on its own: what the caller took away stays away."""
    return _OURS if isinstance(body, aiohttp.Payload) else (*_OURS, "Content-Type")
