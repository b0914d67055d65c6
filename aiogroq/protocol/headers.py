"""Request headers: merged, and checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from multidict import CIMultiDict

from ..errors import GroqError
from ..types._omit import Omit, is_omitted
from .redaction import Secret, is_secret

# RFC 9110, 5.6.2: a token. 5.5: of a value only visible ASCII, blanks and tabs are sure to arrive as they are.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_OF_THE_BODY = frozenset({"content-length", "transfer-encoding"})


def merge_headers(base: CIMultiDict[str], more: Mapping[str, str | Omit]) -> CIMultiDict[str]:
    """Return ``base`` with ``more`` over it; `omit` removes a header.

    Raises `GroqError` for a name or a value that HTTP cannot carry (a line break, a character that is not
    ASCII), `TypeError` for a value that is None.
    """
    merged = CIMultiDict(base)
    for name, value in more.items():
        if is_omitted(value):
            merged.pop(name, None)
        else:
            merged[name] = _checked(name, value)
    return merged


def _checked(name: str, value: Any) -> str:
    if value is None:
        raise TypeError(f"the header {name!r} is None; leave it out, or pass aiogroq.omit to take it away")
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    if is_secret(name):
        value = text = Secret(text)
    if name.lower() in _OF_THE_BODY:
        raise GroqError(f"the header {name!r} follows from the body; it is not sent as you give it")
    if not _NAME.fullmatch(name):
        raise GroqError(f"{name!r} cannot be the name of a header; it is not sent")
    if not _VALUE.fullmatch(text):
        # The value may be a secret, so it is not shown.
        raise GroqError(
            f"the header {name!r} has a line break or a character that is not ASCII in it; it is not sent"
        )
    return text
