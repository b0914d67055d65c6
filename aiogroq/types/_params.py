"""Types that the parameters of several endpoints share: call options, timeouts, files.

Modules with TypedDicts do not use ``from __future__ import annotations``: it would leave ``__required_keys__``
empty.
"""

import os
from collections.abc import AsyncIterable, Mapping
from typing import IO, Optional, Protocol, TypeVar, Union, runtime_checkable

from ._omit import Omit
from ._typing import TypeAlias, TypedDict

T = TypeVar("T")

Opt: TypeAlias = Union[T, None, Omit]
"""An optional parameter: a value, None for JSON null, or `omit` (``NOT_GIVEN``) to leave it out."""


@runtime_checkable
class TimeoutLike(Protocol):
    """An object with a timeout for each phase: `aiogroq.Timeout`, `httpx.Timeout` and
    `aiohttp.ClientTimeout`."""

    @property
    def connect(self) -> Optional[float]:
        """Seconds to wait for a connection. None means no timeout."""
        ...


TimeoutTypes: TypeAlias = Union[float, TimeoutLike, None, Omit]
"""Seconds, an object with a timeout for each phase, None for no timeout, or `omit` for the client's timeout."""

FileContent: TypeAlias = Union[bytes, bytearray, os.PathLike[str], IO[bytes], AsyncIterable[bytes]]
"""The content of an upload: bytes, a path, an open binary file, or an async iterable of chunks."""

FileTypes: TypeAlias = Union[
    FileContent,
    tuple[Optional[str], FileContent],
    tuple[Optional[str], FileContent, Optional[str]],
    tuple[Optional[str], FileContent, Optional[str], Mapping[str, str]],
]
"""An upload: its content, or ``(filename, content[, content_type[, headers]])``."""


class CallOptions(TypedDict, total=False):
    """Options that every call accepts besides the parameters of its endpoint."""

    extra_headers: Optional[Mapping[str, Union[str, Omit]]]
    """Headers to add to those of the client. `omit` as a value removes a header."""
    extra_query: Optional[Mapping[str, object]]
    """Query parameters to add to those of the client."""
    extra_body: Optional[object]
    """Fields to add to the request body, for parameters that this library does not declare."""
    timeout: TimeoutTypes
    """The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or
    None for no timeout."""
