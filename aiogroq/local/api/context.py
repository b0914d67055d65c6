"""What the endpoints share: settings, identifiers, rate limits, scripted replies and stores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..ids import Ids
from ..limit_errors import LimitExceeded
from ..limiter import Limiter
from ..model.scripted_replies import Replies
from ..rate_limits import DEFAULT_ORGANIZATION, Amount
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
    fine_tunings: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """By id, oldest first."""

    def admit(
        self,
        request: ApiRequest,
        model: str,
        *,
        prompt_tokens: int = 0,
        max_completion_tokens: int = 0,
        audio_s: float = 0.0,
        flex: bool = False,
    ) -> None:
        """Count *request* against the limits of *model*. Raises `ApiError` 413 or 429.

        Batches have rate limits of their own, which this server does not model.
        """
        if not request.is_batch_line:
            request.model = model
            try:
                request.charge = self.limiter.admit(
                    model,
                    Amount(1, prompt_tokens, max_completion_tokens, audio_s),
                    organization=self._organization(request),
                    service_tier="flex" if flex else "on_demand",
                )
            except LimitExceeded as error:
                request.limit_kind = error.kind
                raise

    def _organization(self, request: ApiRequest) -> str:
        if not self.settings.organizations or request.request_headers is None:
            return DEFAULT_ORGANIZATION
        key = request.request_headers.get("authorization", "").partition(" ")[2].strip()
        return self.settings.organizations.get(key, DEFAULT_ORGANIZATION)
