"""Types of the audio endpoints, at the addresses of the official package. Generated speech is bytes and has no type."""

from ..audio_params import (
    SpeechCreateParams,
    SpeechParams,
    TranscriptionCreateParams,
    TranscriptionParams,
    TranslationCreateParams,
    TranslationParams,
)
from .transcription import Transcription, TranscriptionSegment, TranscriptionText, TranscriptionWord, XGroq
from .translation import Translation

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
