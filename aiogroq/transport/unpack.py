"""Decompressing a body. aiohttp does so as well, but takes one that breaks off in the middle for whole."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import compression_utils

_STEP_BYTES = 256 * 1024
"""How much is unpacked at a time: a small body may unpack to a huge one."""
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""What zlib calls ``wbits``."""
_IS_ZLIB = 8
"""The method of compression, in the lower half of the first byte (RFC 1950); without it ``deflate`` has no head."""


class _Zlib:
    """Unpacks gzip, of which several may follow each other, and deflate."""

    def __init__(self, encoding: str) -> None:
        self._is_gzip = encoding == "gzip"
        self._member: Any = None
        self._left = b""
        self.has_more: bool = False
        """Whether there is more to be had without further data."""

    def unpack(self, data: bytes) -> bytes:
        """What comes of ``data`` and of what is left from before, a step of it. Raises `zlib.error`."""
        data = self._left + data
        if data and (self._member is None or self._member.eof):
            self._member = zlib.decompressobj(self._wbits(data))
        if self._member is None:
            return b""
        piece: bytes = self._member.decompress(data, _STEP_BYTES)
        self._left = self._member.unconsumed_tail or self._member.unused_data
        self.has_more = bool(self._left) or len(piece) == _STEP_BYTES
        return piece

    def _wbits(self, data: bytes) -> int:
        if self._is_gzip:
            return _GZIP
        return _ZLIB if data[0] & 0xF == _IS_ZLIB else _RAW

    @property
    def is_at_end(self) -> bool:
        """Whether it may end here."""
        return self._member is None or (self._member.eof and not self._left)


class _Other:
    """Unpacks what aiohttp finds a library for. Only some of them know of an end."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._decompressor: Any = None
        self.has_more: bool = False

    def unpack(self, data: bytes) -> bytes:
        """As that of `_Zlib`. Raises `RuntimeError` where the library is missing."""
        if self._decompressor is None:
            self._decompressor = self._make()
        piece: bytes = self._decompressor.decompress_sync(data, _STEP_BYTES)
        self.has_more = bool(piece) and self._decompressor.data_available
        return piece

    is_at_end = True


class UnpackError(aiohttp.ClientPayloadError):
    """A body that is not packed as its headers say."""


class CompressionCutError(UnpackError):
    """A compressed body ends before its compression does."""


class Unpacker:
    """Decompresses one body."""

    def __init__(self, unpacker: _Zlib | _Other, encoding: str) -> None:
        self._unpacker = unpacker
        self._encoding = encoding

    async def readany(self, packed: aiohttp.StreamReader) -> bytes:
        """The bytes that have arrived, a step of them, waiting for some; ``b""`` at the end.

        Raises `CompressionCutError` for an end in the middle, `UnpackError` for what is not packed so.
        """
        while packed.exception() is None and self._unpacker.has_more:
            if piece := self.unpack(b""):
                return piece
        while data := await packed.readany():
            if piece := self.unpack(data):
                return piece
        if not self._unpacker.is_at_end:
            raise CompressionCutError("its compression does not end")
        return b""

    def unpack(self, data: bytes) -> bytes:
        """What comes of ``data``, and of what is left from before: a step of it."""
        try:
            return self._unpacker.unpack(data)
        except Exception as error:
            self._unpacker.has_more = False
            raise UnpackError(f"it is no {self._encoding} ({error})") from error


def unpacker_for(encoding: str) -> Unpacker | None:
    """What decompresses a body of this ``Content-Encoding``; None for one that is not compressed."""
    encoding = encoding.strip().lower().removeprefix("x-")  # RFC 9110 has x-gzip mean gzip
    if encoding in ("gzip", "deflate"):
        return Unpacker(_Zlib(encoding), encoding)
    if encoding == "br":
        return Unpacker(_Other(compression_utils.BrotliDecompressor), encoding)
    if encoding == "zstd":
        return Unpacker(_Other(compression_utils.ZSTDDecompressor), encoding)
    return None
