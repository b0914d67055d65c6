"""`TextDecoder`: what a model wrote, as a value of a type."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from .decoders import Decoder, NotJSONError
from .mismatch import MismatchError

WRAPPER_KEY = "result"
"""The key of the object around a value that is no object."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class _Wrapper(msgspec.Struct):
    result: msgspec.Raw


_wrappers: msgspec.json.Decoder[_Wrapper] = msgspec.json.Decoder(_Wrapper)


class TextDecoder:
    """Decodes the text of a model."""

    def __init__(self, decoder: Decoder, *, is_wrapped: bool) -> None:
        self._decoder = decoder
        self._is_wrapped = is_wrapped

    def decode(self, text: str | bytes | None, *, lax: bool) -> Any:
        """Return the value. Raises `MismatchError`."""
        text = _as_str(text)
        if not text.strip():
            raise MismatchError("the text is empty")
        try:
            try:
                return self._exact_or_lax(_utf8(text), lax)
            except NotJSONError as error:
                return self._exact_or_lax(_mended(text, error, lax), lax)
        except NotJSONError as error:
            raise MismatchError(f"the text is not JSON: {error}") from None
        except RecursionError:
            raise MismatchError("the JSON is nested too deeply") from None

    def _exact_or_lax(self, data: bytes, lax: bool) -> Any:
        try:
            return self._value(data, lax=False)
        except MismatchError:
            if not lax:
                raise
        return self._value(data, lax=True)

    def _value(self, data: bytes, *, lax: bool) -> Any:
        if not self._is_wrapped:
            return self._decoder.decode(data, lax=lax)
        try:
            inner = bytes(_wrappers.decode(data).result)
        except msgspec.ValidationError as error:
            if lax:  # a model that was only told the schema may leave the object out
                return self._decoder.decode(data, lax=lax)
            raise MismatchError(str(error)) from None
        except msgspec.DecodeError as error:
            raise NotJSONError(str(error)) from None
        try:
            return self._decoder.decode(inner, lax=lax)
        except MismatchError as error:
            raise error.below(f"$.{WRAPPER_KEY}") from None


def _as_str(text: Any) -> str:
    if isinstance(text, str):
        return text
    if text is None:
        raise MismatchError("there is no text")
    if isinstance(text, (bytes, bytearray)):
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise MismatchError(f"the text is not UTF-8: {error.reason} at byte {error.start}") from None
    raise TypeError(f"decode() takes a text, as str or bytes, not {type(text).__name__}")


def _utf8(text: str) -> bytes:
    """Encode a text. A model that emits half an emoji writes a lone surrogate, which becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode()


def _mended(text: str, error: NotJSONError, lax: bool) -> bytes:
    """Return JSON that msgspec rejects as it accepts it: lone surrogates replaced and, if ``lax``, line ends in strings.

    Raises the error where the text is not JSON for the standard library, either.
    """
    try:
        value = json.loads(text, strict=not lax, parse_constant=_reject_constant)
    except ValueError as problem:
        raise _clearer(text, error, problem) from None
    return _utf8(json.dumps(value, ensure_ascii=False))


def _clearer(text: str, error: NotJSONError, problem: ValueError) -> NotJSONError:
    """Return msgspec's error, or a better one for a word such as ``nan``, which msgspec takes for a truncated ``null``."""
    if isinstance(problem, json.JSONDecodeError) and "truncated" in str(error):
        word = re.match("[A-Za-z]*", text[problem.pos : problem.pos + 20])
        if word and word[0] and not any(known.startswith(word[0]) for known in ("null", "true", "false")):
            return NotJSONError(f"JSON is malformed: {word[0]} is not JSON (character {problem.pos})")
    return error


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
