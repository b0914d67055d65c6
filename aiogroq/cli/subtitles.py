"""Writes subtitles from the segments of a transcription: SubRip (``srt``) and WebVTT (``vtt``).

The service returns segments with timestamps, but has no subtitle formats.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cue:
    """One subtitle."""

    start_s: float
    end_s: float
    text: str


def srt(cues: Iterable[Cue]) -> str:
    """Return the cues as SubRip, numbered from 1."""
    blocks = (
        f"{number}\n{_time(cue.start_s, ',')} --> {_time(cue.end_s, ',')}\n{_lines(cue.text)}\n"
        for number, cue in enumerate(_not_blank(cues), 1)
    )
    return "\n".join(blocks)


def vtt(cues: Iterable[Cue]) -> str:
    """Return the cues as WebVTT (https://www.w3.org/TR/webvtt1/), with ``&`` and ``<`` escaped."""
    blocks = (
        f"{_time(cue.start_s, '.')} --> {_time(cue.end_s, '.')}\n{_escaped(_lines(cue.text))}\n"
        for cue in _not_blank(cues)
    )
    return "\n".join(("WEBVTT\n", *blocks))


def _not_blank(cues: Iterable[Cue]) -> Iterable[Cue]:
    return (cue for cue in cues if cue.text.strip())


def _lines(text: str) -> str:
    # An empty line would end the cue.
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(seconds: float, point: str) -> str:
    """``hh:mm:ss,mmm``, with ``point`` before the milliseconds."""
    total_ms = round(max(0.0, seconds) * 1000)
    minutes, ms = divmod(total_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}{point}{ms % 1000:03}"
