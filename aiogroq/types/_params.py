"""Types that the parameters of several endpoints share: options of a call, time-outs, files.

These files do without ``from __future__ import annotations``, which would leave ``__required_keys__`` empty.
"""

import os
from collections.abc import AsyncIterable, Mapping
from typing import IO, Optional, Protocol, TypeVar, Union, runtime_checkable

from ._omit import Omit
from ._typing import TypeAlias, TypedDict

T = TypeVar("T")

Opt: TypeAlias = Union[T, None, Omit]
"""A parameter that may be left out: a value, None for JSON null, or `omit` (``NOT_GIVEN``) for not sent."""


@runtime_checkable
class TimeoutLike(Protocol):
    """A time-out in parts. `aiogroq.Timeout`, `httpx.Timeout` and `aiohttp.ClientTimeout` are such objects."""

    @property
    def connect(self) -> Optional[float]:
        """Seconds to wait for a connection; None for as long as it takes."""
        ...


TimeoutTypes: TypeAlias = Union[float, TimeoutLike, None, Omit]
"""Seconds, a time-out in parts, None for no limit, or `omit` for the client's own."""

FileContent: TypeAlias = Union[bytes, bytearray, os.PathLike[str], IO[bytes], AsyncIterable[bytes]]
"""The content of an upload: bytes, a path to read, an open binary file, or chunks as they come."""

FileTypes: TypeAlias = Union[
    FileContent,
    tuple[Optional[str], FileContent],
    tuple[Optional[str], FileContent, Optional[str]],
    tuple[Optional[str], FileContent, Optional[str], Mapping[str, str]],
]
"""An upload: its content, or ``(filename, content[, content_type[, headers]])``."""


class CallOptions(TypedDict, total=False):
    """What every call takes besides its own parameters."""

    extra_headers: Optional[Mapping[str, Union[str, Omit]]]
    """Headers to add to the client's; `omit` as a value takes one away."""
    extra_query: Optional[Mapping[str, object]]
    """Query parameters to add."""
    extra_body: Optional[object]
    """Fields to add to the body as they are, for parameters that this library does not know."""
    timeout: TimeoutTypes
    """Limits of this call instead of the client's: seconds, or an object such as `aiogroq.Timeout`."""
