"""Parameters of the audio endpoints."""

from collections.abc import Sequence
from typing import Literal

from ._params import CallOptions, FileTypes, Opt
from ._typing import Required, TypeAlias

TranscriptFormat: TypeAlias = Literal["json", "text", "verbose_json"]
"""The format of a transcript. The service has no ``srt`` and no ``vtt``: build them from segments or words."""


class TranscriptionParams(CallOptions, total=False):
    """Parameters of a transcription. Exactly one of ``file`` and ``url`` is required."""

    model: Required[str]
    """The model id: ``whisper-large-v3`` or ``whisper-large-v3-turbo``."""
    file: Opt[FileTypes]
    """The audio file: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm, at most 25 MB and at least 0.01 s
    long. Less than 10 s is billed as 10 s. The service uses the first audio track only, at 16 kHz mono."""
    url: Opt[str]
    """The address of the audio: http(s), or base64url. At most 25 MB on the free tier and 100 MB on the
    developer tier."""
    language: Opt[str]
    """The language of the audio as an ISO 639-1 code (``en``), or ``haw`` or ``yue``. It improves accuracy
    and latency."""
    prompt: Opt[str]
    """Text that guides the style and spelling, or the end of the previous audio segment: at most 896
    characters, in the language of the audio."""
    temperature: Opt[float]
    """The sampling temperature, 0 to 1; default 0. With 0 the model raises it by itself until the text meets
    its quality thresholds."""
    timestamp_granularities: Opt[Sequence[Literal["word", "segment"]]]
    """The timestamps of ``verbose_json``: ``segment`` (default), ``word``, or both. Word timestamps add
    latency."""


class TranscriptionCreateParams(TranscriptionParams, total=False):
    """All parameters of a transcription, under the name of the official package."""

    response_format: Opt[TranscriptFormat]
    """The format of the response: ``json`` (default), ``text``, or ``verbose_json`` with timestamps and
    quality values."""


class TranslationParams(CallOptions, total=False):
    """Parameters of a translation into English. Exactly one of ``file`` and ``url`` is required."""

    model: Required[str]
    """The model id: ``whisper-large-v3``. The turbo model does not translate."""
    file: Opt[FileTypes]
    """The audio file: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm, at most 25 MB and at least 0.01 s
    long. Less than 10 s is billed as 10 s. The service uses the first audio track only, at 16 kHz mono."""
    url: Opt[str]
    """The address of the audio: http(s), or base64url. At most 25 MB on the free tier and 100 MB on the
    developer tier."""
    language: Opt[str]
    """The target language: only ``en``. Documented in the service's guide, but not in its specification."""
    prompt: Opt[str]
    """Text that guides the style and spelling, or the end of the previous audio segment: at most 896
    characters, in English."""
    temperature: Opt[float]
    """The sampling temperature, 0 to 1; default 0. With 0 the model raises it by itself until the text meets
    its quality thresholds."""
    timestamp_granularities: Opt[Sequence[Literal["word", "segment"]]]
    """The timestamps of ``verbose_json``: ``segment``, ``word``, or both. Documented for translations in
    batches only."""


class TranslationCreateParams(TranslationParams, total=False):
    """All parameters of a translation, under the name of the official package."""

    response_format: Opt[TranscriptFormat]
    """The format of the response: ``json`` (default), ``text``, or ``verbose_json`` with timestamps and
    quality values."""


class SpeechParams(CallOptions, total=False):
    """Parameters of text to speech."""

    input: Required[str]
    """The text to speak. The Orpheus models accept at most 200 characters; the English one follows
    ``[directions]`` in the text."""
    model: Required[str]
    """The model id: ``canopylabs/orpheus-v1-english`` or ``canopylabs/orpheus-arabic-saudi``. An
    administrator of the organization must accept the terms of a model first (else 400
    ``model_terms_required``)."""
    voice: Required[str]
    """The voice: autumn, diana, hannah, austin, daniel or troy (English); abdullah, fahad, sultan, lulwa,
    noura or aisha (Arabic)."""
    response_format: Opt[Literal["flac", "mp3", "mulaw", "ogg", "wav"]]
    """The audio format; the specification's default is ``mp3``. The Orpheus models support only ``wav``."""
    sample_rate: Opt[Literal[8000, 16000, 22050, 24000, 32000, 44100, 48000]]
    """The sample rate in Hz; default 48000."""
    speed: Opt[float]
    """The speed of the speech as a factor, 0.5 to 5; default 1."""


SpeechCreateParams: TypeAlias = SpeechParams
"""`SpeechParams` under the name of the official package."""
