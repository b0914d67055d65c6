"""`TranscriptionCreateParams`, at its official address."""

from ..audio_params import TranscriptionCreateParams as TranscriptionCreateParams

__all__ = ["TranscriptionCreateParams"]
