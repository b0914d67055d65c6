"""Response types of the embeddings endpoint."""

from __future__ import annotations

import sys
from array import array
from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, cast

import msgspec

from ._decode import log_schema_mismatch
from ._model import BaseModel, ListModel, Short


class EmbeddingUsage(BaseModel):
    """The token counts of the request."""

    prompt_tokens: int = 0
    """Tokens of the input."""
    total_tokens: int = 0
    """The same number, as embeddings generate no tokens."""


class Embedding(BaseModel):
    """The embedding of one input."""

    object: str = ""
    """Always ``embedding``."""
    index: int = 0
    """The index of the input, from 0."""
    embedding: list[float] | str = msgspec.field(default_factory=list[float])
    """The vector. With ``encoding_format="base64"`` its bytes as base64 text."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        sent = self.embedding
        if not isinstance(sent, str):
            return super().__rich_repr__()
        text = Short(f"<{len(sent)} characters of base64: {sent[:16]!r}...>")
        return [(name, text if value is sent else value) for name, value in super().__rich_repr__()]


class CreateEmbeddingResponse(ListModel):
    """One embedding for each input, in the order of the inputs."""

    keep_raw_body: ClassVar[bool] = False

    object: str = ""
    """Always ``list``."""
    data: list[Embedding] = msgspec.field(default_factory=list[Embedding])
    """The embeddings."""
    model: str = ""
    """The model id."""
    usage: EmbeddingUsage = msgspec.field(default_factory=EmbeddingUsage)
    """The token counts."""

    def __iter__(self) -> Iterator[Embedding]:
        return iter(self.data)


if TYPE_CHECKING:

    class EmbeddingFloats(Embedding):
        """The vector of one input, as a list of numbers."""

        embedding: list[float] = msgspec.field(default_factory=list[float])  # pyright: ignore[reportIncompatibleVariableOverride]
        """The vector."""

    class CreateEmbeddingFloatsResponse(CreateEmbeddingResponse):
        """One vector for each input, as lists of numbers, in the order of the inputs."""

        data: list[EmbeddingFloats] = msgspec.field(default_factory=list[EmbeddingFloats])  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride]
        """The embeddings."""

        def __iter__(self) -> Iterator[EmbeddingFloats]: ...

else:
    # For type checkers only: they know then what `encoding_format="float"` gives.
    EmbeddingFloats = Embedding
    """The embedding of one input, as a list of floats."""
    CreateEmbeddingFloatsResponse = CreateEmbeddingResponse
    """One embedding for each input, as lists of floats, in the order of the inputs."""


class EmbeddingArray(BaseModel):
    """The embedding of one input as an array: a sequence of floats, and a buffer that numpy reads without a
    copy.

    The service sends base64 text of little-endian 32-bit floats. A list of numbers becomes an array too. A
    value that is no vector stays as it was sent.
    """

    object: str = ""
    """Always ``embedding``."""
    index: int = 0
    """The index of the input, from 0."""
    if TYPE_CHECKING:
        embedding: array[float] = msgspec.field(default_factory=lambda: array("f"))
        """The vector: 32-bit floats (typecode ``f``)."""
    else:
        # What msgspec decodes in C: base64 text to bytes takes a third of the time of text and `b64decode`.
        embedding: list[float] | bytes = b""
        """The vector: an array of 32-bit floats (typecode ``f``)."""

    def __post_init__(self) -> None:
        sent: Any = self.embedding
        if isinstance(sent, (bytes, list)):
            self.embedding = _vector(cast("bytes | list[float]", sent))


class CreateEmbeddingArrayResponse(ListModel):
    """The response to ``encoding_format="array"``: one embedding for each input, in the order of the inputs."""

    keep_raw_body: ClassVar[bool] = False

    object: str = ""
    """Always ``list``."""
    data: list[EmbeddingArray] = msgspec.field(default_factory=list[EmbeddingArray])
    """The embeddings."""
    model: str = ""
    """The model id."""
    usage: EmbeddingUsage = msgspec.field(default_factory=EmbeddingUsage)
    """The token counts."""

    def __iter__(self) -> Iterator[EmbeddingArray]:
        return iter(self.data)


def _vector(sent: bytes | list[float]) -> Any:
    """Return ``sent`` as an array, or as it was sent if it is no vector: base64 text, or the list."""
    try:
        vector = array("f", sent)
    except (TypeError, ValueError, OverflowError):
        if isinstance(sent, list):
            return sent  # what is no number in it has been logged on its way in
        text = b64encode(sent).decode()
        log_schema_mismatch("EmbeddingArray.embedding", text)
        return text
    if isinstance(sent, bytes) and sys.byteorder == "big":  # they are sent in little-endian order
        vector.byteswap()
    return vector
