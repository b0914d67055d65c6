"""Log probabilities of tokens. No model of the service returns them today."""

from __future__ import annotations

import msgspec

from .._model import BaseModel


class TopLogprob(BaseModel):
    """A candidate token at a position."""

    token: str = ""
    """The text of the token."""
    logprob: float = 0.0
    """The natural logarithm of its probability. -9999.0 means very unlikely."""
    bytes: list[int] | None = None
    """The UTF-8 bytes of the token, for characters that span several tokens. None if there are none."""


class ChatCompletionTokenLogprob(BaseModel):
    """A generated token with its log probability and the most likely alternatives."""

    token: str = ""
    """The text of the token."""
    logprob: float = 0.0
    """The natural logarithm of its probability. -9999.0 means very unlikely."""
    bytes: list[int] | None = None
    """The UTF-8 bytes of the token, for characters that span several tokens. None if there are none."""
    top_logprobs: list[TopLogprob] = msgspec.field(default_factory=list[TopLogprob])
    """The most likely tokens at this position, at most ``top_logprobs`` of them."""


class ChoiceLogprobs(BaseModel):
    """The log probabilities of one choice."""

    content: list[ChatCompletionTokenLogprob] | None = None
    """One entry for each token of the content."""
