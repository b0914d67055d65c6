"""Log probabilities of tokens. No model of the service gives them today."""

from __future__ import annotations

import msgspec

from aiogroq.types._model import BaseModel


class TopLogprob(BaseModel):
    """A token that could have stood at a position."""

    token: str = ""
    """The token's text."""
    logprob: float = 0.0
    """Natural logarithm of its probability; -9999.0 means very unlikely."""
    bytes: list[int] | None = None
    """The token's UTF-8 bytes, for characters that several tokens share; None where it has none."""


class ChatCompletionTokenLogprob(BaseModel):
    """A token of the answer, with its probability and its rivals."""

    token: str = ""
    """The token's text."""
    logprob: float = 0.0
    """Natural logarithm of its probability; -9999.0 means very unlikely."""
    bytes: list[int] | None = None
    """The token's UTF-8 bytes, for characters that several tokens share; None where it has none."""
    top_logprobs: list[TopLogprob] = msgspec.field(default_factory=list[TopLogprob])
    """The likeliest tokens at this position, at most as many as were asked for."""


class ChoiceLogprobs(BaseModel):
    """Log probabilities of one choice."""

    content: list[ChatCompletionTokenLogprob] | None = None
    """One entry for each token of the content."""
