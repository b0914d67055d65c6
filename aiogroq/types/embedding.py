"""`Embedding`, at its official address."""

from .embeddings import Embedding as Embedding

__all__ = ["Embedding"]
