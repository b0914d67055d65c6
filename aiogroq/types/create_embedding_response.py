"""`CreateEmbeddingResponse`, at its official address."""

from .embeddings import CreateEmbeddingResponse as CreateEmbeddingResponse
from .embeddings import EmbeddingUsage as Usage

__all__ = ["CreateEmbeddingResponse", "Usage"]
