"""`Transcription`, at its official address."""

from . import Transcription as Transcription

__all__ = ["Transcription"]
