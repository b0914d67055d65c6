"""Decompression of response bodies. aiohttp takes a body that is truncated within its compression for whole; this does not.

Requests accept gzip and deflate only (`payloads.ACCEPT_ENCODING`). Brotli and zstd that a server sends anyway are decompressed
if a library is installed that reports the end of its data.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

import aiohttp

_STEP_BYTES = 256 * 1024
"""Most bytes that one step decompresses: a small body may decompress to a huge one."""
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""Values of ``wbits`` of zlib."""
_IS_ZLIB = 8
"""The compression method, in the lower half of the first byte (RFC 1950). Without it, ``deflate`` has no header."""
_UNSUPPORTED = frozenset({"aes128gcm", "compress", "dcb", "dcz", "exi", "pack200-gzip"})
"""The other HTTP content codings registered at IANA. A name that is not registered (``utf-8``) is no coding."""


class DecompressionError(aiohttp.ClientPayloadError):
    """A body is not encoded as its headers say."""


class TruncatedBodyError(DecompressionError):
    """A compressed body ends before its compression does."""


class _Decoder:
    """Decompresses one coding. Several compressed frames may follow each other.

    ``begin(data)`` returns the decompressor for a frame that starts with ``data``: one like those of `bz2` and `zlib`.
    """

    def __init__(self, coding: str, begin: Callable[[bytes], Any]) -> None:
        self._coding = coding
        self._begin = begin
        self._frame: Any = None
        self._left = b""
        self.has_more: bool = False
        """Whether `decompress` returns more without further data."""

    def decompress(self, data: bytes) -> bytes:
        """Return the next bytes, at most a step, of ``data`` and of what is left over. Raises `DecompressionError`."""
        self.has_more = False
        try:
            return self._next(self._left + data)
        except Exception as error:
            raise DecompressionError(f"invalid {self._coding} data ({error})") from error

    def _next(self, data: bytes) -> bytes:
        frame = self._frame
        if frame is None or frame.eof:
            if not data:
                return b""
            frame = self._frame = self._begin(data)
        chunk: bytes = frame.decompress(data, _STEP_BYTES)
        if frame.eof:
            self._left = frame.unused_data
            self.has_more = bool(self._left)
        else:
            self._left = getattr(frame, "unconsumed_tail", b"")  # zlib leaves it to the caller
            is_input_left = bool(self._left) or not getattr(frame, "needs_input", True)
            self.has_more = is_input_left or len(chunk) >= _STEP_BYTES
        return chunk

    @property
    def is_at_end(self) -> bool:
        """Whether the data may end here."""
        return self._frame is None or (self._frame.eof and not self._left)


class _BrotliFrame:
    """A decompressor of `brotli` or `brotlicffi` with the interface of `bz2`'s."""

    unused_data = b""

    def __init__(self, library: Any) -> None:
        self._decompressor = library.Decompressor()
        self._is_bounded = hasattr(self._decompressor, "can_accept_more_data")  # since 1.2

    def decompress(self, data: bytes, max_bytes: int) -> bytes:
        options = {"output_buffer_limit": max_bytes} if self._is_bounded else {}
        return bytes(self._decompressor.process(data, **options))

    @property
    def eof(self) -> bool:
        return bool(self._decompressor.is_finished())

    @property
    def needs_input(self) -> bool:
        return not self._is_bounded or bool(self._decompressor.can_accept_more_data())


class Decompressor:
    """Decompresses one body."""

    def __init__(self, decoders: list[_Decoder]) -> None:
        self._decoders = decoders
        """The coding that was applied last comes first."""

    async def readany(self, reader: aiohttp.StreamReader) -> bytes:
        """Return the next decompressed bytes, at most a step, waiting for some; ``b""`` at the end.

        Raises `TruncatedBodyError` if the compression has not ended, `DecompressionError` for invalid data.
        """
        while True:
            while reader.exception() is None and any(decoder.has_more for decoder in self._decoders):
                if chunk := self.decompress(b""):
                    return chunk
            data = await reader.readany()
            if not data:
                break
            if chunk := self.decompress(data):
                return chunk
        if not all(decoder.is_at_end for decoder in self._decoders):
            raise TruncatedBodyError("the compressed data is truncated")
        return b""

    def decompress(self, data: bytes) -> bytes:
        """Return the next decompressed bytes, at most a step. Raises `DecompressionError`."""
        try:
            for decoder in self._decoders:
                data = decoder.decompress(data)
        except DecompressionError:
            for decoder in self._decoders:
                decoder.has_more = False
            raise
        return data


def decompressor_for(encoding: str) -> Decompressor | None:
    """Return the decompressor for a ``Content-Encoding``, or None for one that names no compression."""
    # RFC 9110: x-gzip is gzip.
    codings = [coding.strip().lower().removeprefix("x-") for coding in encoding.split(",")]
    begins = [(coding, _begin(coding)) for coding in reversed(codings)]
    decoders = [_Decoder(coding, begin) for coding, begin in begins if begin is not None]
    return Decompressor(decoders) if decoders else None


def _begin(coding: str) -> Callable[[bytes], Any] | None:
    if coding == "gzip":
        return lambda _: zlib.decompressobj(_GZIP)
    if coding == "deflate":
        return lambda data: zlib.decompressobj(_ZLIB if data[0] & 0xF == _IS_ZLIB else _RAW)
    if coding == "br":
        brotli = _first_installed("brotlicffi", "brotli")
        if hasattr(
            getattr(brotli, "Decompressor", None), "is_finished"
        ):  # an older one does not report the end
            return lambda _: _BrotliFrame(brotli)
    elif coding == "zstd":
        zstd = _first_installed("compression.zstd", "backports.zstd")
        if zstd is not None:
            return lambda _: zstd.ZstdDecompressor()
    elif coding not in _UNSUPPORTED:
        return None
    return _unsupported


def _unsupported(data: bytes) -> Any:
    raise ValueError("this encoding is not supported, and the request did not accept it")


def _first_installed(*names: str) -> Any:
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            pass
    return None
