"""Decompressing a body. aiohttp does so as well, but takes one that breaks off in the middle for whole.

Asked for are gzip and deflate alone (`payloads.ACCEPT_ENCODING`). A server that sends brotli or zstd all the same is understood
where a library for it is installed that knows the end of its stream.
"""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import Any, Protocol

import aiohttp

_STEP_BYTES = 256 * 1024
"""How much is unpacked at a time: a small body may unpack to a huge one."""
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""What zlib calls ``wbits``."""
_IS_ZLIB = 8
"""The method of compression, in the lower half of the first byte (RFC 1950); without it ``deflate`` has no head."""
_OTHER_CODINGS = frozenset({"aes128gcm", "compress", "dcb", "dcz", "exi", "pack200-gzip"})
"""The rest of the registry of HTTP content codings at IANA; what is not in it (``utf-8``) is no coding."""


class _Decoder(Protocol):
    has_more: bool
    """Whether there is more to be had without further data."""

    def decompress(self, data: bytes) -> bytes:
        """What comes of ``data`` and of what is left from before, a step of it."""
        ...

    @property
    def is_at_end(self) -> bool:
        """Whether it may end here."""
        ...


class _Zlib:
    """Unpacks gzip, of which several may follow each other, and deflate."""

    def __init__(self, coding: str) -> None:
        self._is_gzip = coding == "gzip"
        self._member: Any = None
        self._left = b""
        self.has_more: bool = False

    def decompress(self, data: bytes) -> bytes:
        """Raises `zlib.error`."""
        data = self._left + data
        if data and (self._member is None or self._member.eof):
            self._member = zlib.decompressobj(self._wbits(data))
        if self._member is None:
            return b""
        chunk: bytes = self._member.decompress(data, _STEP_BYTES)
        self._left = self._member.unconsumed_tail or self._member.unused_data
        self.has_more = bool(self._left) or len(chunk) == _STEP_BYTES
        return chunk

    def _wbits(self, data: bytes) -> int:
        if self._is_gzip:
            return _GZIP
        return _ZLIB if data[0] & 0xF == _IS_ZLIB else _RAW

    @property
    def is_at_end(self) -> bool:
        return self._member is None or (self._member.eof and not self._left)


class _Brotli:
    """Unpacks brotli, by the package ``brotli`` or ``brotlicffi``."""

    def __init__(self, library: Any) -> None:
        self._decompressor = library.Decompressor()
        self._is_bounded = hasattr(self._decompressor, "can_accept_more_data")  # since 1.2
        self._began = False
        self.has_more: bool = False

    def decompress(self, data: bytes) -> bytes:
        """Raises the library's error."""
        self._began = self._began or bool(data)
        if not self._is_bounded:
            return bytes(self._decompressor.process(data))
        chunk = bytes(self._decompressor.process(data, output_buffer_limit=_STEP_BYTES))
        self.has_more = not self._decompressor.can_accept_more_data() and not self._decompressor.is_finished()
        return chunk

    @property
    def is_at_end(self) -> bool:
        return not self._began or bool(self._decompressor.is_finished())


class _Zstd:
    """Unpacks zstd, of which several frames may follow each other, by the standard library or its backport."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._frame: Any = None
        self._left = b""
        self.has_more: bool = False

    def decompress(self, data: bytes) -> bytes:
        """Raises the library's error."""
        data = self._left + data
        self._left = b""
        if data and (self._frame is None or self._frame.eof):
            self._frame = self._library.ZstdDecompressor()
        if self._frame is None:
            return b""
        chunk: bytes = self._frame.decompress(data, _STEP_BYTES)
        if self._frame.eof:
            self._left = self._frame.unused_data
        self.has_more = bool(self._left) if self._frame.eof else not self._frame.needs_input
        return chunk

    @property
    def is_at_end(self) -> bool:
        return self._frame is None or (self._frame.eof and not self._left)


class _Refused:
    """A coding that cannot be undone here."""

    is_at_end = False

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self.has_more: bool = False

    def decompress(self, data: bytes) -> bytes:
        """Raises `ValueError`."""
        raise ValueError("nothing here understands it, and it was not asked for")


class DecompressionError(aiohttp.ClientPayloadError):
    """A body that is not packed as its headers say."""


class TruncatedBodyError(DecompressionError):
    """A compressed body ends before its compression does."""


class Decompressor:
    """Decompresses one body."""

    def __init__(self, decoders: list[tuple[str, _Decoder]]) -> None:
        self._decoders = decoders
        """The coding that was applied last stands first."""

    async def readany(self, packed: aiohttp.StreamReader) -> bytes:
        """The bytes that have arrived, a step of them, waiting for some; ``b""`` at the end.

        Raises `TruncatedBodyError` for an end in the middle, `DecompressionError` for what is not packed so.
        """
        while packed.exception() is None and any(decoder.has_more for _, decoder in self._decoders):
            if chunk := self.decompress(b""):
                return chunk
        while data := await packed.readany():
            if chunk := self.decompress(data):
                return chunk
            while any(decoder.has_more for _, decoder in self._decoders):
                if chunk := self.decompress(b""):
                    return chunk
        if not all(decoder.is_at_end for _, decoder in self._decoders):
            raise TruncatedBodyError("its compression does not end")
        return b""

    def decompress(self, data: bytes) -> bytes:
        """What comes of ``data``, and of what is left from before: a step of it."""
        for coding, decoder in self._decoders:
            try:
                data = decoder.decompress(data)
            except Exception as error:
                for _, each in self._decoders:
                    each.has_more = False
                raise DecompressionError(f"it is no {coding} ({error})") from error
        return data


def decompressor_for(encoding: str) -> Decompressor | None:
    """What decompresses a body of this ``Content-Encoding``; None for one that is not compressed."""
    codings = [
        coding.strip().lower().removeprefix("x-") for coding in encoding.split(",")
    ]  # RFC 9110: x-gzip is gzip
    decoders = [
        (coding, decoder) for coding in reversed(codings) if (decoder := _decoder(coding)) is not None
    ]
    return Decompressor(decoders) if decoders else None


def _decoder(coding: str) -> _Decoder | None:
    if coding in ("gzip", "deflate"):
        return _Zlib(coding)
    if coding == "br":
        library = _first("brotlicffi", "brotli")
        # An older one does not tell the end.
        is_usable = hasattr(getattr(library, "Decompressor", None), "is_finished")
        return _Brotli(library) if is_usable else _Refused(coding)
    if coding == "zstd":
        library = _first("compression.zstd", "backports.zstd")
        return _Zstd(library) if library is not None else _Refused(coding)
    return _Refused(coding) if coding in _OTHER_CODINGS else None


def _first(*names: str) -> Any:
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            pass
    return None
