"""`SpeechCreateParams`, at its official address."""

from ..audio_params import SpeechCreateParams as SpeechCreateParams

__all__ = ["SpeechCreateParams"]
