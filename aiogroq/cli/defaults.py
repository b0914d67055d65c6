"""The default models and voices of the commands."""

from __future__ import annotations

from typing import Final

CHAT_MODEL: Final = "openai/gpt-oss-20b"
SPEECH_MODEL: Final = "canopylabs/orpheus-v1-english"
SPEECH_VOICE: Final = "austin"
TRANSCRIPTION_MODEL: Final = "whisper-large-v3-turbo"
TRANSLATION_MODEL: Final = "whisper-large-v3"
"""The turbo model does not translate."""
