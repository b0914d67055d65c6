"""`Need`: how much of each limit a request may use, estimated high, and `Estimates`: what responses teach of that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypedDict, cast

import msgspec

MIN_AUDIO_S = 10.0
"""The service counts at least so much for a recording. https://console.groq.com/docs/speech-to-text"""
_TOKENS_PER_BYTE = 0.5
"""Of a body of unknown content, before a response has come. English has 0.25, other scripts up to 0.5."""
_TEMPLATE_TOKENS = 80.0
"""What a model's chat template adds; the service counted 73 for the shortest prompt of gpt-oss."""
_IMAGE_TOKENS = 2_500.0
_COMPLETION_TOKENS = 1_024.0
"""Of a request without a maximum, before a response has come."""
_AUDIO_BYTES_PER_S = 16_000.0
"""Of a recording of unknown format: MP3 at 128 kbit/s."""
_FORGETTING = 0.02
"""The part by which a response lowers an estimate that was too high. One that was too low is raised at once."""
_DATA_URL = re.compile(rb'"data:[a-zA-Z0-9.+-]{1,64}/[^"]*"')


class Need(msgspec.Struct, frozen=True):
    """What a request may use of the limits, estimated high."""

    prompt_tokens: float = 0.0
    max_completion_tokens: float | None = None
    """The maximum that the request sets; None where it sets none."""
    audio_s: float = 0.0
    """Seconds of audio."""
    body_bytes: int = 0
    """The length of the body that ``prompt_tokens`` was estimated from, without images; 0 where it was not."""
    is_measured: bool = False
    """Whether ``audio_s`` was read from the recording, and not estimated."""


class _Maxima(TypedDict, total=False):
    """The arguments that bound a completion."""

    max_completion_tokens: Any
    max_tokens: Any
    max_output_tokens: Any


_MAXIMA = ("max_completion_tokens", "max_tokens", "max_output_tokens")
"""Their names. The first that is set holds."""
_maxima = msgspec.json.Decoder(_Maxima)


class Estimates:
    """What the responses of one model have taught: tokens per byte of a body, the length of a completion.

    Each is a peak that decays: a request may take as much as the largest of the last ones.
    """

    def __init__(self) -> None:
        self._tokens_per_byte: dict[int, float] = {}
        """By the size of the body, as the number of its bits: in small bodies the chat template weighs more."""
        self.completion_tokens: float | None = None
        self._audio_bytes_per_s = _AUDIO_BYTES_PER_S

    def prompt_tokens(self, body_bytes: int) -> float:
        """Return the tokens of a prompt, estimated from the length of its body."""
        size = body_bytes.bit_length()
        for near in (size, size - 1, size + 1):
            ratio = self._tokens_per_byte.get(near)
            if ratio is not None:
                return body_bytes * ratio
        return body_bytes * _TOKENS_PER_BYTE + _TEMPLATE_TOKENS

    def audio_s(self, content_bytes: int) -> float:
        """Return the seconds of a recording, estimated from its length."""
        return max(MIN_AUDIO_S, content_bytes / self._audio_bytes_per_s)

    def completion(self, need: Need) -> float:
        """Return the completion tokens of a request: its maximum, or what is usual."""
        if need.max_completion_tokens is not None:
            return need.max_completion_tokens
        if need.audio_s:
            return 0.0
        return _COMPLETION_TOKENS if self.completion_tokens is None else self.completion_tokens

    def learn(self, need: Need, prompt_tokens: float, completion_tokens: float) -> None:
        """Take over what one request used."""
        if need.body_bytes > 0 and prompt_tokens > 0:
            size = need.body_bytes.bit_length()
            ratio = prompt_tokens / need.body_bytes
            self._tokens_per_byte[size] = _decayed_peak(self._tokens_per_byte.get(size), ratio)
        if need.max_completion_tokens is None:
            self.completion_tokens = _decayed_peak(self.completion_tokens, completion_tokens)


def _decayed_peak(peak: float | None, value: float) -> float:
    if peak is None or value > peak:
        return value
    return peak + (value - peak) * _FORGETTING


def need_of(
    path: str,
    body: bytes | Mapping[str, Any] | None,
    estimates: Estimates | None = None,
    *,
    arguments: Mapping[str, Any] | None = None,
    file_bytes: int | None = None,
) -> Need:
    """Return what a request may use, estimated high. Never raises: what cannot be read is estimated from its length.

    ``path`` is that of the endpoint, such as ``/chat/completions``, or a name of `aiogroq.jobs`, such as ``chat``. ``body``
    is the encoded JSON, or for recordings the arguments, of which ``file`` is the recording. ``arguments`` are what the JSON
    was encoded from, where they are at hand.
    ``file_bytes`` is the length of one that is not in memory.
    """
    estimates = estimates or Estimates()
    if "transcription" in path or "translation" in path:
        return _need_of_recording(body if isinstance(body, Mapping) else {}, estimates, file_bytes)
    encoded = body if isinstance(body, bytes) else _encoded(body)
    is_text = "chat" in path or "responses" in path
    max_tokens = _max_completion_tokens(encoded, arguments) if is_text else 0.0
    images = 0
    length = len(encoded)
    if b'"data:' in encoded:
        texts, images = _DATA_URL.subn(b"", encoded)
        length = len(texts)
    return Need(
        estimates.prompt_tokens(length) + images * _IMAGE_TOKENS,
        max_tokens,
        body_bytes=0 if images else length,
    )


def _encoded(body: Mapping[str, Any] | None) -> bytes:
    try:
        return msgspec.json.encode(body or {}, enc_hook=str)
    except (TypeError, ValueError, msgspec.MsgspecError, RecursionError):
        return repr(body).encode(errors="replace")


def _max_completion_tokens(encoded: bytes, arguments: Mapping[str, Any] | None) -> float | None:
    try:
        maxima = _maxima.decode(encoded) if arguments is None else arguments
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    for name in _MAXIMA:
        value = maxima.get(name)
        if isinstance(value, int) and value > 0:
            return float(value)
    return None


def _need_of_recording(arguments: Mapping[str, Any], estimates: Estimates, file_bytes: int | None) -> Need:
    content: Any = arguments.get("file")
    if isinstance(content, tuple):  # name, content, type
        content = [*cast("tuple[object, ...]", content), None, None][1]
    if isinstance(content, (bytes, bytearray)):
        length = len(content)
        declared_s = wav_duration_s(bytes(content[:4096]), length)
        if declared_s is not None:
            return Need(audio_s=max(MIN_AUDIO_S, declared_s), max_completion_tokens=0.0, is_measured=True)
        return Need(audio_s=estimates.audio_s(length), max_completion_tokens=0.0)
    # The length of a path or of an open file is not read here: that would block the event loop.
    return Need(audio_s=estimates.audio_s(file_bytes or 0), max_completion_tokens=0.0)


def wav_duration_s(head: bytes, length: int) -> float | None:
    """Return the seconds that the header of a WAV file declares, or None for another file.

    ``head`` are its first bytes and ``length`` is that of the whole file. The service counts what the file declares.
    """
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    bytes_per_s = 0
    at = 12
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt " and at + 20 <= len(head):
            bytes_per_s = int.from_bytes(head[at + 16 : at + 20], "little")
        if name == b"data":
            # A recorder that writes to a pipe declares the largest size, or none.
            data_bytes = size if 0 < size < 0xFFFFFF00 else length - at - 8
            return data_bytes / bytes_per_s if bytes_per_s else None
        at += 8 + size + size % 2
    return None
