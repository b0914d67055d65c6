"""The settings of one embedded server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from .rate_limits import Admission
from .request_log import ReceivedRequest

Allowance = Literal["json_schema", "json_schema_stream", "json_schema_tools"]
"""A rejection of the service that a server can leave out. `json_schema`: of JSON schemas for models without
`structured_outputs`. `json_schema_stream`: of JSON schemas with `stream`. `json_schema_tools`: of them, and of `json_object`,
with tools."""
ALLOWANCES: tuple[Allowance, ...] = get_args(Allowance)


@dataclass(frozen=True)
class Settings:
    """The settings of a server. `LocalGroq` documents its parameters with the same names."""

    host: str
    port: int
    api_key: str | None
    data_dir: Path | None
    strict: bool
    allow: frozenset[Allowance]
    admission: Admission
    organizations: Mapping[str, str]
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

    def now(self) -> int:
        """Return the seconds since the epoch by the server's clock."""
        return int(self.clock())
