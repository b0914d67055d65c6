"""Response types of the fine-tuning endpoints, which are in closed beta."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ._model import BaseModel
from ._pages import PageModel


class FineTuning(BaseModel):
    """A fine-tuned model."""

    id: str = ""
    """The id of the fine-tuning."""
    name: str = ""
    """The name given to the model."""
    base_model: str = ""
    """The model that was fine-tuned."""
    type: str = ""
    """The format, such as ``lora``."""
    input_file_id: str = ""
    """The id of the uploaded file."""
    created_at: int | float = 0
    """Creation time, Unix seconds."""
    fine_tuned_model: str = ""
    """The id to pass as ``model``."""


class FineTuningResponse(BaseModel):
    """The response to creating and to retrieving a fine-tuning."""

    id: str = ""
    """The id of the fine-tuning."""
    object: str = ""
    """Always ``object``."""
    data: FineTuning | None = None
    """The fine-tuning."""


class FineTuningListResponse(PageModel):
    """One page of the organization's fine-tunings. Groq sends all of them in one."""

    object: str = ""
    """Always ``list``."""
    data: list[FineTuning] = msgspec.field(default_factory=list[FineTuning])
    """The fine-tunings."""

    def __iter__(self) -> Iterator[FineTuning]:
        return self._items()


class FineTuningDeleteResponse(BaseModel):
    """The response to deleting a fine-tuning."""

    id: str = ""
    """The id of the fine-tuning."""
    object: str = ""
    """Always ``fine_tuning``."""
    deleted: bool = False
    """Whether it was deleted."""
