"""Redaction: secrets as values that do not show themselves, and what a server sent without the secrets that it echoes.

What a server sends may be the request again, the key too. So every error that quotes it is built by
`protocol.status_errors`, which redacts it first.
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from typing import Any, SupportsIndex

from multidict import CIMultiDict

from ..types._omit import Omit

# Besides the standard ones, those that gateways have: x-api-key, cf-access-client-secret, x-amz-security-token, ...
_SECRET = re.compile(
    r"authorization|cookie|(api|access|auth|private)[-_]?key|token$|secret|passw|credential|signature|^[-x_]*auth$"
)
_MIN_REDACTED_BYTES = 12
"""A shorter word may be a word of the text, and is no key."""


class Secret(str):
    """A str whose ``repr`` is ``'[redacted]'``, also within the repr of a dict or in a traceback with locals.

    Its methods and ``+`` return a `Secret` too: rich and structlog show the ``repr`` of a slice. ``str()``, ``format()``,
    f-strings, ``encode`` and ``join`` return the plain text, which is what is sent.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[redacted]'"

    def __getitem__(self, key: SupportsIndex | slice) -> Secret:
        return Secret(super().__getitem__(key))

    def __radd__(self, before: str) -> Secret:
        return Secret(str(before) + str(self))


def _returning_secrets(name: str) -> Callable[..., Any]:
    """Return the method of `str` of this name, with each str in its result as a `Secret`."""
    plain = getattr(str, name)

    @wraps(plain)
    def method(self: Secret, *args: Any, **kwargs: Any) -> Any:
        result = plain(self, *args, **kwargs)
        return Secret(result) if isinstance(result, str) else type(result)(map(Secret, result))

    return method


for _name in (
    "__add__", "__mul__", "__rmul__", "capitalize", "casefold", "center", "expandtabs", "ljust", "lower", "lstrip",
    "partition", "removeprefix", "removesuffix", "replace", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "strip", "swapcase", "title", "translate", "upper", "zfill",
):  # fmt: skip
    setattr(Secret, _name, _returning_secrets(_name))


@lru_cache(maxsize=256)
def is_secret(name: str) -> bool:
    """Return whether the value of a header of this name is a secret."""
    return _SECRET.search(name.lower()) is not None


def hide(key: str | None) -> str | None:
    """Return a str as a `Secret`, and anything else as it is."""
    return Secret(key) if isinstance(key, str) else key


def hide_values(headers: Mapping[str, str | Omit] | None) -> Mapping[str, str | Omit] | None:
    """Return headers with secret values as a `Secret`, and what is no mapping as it is."""
    if not isinstance(headers, Mapping):
        return headers
    return {
        name: Secret(value) if isinstance(value, str) and is_secret(str(name)) else value
        for name, value in headers.items()
    }


def redact(content: bytes, sent: Mapping[str, str]) -> bytes:
    """Return what a server sent, with ``[redacted]`` for each secret of the request headers ``sent``."""
    for name, value in sent.items():
        if isinstance(value, Secret) or is_secret(name):
            for word in _secret_words(value):
                if len(word) >= _MIN_REDACTED_BYTES:
                    content = content.replace(word, b"[redacted]")
    return content


def _secret_words(value: str) -> Iterator[bytes]:
    """Yield the secrets in a header value: the part after its scheme, and of Basic credentials the password."""
    scheme, _, word = value.rpartition(" ")
    yield word.encode()
    if scheme.lower() == "basic":
        with contextlib.suppress(ValueError):  # not Base64
            yield base64.b64decode(word).partition(b":")[2]


def redact_text(text: str, sent: Mapping[str, str]) -> str:
    """`redact` for a str."""
    return redact(text.encode("utf-8", "surrogatepass"), sent).decode("utf-8", "surrogatepass")


def redact_headers(received: Mapping[str, str], sent: Mapping[str, str]) -> CIMultiDict[str]:
    """`redact` for the headers of a response."""
    return CIMultiDict([(name, redact_text(value, sent)) for name, value in received.items()])


def redact_request_headers(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """Return request headers with ``[redacted]`` for secret values."""
    return CIMultiDict({name: "[redacted]" if is_secret(name) else value for name, value in headers.items()})
