"""`EmbeddingCreateParams`, at its official address."""

from .create_params import EmbeddingCreateParams as EmbeddingCreateParams

__all__ = ["EmbeddingCreateParams"]
