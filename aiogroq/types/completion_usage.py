"""The usage of a request: tokens, and seconds of the service's time."""

from __future__ import annotations

from ._model import BaseModel


class PromptTokensDetails(BaseModel):
    """Details of the prompt tokens."""

    cached_tokens: int = 0
    """Prompt tokens from the prompt cache. They cost half and do not count against the tokens-per-minute
    limit."""


class CompletionTokensDetails(BaseModel):
    """Details of the completion tokens."""

    reasoning_tokens: int = 0
    """Tokens of the reasoning. They are included in ``completion_tokens`` and billed as such."""


class CompletionUsage(BaseModel):
    """The token counts and processing times of one request."""

    queue_time: float | None = None
    """Seconds in the queue before processing started. Not part of ``total_time``."""
    prompt_tokens: int = 0
    """Tokens of the prompt, including tool definitions."""
    prompt_time: float | None = None
    """Seconds spent on processing the prompt."""
    completion_tokens: int = 0
    """Generated tokens, including reasoning."""
    completion_time: float | None = None
    """Seconds spent on generating, from the first token to the last."""
    total_tokens: int = 0
    """``prompt_tokens + completion_tokens``."""
    total_time: float | None = None
    """Seconds of processing: ``prompt_time + completion_time``, without queue and network."""
    prompt_tokens_details: PromptTokensDetails | None = None
    """Details of the prompt tokens. None if no token came from the cache."""
    completion_tokens_details: CompletionTokensDetails | None = None
    """Details of the completion tokens. None if the model does not reason."""

    @property
    def tokens_per_second(self) -> float | None:
        """Generation speed, ``completion_tokens / completion_time``. None if the service sent no time."""
        return self.completion_tokens / self.completion_time if self.completion_time else None


class UsageBreakdownModel(BaseModel):
    """The usage of one model in a request."""

    model: str = ""
    """The model id. It may occur more than once in the list."""
    usage: CompletionUsage | None = None
    """The usage of this model."""


class UsageBreakdown(BaseModel):
    """The usage by model, for systems that use several models for one request."""

    models: list[UsageBreakdownModel] | None = None
    """One entry for each call of a model."""
