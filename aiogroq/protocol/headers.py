"""Request headers: merged, checked before anything is sent, and shown without their secrets."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from typing import Any, SupportsIndex

from multidict import CIMultiDict

from ..errors import GroqError
from ..types._omit import Omit, is_omitted

# Besides the standard ones, those that gateways have: x-api-key, cf-access-client-secret, x-amz-security-token, ...
_SECRET = re.compile(
    r"authorization|cookie|(api|access|auth|private)[-_]?key|token$|secret|passw|credential|signature|^[-x_]*auth$"
)
# RFC 9110, 5.6.2: a token. 5.5: of a value only visible ASCII, blanks and tabs are sure to arrive as they are.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OF_THE_BODY = frozenset({"content-length", "transfer-encoding"})
_MIN_SCRUBBED = 12
_VALUE = re.compile(r"[\t\x20-\x7e]*")


class Secret(str):
    """A text that its ``repr`` does not show: that of a dictionary or a traceback with locals neither.

    What is made of it by its own methods and by ``+`` is a `Secret` too, since what shows values shortens them first:
    rich and structlog show the ``repr`` of a slice. ``str()``, ``format()`` and f-strings give the plain text, as do
    ``encode`` and ``join``: by them it is sent.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[redacted]'"

    def __getitem__(self, key: SupportsIndex | slice) -> Secret:
        return Secret(super().__getitem__(key))

    def __radd__(self, before: str) -> Secret:
        return Secret(str(before) + str(self))


def _kept_secret(name: str) -> Callable[..., Any]:
    """The method of `str` of this name, with each text in what it returns as a `Secret`."""
    plain = getattr(str, name)

    @wraps(plain)
    def method(self: Secret, *args: Any, **kwargs: Any) -> Any:
        made = plain(self, *args, **kwargs)
        return Secret(made) if isinstance(made, str) else type(made)(map(Secret, made))

    return method


for _name in (
    "__add__", "__mul__", "__rmul__", "capitalize", "casefold", "center", "expandtabs", "ljust", "lower", "lstrip",
    "partition", "removeprefix", "removesuffix", "replace", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "strip", "swapcase", "title", "translate", "upper", "zfill",
):  # fmt: skip
    setattr(Secret, _name, _kept_secret(_name))


@lru_cache(maxsize=256)
def is_secret(name: str) -> bool:
    """Whether the value of a header of this name is to be kept from view."""
    return _SECRET.search(name.lower()) is not None


def hide(key: str | None) -> str | None:
    """A key as a `Secret`; what is no text stays as it is."""
    return Secret(key) if isinstance(key, str) else key


def hide_values(headers: Mapping[str, str | Omit] | None) -> Mapping[str, str | Omit] | None:
    """Headers with the values of the secret ones as a `Secret`; what is no mapping stays as it is."""
    if not isinstance(headers, Mapping):
        return headers
    return {
        name: Secret(value) if isinstance(value, str) and is_secret(str(name)) else value
        for name, value in headers.items()
    }


def scrub(content: bytes, headers: Mapping[str, str]) -> bytes:
    """What a server sent, without the secrets of ``headers`` where it sends them back."""
    for name, value in headers.items():
        if isinstance(value, Secret) or is_secret(name):
            for word in _secret_words(value):
                # A shorter one may be a word of the text, and is no key.
                if len(word) >= _MIN_SCRUBBED:
                    content = content.replace(word, b"[redacted]")
    return content


def _secret_words(value: str) -> Iterator[bytes]:
    """What is secret in the value of a header: what follows its scheme, and the password in it where that is Basic."""
    scheme, _, word = value.rpartition(" ")
    yield word.encode()
    if scheme.lower() == "basic":
        with contextlib.suppress(ValueError):  # it is not what it says
            yield base64.b64decode(word).partition(b":")[2]


def scrub_text(text: str, headers: Mapping[str, str]) -> str:
    """`scrub` for a text, such as one that quotes the server."""
    return scrub(text.encode("utf-8", "surrogatepass"), headers).decode("utf-8", "surrogatepass")


def scrub_headers(answered: Mapping[str, str], headers: Mapping[str, str]) -> CIMultiDict[str]:
    """`scrub` for the headers of an answer."""
    return CIMultiDict([(name, scrub_text(value, headers)) for name, value in answered.items()])


def merge_headers(base: CIMultiDict[str], more: Mapping[str, str | Omit]) -> CIMultiDict[str]:
    """``base`` with ``more`` over it; `omit` takes a header away.

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


def redacted(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """The headers without the values of the secret ones."""
    return CIMultiDict({name: "[redacted]" if is_secret(name) else value for name, value in headers.items()})
