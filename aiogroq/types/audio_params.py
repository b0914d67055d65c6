"""What callers send to the speech endpoints."""

from collections.abc import Sequence
from typing import Literal

from ._params import CallOptions, FileTypes, Opt
from ._typing import Required, TypeAlias

TranscriptFormat: TypeAlias = Literal["json", "text", "verbose_json"]
"""How the text comes back. There is no ``srt`` and no ``vtt``: make them from segments or words."""


class TranscriptionParams(CallOptions, total=False):
    """Parameters of a transcription. Exactly one of ``file`` and ``url`` must be given."""

    model: Required[str]
    """``whisper-large-v3`` or ``whisper-large-v3-turbo``."""
    file: Opt[FileTypes]
    """The audio: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm, at most 25 MB; at least 0.01 s long.

    Under 10 s is billed as 10 s. Only the first track is read, at 16 kHz mono.
    """
    url: Opt[str]
    """Where the service finds the audio itself: http(s), or base64url. Up to 100 MB on paid tiers."""
    language: Opt[str]
    """The spoken language, ISO 639-1 (``en``), also ``haw`` and ``yue``. Given, it makes the result better and sooner."""
    prompt: Opt[str]
    """Words and style to expect, or the text before this piece. In the audio's language, at most 896 characters."""
    temperature: Opt[float]
    """Sampling temperature, 0 to 1, default 0: then the model raises it itself where the text comes out badly."""
    timestamp_granularities: Opt[Sequence[Literal["word", "segment"]]]
    """Which times ``verbose_json`` has: ``segment`` (default), ``word``, or both. Words take longer."""


class TranscriptionCreateParams(TranscriptionParams, total=False):
    """All parameters of a transcription, under the official name."""

    response_format: Opt[TranscriptFormat]
    """``json`` (default), ``text``, or ``verbose_json`` for times and quality marks."""


class TranslationParams(CallOptions, total=False):
    """Parameters of a translation into English. Exactly one of ``file`` and ``url`` must be given."""

    model: Required[str]
    """``whisper-large-v3``; the turbo model does not translate."""
    file: Opt[FileTypes]
    """The audio: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm, at most 25 MB; at least 0.01 s long."""
    url: Opt[str]
    """Where the service finds the audio itself: http(s), or base64url. Up to 100 MB on paid tiers."""
    language: Opt[str]
    """The language to translate into: only ``en``. The service's specification does not have it, its guide does."""
    prompt: Opt[str]
    """Words and style to expect, or the text before this piece. In English, at most 896 characters."""
    temperature: Opt[float]
    """Sampling temperature, 0 to 1, default 0: then the model raises it itself where the text comes out badly."""
    timestamp_granularities: Opt[Sequence[Literal["word", "segment"]]]
    """Which times ``verbose_json`` has. Undocumented for translations outside of batches."""


class TranslationCreateParams(TranslationParams, total=False):
    """All parameters of a translation, under the official name."""

    response_format: Opt[TranscriptFormat]
    """``json`` (default), ``text``, or ``verbose_json`` for times and quality marks."""


class SpeechParams(CallOptions, total=False):
    """Parameters of text to speech."""

    input: Required[str]
    """The text to speak. The Orpheus models take at most 200 characters; the English one heeds ``[directions]``."""
    model: Required[str]
    """``canopylabs/orpheus-v1-english`` or ``canopylabs/orpheus-arabic-saudi``.

    An administrator of the organization must accept a model's terms first (400 ``model_terms_required``).
    """
    voice: Required[str]
    """English: autumn, diana, hannah, austin, daniel, troy. Arabic: abdullah, fahad, sultan, lulwa, noura, aisha."""
    response_format: Opt[Literal["flac", "mp3", "mulaw", "ogg", "wav"]]
    """The form of the audio. The Orpheus models give ``wav`` only."""
    sample_rate: Opt[Literal[8000, 16000, 22050, 24000, 32000, 44100, 48000]]
    """Samples a second; default 48000."""
    speed: Opt[float]
    """How fast to speak, 0.5 to 5, default 1."""


SpeechCreateParams: TypeAlias = SpeechParams
"""`SpeechParams` under the official name."""
