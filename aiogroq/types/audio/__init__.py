"""What the speech endpoints answer: text with its times. Speech itself is bytes and has no type here."""

from __future__ import annotations

from typing import Any

import msgspec

from .._model import BaseModel
from ..audio_params import (
    SpeechCreateParams,
    SpeechParams,
    TranscriptionCreateParams,
    TranscriptionParams,
    TranslationCreateParams,
    TranslationParams,
)

__all__ = [
    "SpeechCreateParams",
    "SpeechParams",
    "Transcription",
    "TranscriptionCreateParams",
    "TranscriptionParams",
    "TranscriptionSegment",
    "TranscriptionText",
    "TranscriptionWord",
    "Translation",
    "TranslationCreateParams",
    "TranslationParams",
    "XGroq",
]


class XGroq(BaseModel):
    """What Groq adds to the answer."""

    id: str = ""
    """The request id (``req_...``) to name in a question to Groq's support."""


class TranscriptionSegment(BaseModel):
    """A stretch of speech, a few seconds long."""

    id: int = 0
    """Its place in the list."""
    seek: int = 0
    """Offset of the decoder's window, in Whisper's own count."""
    start: float = 0.0
    """Where it begins, seconds from the start of the audio."""
    end: float = 0.0
    """Where it ends, seconds from the start of the audio."""
    text: str = ""
    """What is said, mostly with a leading space."""
    tokens: list[int] = msgspec.field(default_factory=list[int])
    """Token ids of the text."""
    temperature: float | None = None
    """The sampling temperature that was used in the end."""
    avg_logprob: float | None = None
    """Mean log probability of the tokens. Below -1 the text is not to be relied on."""
    compression_ratio: float | None = None
    """How well the text compresses. Above 2.4 it probably repeats itself."""
    no_speech_prob: float | None = None
    """How likely nothing is said, 0 to 1. High, with a low ``avg_logprob``, means silence."""
    audio_text: str | None = None
    """The text of the whole chunk that the segment was cut from."""
    token_scores: list[float] | None = None
    """A score for each token."""
    chunk_start: int | None = None
    """Where that chunk begins."""
    chunk_end: int | None = None
    """Where that chunk ends."""


class TranscriptionWord(BaseModel):
    """A word with its times."""

    word: str = ""
    """The word."""
    start: float = 0.0
    """Where it begins, seconds from the start of the audio."""
    end: float = 0.0
    """Where it ends, seconds from the start of the audio."""


class _SpeechText(BaseModel):
    """What transcriptions and translations have in common."""

    text: str = ""
    """All that is said."""
    task: str | None = None
    """``transcribe`` or ``translate``; only with ``verbose_json``."""
    language: str | None = None
    """The language by its English name ("English"), not by the code that was sent; only with ``verbose_json``."""
    duration: float | None = None
    """Length of the audio in seconds; only with ``verbose_json``."""
    segments: list[TranscriptionSegment] = msgspec.field(default_factory=list[TranscriptionSegment])
    """Stretches with their times; empty unless ``verbose_json`` with the granularity ``segment``."""
    words: list[TranscriptionWord] = msgspec.field(default_factory=list[TranscriptionWord])
    """Words with their times; empty unless ``verbose_json`` with the granularity ``word``."""
    x_groq: XGroq | None = None
    """Groq's request id."""


class Transcription(_SpeechText):
    """What is said in the audio, in its own language."""


class Translation(_SpeechText):
    """What is said in the audio, in English."""


class TranscriptionText(str):
    """What ``response_format="text"`` gives: a `str` that can also be read like a `Transcription`.

    The service sends the bare text, so everything else that a transcription may have is None.
    """

    __slots__ = ()

    language: None = None
    """Not sent with ``text``."""
    duration: None = None
    """Not sent with ``text``."""
    segments: None = None
    """Not sent with ``text``."""
    words: None = None
    """Not sent with ``text``."""
    x_groq: None = None
    """Not sent with ``text``."""

    @property
    def text(self) -> str:
        """The text as a plain `str`, as it was sent: the service often puts a space first."""
        return str.__str__(self)

    def to_dict(self) -> dict[str, Any]:
        """``{"text": ...}``, what ``response_format="json"`` would have given."""
        return {"text": self.text}
