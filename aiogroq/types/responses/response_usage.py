"""The token counts of a response."""

from __future__ import annotations

from .._model import BaseModel


class InputTokensDetails(BaseModel):
    """The input tokens by kind."""

    cached_tokens: int | None = None
    """Tokens read from the cache, at half the price; they do not count against the rate limits."""
    reasoning_tokens: int | None = None
    """In the service's schema; not known to be sent."""


class OutputTokensDetails(BaseModel):
    """The output tokens by kind."""

    cached_tokens: int | None = None
    """In the service's schema; not known to be sent."""
    reasoning_tokens: int | None = None
    """Tokens of the reasoning, shown or hidden."""


class ResponseUsage(BaseModel):
    """The token counts of a response."""

    input_tokens: int = 0
    """Tokens of the input."""
    input_tokens_details: InputTokensDetails | None = None
    """The input tokens by kind."""
    output_tokens: int = 0
    """Tokens of the output, reasoning included."""
    output_tokens_details: OutputTokensDetails | None = None
    """The output tokens by kind."""
    total_tokens: int = 0
    """Tokens of input and output."""

    @property
    def prompt_tokens(self) -> int:
        """``input_tokens``, under the name that it has in chat completions."""
        return self.input_tokens

    @property
    def completion_tokens(self) -> int:
        """``output_tokens``, under the name that it has in chat completions."""
        return self.output_tokens

    @property
    def prompt_tokens_details(self) -> InputTokensDetails | None:
        """``input_tokens_details``, under the name that it has in chat completions."""
        return self.input_tokens_details
