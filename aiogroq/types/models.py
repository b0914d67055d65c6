"""Response types of the models endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ._model import BaseModel, ListModel


class ModelPricing(BaseModel):
    """Prices as decimal strings, because they are too small for floats. Undocumented, including the
    currency."""

    prompt: str | None = None
    """The price of one prompt token."""
    completion: str | None = None
    """The price of one generated token."""
    request: str | None = None
    """The price of one request."""


class Model(BaseModel):
    """A model. The service sends the fields from ``name`` on but does not document them, so they may
    disappear."""

    id: str = ""
    """The id to pass as ``model``. It may contain a slash, as in ``openai/gpt-oss-120b``."""
    object: str = ""
    """Always ``model``."""
    created: int = 0
    """Creation time, Unix seconds."""
    owned_by: str = ""
    """The organization that made the model, such as ``OpenAI``."""
    active: bool | None = None
    """Whether the model accepts requests."""
    context_window: int | None = None
    """The maximum number of tokens of prompt and completion together."""
    max_completion_tokens: int | None = None
    """The maximum number of tokens of a completion."""
    public_apps: Any = None
    """Null in all responses seen so far."""
    name: str | None = None
    """The display name."""
    input_modalities: list[str] | None = None
    """The accepted kinds of input: ``text``, ``image``, ``audio``."""
    output_modalities: list[str] | None = None
    """The kinds of output: ``text``, ``speech``, ``transcription``."""
    supported_features: list[str] | None = None
    """Supported features: ``tools``, ``json_mode``, ``structured_outputs``, ``reasoning``."""
    supported_sampling_parameters: list[str] | None = None
    """The names of the supported sampling parameters."""
    pricing: ModelPricing | None = None
    """The prices."""


class ModelListResponse(ListModel):
    """All models that the key may use."""

    object: str = ""
    """Always ``list``."""
    data: list[Model] = msgspec.field(default_factory=list[Model])
    """The models."""

    def __iter__(self) -> Iterator[Model]:
        return iter(self.data)


class ModelDeleted(BaseModel):
    """The response to deleting a fine-tuned model."""

    id: str = ""
    """The id of the model."""
    object: str = ""
    """Always ``model``."""
    deleted: bool = False
    """Whether the model was deleted."""
