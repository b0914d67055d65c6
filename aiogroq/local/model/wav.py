"""Writes and reads WAV files. A file written here contains its text, so that it can be transcribed again.

The text is in a standard RIFF chunk (`LIST`/`INFO`/`ICMT`) before the samples, so it survives copying, streaming and
truncation. Players ignore it and play one tone per syllable.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array

from .words import words

_SYLLABLE_S = 0.11
_PAUSE_S = 0.07
_MAX_SPOKEN_S = 600.0
_LOUDNESS = 8000
_TONES_HZ = (196, 220, 247, 262, 294, 330)


def make_wav(text: str, sample_rate: int, speed: float) -> bytes:
    """Return a mono 16-bit WAV of about 150 words per minute at *speed* 1.0. *sample_rate* is in samples per second."""
    samples = b"".join(_syllables(text, sample_rate, speed))
    comment = text.encode("utf-8", "replace") + b"\0"
    comment += b"\0" * (len(comment) % 2)
    info = b"INFO" + b"ICMT" + struct.pack("<I", len(comment)) + comment
    form = struct.pack("<HHIIHH", 1, 1, sample_rate, sample_rate * 2, 2, 16)
    chunks = b"".join(
        _chunk(name, content) for name, content in ((b"fmt ", form), (b"LIST", info), (b"data", samples))
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def read_wav(audio: bytes) -> tuple[float, str | None] | None:
    """Return (seconds, text stored by `make_wav` or `None`), or `None` if *audio* is not a WAV."""
    if audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        return None
    bytes_per_second, data_size, text = 0, None, None
    at = 12
    while at + 8 <= len(audio):
        name, size = audio[at : at + 4], int.from_bytes(audio[at + 4 : at + 8], "little")
        start = at + 8
        # Streaming recorders leave the size at 0 or at its maximum; the bytes that are present count.
        present = max(0, min(size, len(audio) - start))
        if name == b"fmt " and present >= 16:
            bytes_per_second = int.from_bytes(audio[start + 8 : start + 12], "little")
        elif name == b"LIST":
            text = _comment(audio[start : start + present]) or text
        elif name == b"data":
            data_size = (data_size or 0) + (len(audio) - start if size in (0, 0xFFFFFFFF) else present)
        at = start + size + size % 2
    if data_size is None:
        return 0.0, text
    return data_size / (bytes_per_second or 32_000), text


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _comment(info: bytes) -> str | None:
    at = 4
    while info[:4] == b"INFO" and at + 8 <= len(info):
        size = int.from_bytes(info[at + 4 : at + 8], "little")
        if info[at : at + 4] == b"ICMT":
            return info[at + 8 : at + 8 + size].rstrip(b"\0").decode("utf-8", "replace")
        at += 8 + size + size % 2
    return None


def _syllables(text: str, sample_rate: int, speed: float) -> list[bytes]:
    spoken = words(text) or ["a"]
    pause = bytes(2 * int(sample_rate * _PAUSE_S / speed))
    parts: list[bytes] = []
    left_s = _MAX_SPOKEN_S
    for word in spoken:
        count = 1 + len(word) // 3
        left_s -= count * _SYLLABLE_S + _PAUSE_S
        if left_s < 0:
            break
        for syllable in range(count):
            tone_hz = _TONES_HZ[(ord(word[min(syllable * 3, len(word) - 1)]) + syllable) % len(_TONES_HZ)]
            parts.append(_tone(tone_hz, sample_rate, _SYLLABLE_S / speed))
        parts.append(pause)
    return parts


def _tone(tone_hz: int, sample_rate: int, duration_s: float) -> bytes:
    # Whole periods, so that consecutive tones do not click.
    period = round(sample_rate / tone_hz)
    wave = array("h", [round(_LOUDNESS * math.sin(2 * math.pi * step / period)) for step in range(period)])
    if sys.byteorder == "big":
        wave.byteswap()
    return wave.tobytes() * max(1, round(sample_rate * duration_s / period))
