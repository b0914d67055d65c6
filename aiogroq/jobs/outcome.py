"""The values of a job: `JobRequest`, one item as it is sent, and `Outcome`, what became of it.

Structs, not dataclasses: there are several for each item, and they are made in C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

Endpoint = Literal["chat", "embeddings", "transcription", "translation", "speech"]
"""Where the items of a job are sent."""
Status = Literal["done", "length", "failed"]
"""``done``: a complete response. ``length``: a response that ended at its maximum of tokens. ``failed``: an error."""


class JobRequest(msgspec.Struct, frozen=True):
    """One item of a job, as it is sent."""

    index: int
    """Its position in the input, from 0."""
    id: str
    """Its id: that of the item where it has one, or its index."""
    endpoint: Endpoint
    body: Mapping[str, Any]
    """The arguments of the endpoint, ``model`` included."""
    key: bytes
    """The digest of ``endpoint`` and ``body``, 16 bytes. Together with ``id`` it identifies the item in a journal."""
    source: Any = None
    """The item as the caller gave it."""
    is_id_given: bool = True
    """Whether ``id`` came with the item. An item without one is known by ``key`` alone: its index may change."""
    is_text: bool = False
    """Whether all of ``body`` but the parameters of the job is text."""


@dataclass(frozen=True, slots=True)
class ItemError:
    """Why an item failed."""

    type: str
    """The name of the class of the error, such as ``RateLimitError``."""
    message: str
    status_code: int | None = None
    """The HTTP status; None where no response came."""
    code: str | None = None
    """The service's code."""


class ItemUsage(msgspec.Struct, frozen=True):
    """The tokens that an item used."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    """Prompt tokens that the service had cached."""
    audio_s: float = 0.0
    """Seconds of audio."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one item."""

    index: int
    id: str
    key: bytes
    status: Status
    attempts: int
    """How often it was sent."""
    finished_at: float
    """When, as a Unix time in seconds."""
    body: bytes | None = None
    """The body of the response: JSON, or for speech the path of the file as a JSON string. None where it failed, unless it
    failed because the response does not match the type of the job."""
    error: ItemError | None = None
    usage: ItemUsage = ItemUsage()
    is_resumed: bool = False
    """Whether it was read from the journal of an earlier run."""
    is_id_given: bool = True
    """As in `JobRequest`."""
