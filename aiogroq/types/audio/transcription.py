"""The response types of transcriptions."""

from __future__ import annotations

from typing import Any

import msgspec

from .._model import BaseModel


class XGroq(BaseModel):
    """Groq's addition to the response."""

    id: str = ""
    """The request id (``req_...``). Groq's support asks for it."""


class TranscriptionSegment(BaseModel):
    """A segment of speech, a few seconds long."""

    id: int = 0
    """The index of the segment."""
    seek: int = 0
    """The offset of the decoder's window, in Whisper's own unit."""
    start: float = 0.0
    """Start time, in seconds from the start of the audio."""
    end: float = 0.0
    """End time, in seconds from the start of the audio."""
    text: str = ""
    """The text, usually with a leading space."""
    tokens: list[int] = msgspec.field(default_factory=list[int])
    """The token ids of the text."""
    temperature: float | None = None
    """The sampling temperature that the model used in the end."""
    avg_logprob: float | None = None
    """The mean log probability of the tokens. Below -1 the text is unreliable."""
    compression_ratio: float | None = None
    """The compression ratio of the text. Above 2.4 the text is probably repetitive."""
    no_speech_prob: float | None = None
    """The probability of no speech, 0 to 1. A high value with a low ``avg_logprob`` means silence."""
    audio_text: str | None = None
    """The text of the whole chunk that contains the segment."""
    token_scores: list[float] | None = None
    """The score of each token."""
    chunk_start: int | None = None
    """The start of the chunk that contains the segment."""
    chunk_end: int | None = None
    """The end of the chunk that contains the segment."""


class TranscriptionWord(BaseModel):
    """A word with its timestamps."""

    word: str = ""
    """The word."""
    start: float = 0.0
    """Start time, in seconds from the start of the audio."""
    end: float = 0.0
    """End time, in seconds from the start of the audio."""


class SpeechText(BaseModel):
    """The common fields of transcriptions and translations."""

    text: str = ""
    """The whole text."""
    task: str | None = None
    """``transcribe`` or ``translate``; only with ``verbose_json``."""
    language: str | None = None
    """The English name of the language (``English``), not the code of the request; only with
    ``verbose_json``."""
    duration: float | None = None
    """The length of the audio in seconds; only with ``verbose_json``."""
    segments: list[TranscriptionSegment] = msgspec.field(default_factory=list[TranscriptionSegment])
    """The segments with their timestamps; empty unless ``verbose_json`` with the granularity ``segment``."""
    words: list[TranscriptionWord] = msgspec.field(default_factory=list[TranscriptionWord])
    """The words with their timestamps; empty unless ``verbose_json`` with the granularity ``word``."""
    x_groq: XGroq | None = None
    """Groq's request id."""


class Transcription(SpeechText):
    """The text of the audio, in its own language."""


class TranscriptionText(str):
    """The response to ``response_format="text"``: a `str` with the attributes of a `Transcription`.

    The service sends only the text, so all other attributes are None.
    """

    __slots__ = ()

    language: None = None
    """Always None: not sent with ``text``."""
    duration: None = None
    """Always None: not sent with ``text``."""
    segments: None = None
    """Always None: not sent with ``text``."""
    words: None = None
    """Always None: not sent with ``text``."""
    x_groq: None = None
    """Always None: not sent with ``text``."""

    @property
    def text(self) -> str:
        """The text as a plain `str`, as it was sent, often with a leading space."""
        return str.__str__(self)

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"text": ...}``, as a response to ``response_format="json"`` would."""
        return {"text": self.text}
