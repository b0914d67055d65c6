"""Request headers: merged, checked before anything is sent, and shown without their secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from multidict import CIMultiDict

from ..errors import GroqError
from ..types._omit import Omit

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "api-key", "x-api-key"})
# RFC 9110, 5.6.2: a token. 5.5: of a value only visible ASCII, blanks and tabs are sure to arrive as they are.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


def merge_headers(base: CIMultiDict[str], more: Mapping[str, str | Omit]) -> CIMultiDict[str]:
    """``base`` with ``more`` over it; `omit` takes a header away.

    Raises `GroqError` for a name or a value that HTTP cannot carry (a line break, a character that is not
    ASCII), `TypeError` for a value that is None.
    """
    merged = CIMultiDict(base)
    for name, value in more.items():
        if isinstance(value, Omit):
            merged.pop(name, None)
        else:
            merged[name] = _checked(name, value)
    return merged


def _checked(name: str, value: Any) -> str:
    if value is None:
        raise TypeError(f"the header {name!r} is None; leave it out, or pass aiogroq.omit to take it away")
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    if not _NAME.fullmatch(name):
        raise GroqError(f"{name!r} cannot be the name of a header; it is not sent")
    if not _VALUE.fullmatch(text):
        # The value may be a secret, so it is not shown.
        raise GroqError(
            f"the header {name!r} has a line break or a character that is not ASCII in it; it is not sent"
        )
    return text


def redacted(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """The headers without the values of the secret ones."""
    return CIMultiDict(
        {name: "[redacted]" if name.lower() in _SECRET else value for name, value in headers.items()}
    )
