"""What the endpoints share: settings, identifiers, rate limits, scripted replies and stores."""

from __future__ import annotations

from dataclasses import dataclass

from ..ids import Ids
from ..model.scripted_replies import Replies
from ..rate_limits import Limiter
from ..settings import Settings
from .batch_runner import Batches
from .file_store import Files
from .request import ApiRequest


@dataclass(frozen=True, slots=True)
class Context:
    """The state of one server."""

    settings: Settings
    ids: Ids
    limiter: Limiter
    replies: Replies
    files: Files
    batches: Batches

    def admit(
        self, request: ApiRequest, model: str, *, tokens: int = 0, audio_s: float = 0.0, flex: bool = False
    ) -> None:
        """Count *request* against the limits of *model*. Raises `ApiError` 413 or 429.

        Batches have rate limits of their own, which this server does not model.
        """
        if not request.is_batch_line:
            request.model = model
            tier = "flex" if flex else "on_demand"
            self.limiter.admit(model, tokens=tokens, audio_s=audio_s, service_tier=tier)

    def charge(self, request: ApiRequest, model: str, tokens: int) -> None:
        """Charge the tokens that an admitted request used."""
        if not request.is_batch_line:
            self.limiter.charge(model, tokens)
