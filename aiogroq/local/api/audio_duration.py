"""The duration of an audio file: from its header for known formats, estimated from its size for others.

Never raises, whatever a client uploads.
"""

from __future__ import annotations

from ..model.wav import read_wav

_ASSUMED_BYTES_PER_SECOND = 8_000
_MAX_DURATION_S = 100 * 3600.0
_MP3_KBPS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}


def audio_duration(audio: bytes) -> tuple[float, str | None]:
    """Return (seconds, text). The text is what our speech endpoint stored in the file, else `None`."""
    wav = read_wav(audio)
    if wav is not None:
        return wav
    for read in (_flac_s, _ogg_s, _mp4_s, _mp3_s):
        duration_s = read(audio)
        if duration_s is not None and 0 < duration_s < _MAX_DURATION_S:
            return duration_s, None
    return len(audio) / _ASSUMED_BYTES_PER_SECOND, None


def _flac_s(audio: bytes) -> float | None:
    """Read STREAMINFO: 20 bits of sample rate, 8 other bits, 36 bits of sample count."""
    if audio[:4] != b"fLaC" or len(audio) < 26:
        return None
    bits = int.from_bytes(audio[18:26], "big")
    rate, count = bits >> 44, bits & ((1 << 36) - 1)
    return count / rate if rate else None


def _ogg_s(audio: bytes) -> float | None:
    """Read the granule position of the last page: samples at 48 kHz for Opus, at the stored rate for Vorbis."""
    if audio[:4] != b"OggS":
        return None
    last = audio.rfind(b"OggS")
    position = int.from_bytes(audio[last + 6 : last + 14], "little")
    vorbis = audio[:200].find(b"\x01vorbis")
    rate = int.from_bytes(audio[vorbis + 12 : vorbis + 16], "little") if vorbis >= 0 else 48_000
    return position / rate if rate else None


def _mp4_s(audio: bytes) -> float | None:
    """Read the movie header: time scale and duration, with 32 bits in version 0 and 64 in version 1."""
    if audio[4:8] != b"ftyp":
        return None
    at = audio.find(b"mvhd")
    if at < 0:
        return None
    wide = audio[at + 4 : at + 5] == b"\x01"
    start, size = (at + 24, 8) if wide else (at + 16, 4)
    scale = int.from_bytes(audio[start : start + 4], "big")
    return int.from_bytes(audio[start + 4 : start + 4 + size], "big") / scale if scale else None


def _mp3_s(audio: bytes) -> float | None:
    """Read the bit rate of the first frame, after an ID3 tag whose length has 7 bits per byte."""
    at = 0
    if audio[:3] == b"ID3" and len(audio) > 10:
        size = 0
        for byte in audio[6:10]:
            size = size << 7 | byte & 0x7F
        at = 10 + size
    header = audio[at : at + 3]
    if len(header) < 3 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    kbps = _MP3_KBPS[1 if header[1] & 0x18 == 0x18 else 2][header[2] >> 4]
    return (len(audio) - at) / (kbps * 125) if kbps else None
