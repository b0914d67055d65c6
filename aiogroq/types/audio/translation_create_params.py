"""`TranslationCreateParams`, at its official address."""

from ..audio_params import TranslationCreateParams as TranslationCreateParams

__all__ = ["TranslationCreateParams"]
