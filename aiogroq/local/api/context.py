"""What the endpoints share: settings, identifiers, rate limits, scripted replies and stores."""

from __future__ import annotations

from dataclasses import dataclass

from ..ids import Ids
from ..model.scripted_replies import Replies
from ..rate_limits import Limiter
from ..settings import Settings
from .batch_runner import Batches
from .file_store import Files


@dataclass(frozen=True, slots=True)
class Context:
    """The state of one server."""

    settings: Settings
    ids: Ids
    limiter: Limiter
    replies: Replies
    files: Files
    batches: Batches
