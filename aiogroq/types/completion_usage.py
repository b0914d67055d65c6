"""What a request cost: tokens, and seconds of the service's time."""

from __future__ import annotations

from ._model import BaseModel


class PromptTokensDetails(BaseModel):
    """What part of the prompt was cheaper."""

    cached_tokens: int = 0
    """Prompt tokens that came from the prompt cache: half price, and outside the tokens-per-minute limit."""


class CompletionTokensDetails(BaseModel):
    """What part of the answer was not shown as content."""

    reasoning_tokens: int = 0
    """Tokens spent on reasoning. They are counted in ``completion_tokens`` and paid like them."""


class CompletionUsage(BaseModel):
    """Token counts of one request, and how long the service worked on it."""

    queue_time: float | None = None
    """Seconds that the request waited before work on it began. Not part of ``total_time``."""
    prompt_tokens: int = 0
    """Tokens of the prompt, the definitions of tools included."""
    prompt_time: float | None = None
    """Seconds spent reading the prompt."""
    completion_tokens: int = 0
    """Tokens generated, reasoning included."""
    completion_time: float | None = None
    """Seconds spent generating, first token to last."""
    total_tokens: int = 0
    """``prompt_tokens + completion_tokens``."""
    total_time: float | None = None
    """Seconds of work: ``prompt_time + completion_time``, without the queue and the network."""
    prompt_tokens_details: PromptTokensDetails | None = None
    """Absent when nothing came from the cache."""
    completion_tokens_details: CompletionTokensDetails | None = None
    """Absent when the model does not reason."""

    @property
    def tokens_per_second(self) -> float | None:
        """Generation speed, ``completion_tokens / completion_time``; None where the service gave no time."""
        return self.completion_tokens / self.completion_time if self.completion_time else None


class UsageBreakdownModel(BaseModel):
    """The usage of one model inside a request."""

    model: str = ""
    """BaseModel id. The same id may stand in the list more than once."""
    usage: CompletionUsage | None = None
    """What that model used."""


class UsageBreakdown(BaseModel):
    """Usage by model, for systems that ask several models to answer one request."""

    models: list[UsageBreakdownModel] | None = None
    """One entry for each call of a model."""
