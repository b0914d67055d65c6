"""What the service says about its models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ._model import BaseModel, ListModel


class ModelPricing(BaseModel):
    """Prices as decimal text, since they are too small for rounding. Undocumented, the currency too."""

    prompt: str | None = None
    """For one token of the prompt."""
    completion: str | None = None
    """For one generated token."""
    request: str | None = None
    """For one request."""


class Model(BaseModel):
    """A model. The fields from ``name`` on are sent by the live service but undocumented, so they may go."""

    id: str = ""
    """What requests name as ``model``; it may hold a slash, as in ``openai/gpt-oss-120b``."""
    object: str = ""
    """``model``."""
    created: int = 0
    """When it was made, Unix seconds."""
    owned_by: str = ""
    """Who made it, such as ``OpenAI``."""
    active: bool | None = None
    """Whether requests are served."""
    context_window: int | None = None
    """Most tokens that prompt and answer may have together."""
    max_completion_tokens: int | None = None
    """Most tokens that an answer may have."""
    public_apps: Any = None
    """Null wherever it was seen."""
    name: str | None = None
    """Its name for people."""
    input_modalities: list[str] | None = None
    """What it takes: ``text``, ``image``, ``audio``."""
    output_modalities: list[str] | None = None
    """What it gives: ``text``, ``speech``, ``transcription``."""
    supported_features: list[str] | None = None
    """What it can do: ``tools``, ``json_mode``, ``structured_outputs``, ``reasoning``."""
    supported_sampling_parameters: list[str] | None = None
    """Which sampling parameters it heeds, by name."""
    pricing: ModelPricing | None = None
    """What it costs."""


class ModelListResponse(ListModel):
    """All models that the key may use."""

    object: str = ""
    """``list``."""
    data: list[Model] = msgspec.field(default_factory=list[Model])
    """The models."""

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)


class ModelDeleted(BaseModel):
    """That a fine-tuned model was deleted."""

    id: str = ""
    """The model's id."""
    object: str = ""
    """``model``."""
    deleted: bool = False
    """Whether it is gone."""
