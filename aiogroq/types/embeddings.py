"""What the embeddings endpoint answers."""

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
    """What the request cost."""

    prompt_tokens: int = 0
    """Tokens of the input."""
    total_tokens: int = 0
    """The same: embeddings generate no tokens."""


class Embedding(BaseModel):
    """The vector of one input."""

    object: str = ""
    """``embedding``."""
    index: int = 0
    """Which input it belongs to, counted from 0."""
    embedding: list[float] | str = msgspec.field(default_factory=list[float])
    """The vector; with ``encoding_format="base64"`` its bytes as base64 text."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        sent = self.embedding
        if not isinstance(sent, str):
            return super().__rich_repr__()
        text = Short(f"<{len(sent)} characters of base64: {sent[:16]!r}...>")
        return [(name, text if value is sent else value) for name, value in super().__rich_repr__()]


class CreateEmbeddingResponse(ListModel):
    """One vector for each input, in the order of the inputs."""

    keep_raw_body: ClassVar[bool] = False

    object: str = ""
    """``list``."""
    data: list[Embedding] = msgspec.field(default_factory=list[Embedding])
    """The vectors."""
    model: str = ""
    """The id of the model."""
    usage: EmbeddingUsage = msgspec.field(default_factory=EmbeddingUsage)
    """Tokens."""

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
        """The vectors."""

        def __iter__(self) -> Iterator[EmbeddingFloats]: ...

else:
    # For type checkers only: they know then what `encoding_format="float"` gives.
    EmbeddingFloats = Embedding
    CreateEmbeddingFloatsResponse = CreateEmbeddingResponse


class EmbeddingArray(BaseModel):
    """The vector of one input, as an array: a sequence of floats, and a buffer that numpy reads without a copy.

    It comes as base64 text of little-endian 32-bit floats. A list of numbers becomes an array as well; what can be
    no vector stays as it was sent.
    """

    object: str = ""
    """``embedding``."""
    index: int = 0
    """Which input it belongs to, counted from 0."""
    if TYPE_CHECKING:
        embedding: array[float] = msgspec.field(default_factory=lambda: array("f"))
        """The vector: 32-bit floats (typecode ``f``)."""
    else:
        # What msgspec decodes in C: base64 text to bytes takes a third of the time of text and `b64decode`.
        embedding: list[float] | bytes = b""

    def __post_init__(self) -> None:
        sent: Any = self.embedding
        if isinstance(sent, (bytes, list)):
            self.embedding = _vector(cast("bytes | list[float]", sent))


class CreateEmbeddingArrayResponse(ListModel):
    """One vector for each input, in the order of the inputs: the answer to ``encoding_format="array"``."""

    keep_raw_body: ClassVar[bool] = False

    object: str = ""
    """``list``."""
    data: list[EmbeddingArray] = msgspec.field(default_factory=list[EmbeddingArray])
    """The vectors."""
    model: str = ""
    """The id of the model."""
    usage: EmbeddingUsage = msgspec.field(default_factory=EmbeddingUsage)
    """Tokens."""

    def __iter__(self) -> Iterator[EmbeddingArray]:
        return iter(self.data)


def _vector(sent: bytes | list[float]) -> Any:
    """The array of a vector, or what was sent where it is none: its base64 text, or the list as it is."""
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
