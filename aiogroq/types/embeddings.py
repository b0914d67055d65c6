"""What the embeddings endpoint answers."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from ._base import Model


class EmbeddingUsage(Model):
    """What the request cost."""

    prompt_tokens: int = 0
    """Tokens of the input."""
    total_tokens: int = 0
    """The same: embeddings generate no tokens."""


class Embedding(Model):
    """The vector of one input."""

    object: str = ""
    """``embedding``."""
    index: int = 0
    """Which input it belongs to, counted from 0."""
    embedding: list[float] | str = msgspec.field(default_factory=list[float])
    """The vector; with ``encoding_format="base64"`` its bytes as base64 text."""


class CreateEmbeddingResponse(Model):
    """One vector for each input, in the order of the inputs."""

    keeps_body: ClassVar[bool] = False

    object: str = ""
    """``list``."""
    data: list[Embedding] = msgspec.field(default_factory=list[Embedding])
    """The vectors."""
    model: str = ""
    """The id of the model."""
    usage: EmbeddingUsage = msgspec.field(default_factory=EmbeddingUsage)
    """Tokens."""
