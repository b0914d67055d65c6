"""The response type of translations."""

from __future__ import annotations

from .transcription import SpeechText


class Translation(SpeechText):
    """The text of the audio, in English."""
