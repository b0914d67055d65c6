"""What operations share: the settings, the clock, the stores and the values that a call carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .ids import Ids
from .journal import ReceivedRequest
from .limits import Limiter, RateLimit
from .replies import Replies

if TYPE_CHECKING:
    from .batches import Batches
    from .store import Files


@dataclass(frozen=True)
class Settings:
    """How a server is set up; the parameters of `LocalGroq` with the same names explain them."""

    host: str
    port: int
    api_key: str | None
    data_dir: Path | None
    strict: bool
    rate_limits: Mapping[str, RateLimit]
    clock: Callable[[], float]
    latency_s: float
    tokens_per_second: float | None
    seed: int
    batch_step_s: float
    keepalive_timeout_s: float
    fault_header: bool
    allowed_hosts: tuple[str, ...]
    request_timeout_s: float
    max_pending_bytes: int
    on_request: Callable[[ReceivedRequest], None] | None
    max_json_bytes: int
    max_audio_bytes: int
    max_file_bytes: int
    max_files: int
    max_batches: int
    max_batch_lines: int
    log_limit: int | None
    log_body_bytes: int


@dataclass(slots=True)
class Call:
    """One request as the operations see it."""

    method: str
    path: str
    """As sent, without the query."""
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    request_id: str = ""
    request_headers: Mapping[str, str] | None = None
    """`None` for the lines of a batch, whose key was checked when the batch was made."""
    target: str = ""
    """The id in the path, decoded."""
    model: str = ""
    """Set by operations that count against a model's rate limits."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    """What the response says of its usage."""


@dataclass
class Context:
    """The state of one server."""

    settings: Settings
    ids: Ids
    limiter: Limiter
    replies: Replies
    files: Files = field(init=False)
    batches: Batches = field(init=False)

    def now(self) -> int:
        """Seconds since the epoch by the server's clock."""
        return int(self.settings.clock())
