"""What the service says about batches. The lines of their files have no types here."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ._model import BaseModel, ListModel
from ._typing import TypeAlias


class BatchError(BaseModel):
    """Something wrong with the input file."""

    code: str | None = None
    """The machine-readable reason."""
    message: str | None = None
    """What is wrong, for people."""
    param: str | None = None
    """The parameter at fault."""
    line: int | None = None
    """The line of the input file at fault."""


class BatchErrors(BaseModel):
    """What was wrong with the input file."""

    object: str | None = None
    """``list``."""
    data: list[BatchError] | None = None
    """The errors."""


class BatchRequestCounts(BaseModel):
    """How far a batch has come, in requests."""

    total: int = 0
    """Lines of the input file."""
    completed: int = 0
    """Requests that were answered."""
    failed: int = 0
    """Requests that failed."""


class Batch(BaseModel):
    """A batch job. It runs until ``status`` is ``completed``, ``failed``, ``expired`` or ``cancelled``."""

    id: str = ""
    """What other requests name it by (``batch_...``)."""
    object: str = ""
    """``batch``."""
    endpoint: str = ""
    """Where its requests go, such as ``/v1/chat/completions``."""
    errors: BatchErrors | list[BatchError] | None = None
    """Why the input file was refused. The service documents two shapes; `error_list` reads both."""
    input_file_id: str = ""
    """The file of requests."""
    completion_window: str = ""
    """The time it may take, ``24h`` to ``7d``."""
    status: str = ""
    """``validating``, ``in_progress``, ``finalizing``, ``completed``, ``failed``, ``expired``, ``cancelling`` (up to
    10 minutes) or ``cancelled``."""
    output_file_id: str | None = None
    """The file of answers, in no particular order; None until there is one."""
    error_file_id: str | None = None
    """The file of requests that failed; None until there is one."""
    created_at: int = 0
    """When it was made, Unix seconds."""
    in_progress_at: int | None = None
    """When work on it began, Unix seconds."""
    finalizing_at: int | None = None
    """When the service began to write its files, Unix seconds."""
    completed_at: int | None = None
    """When it was done, Unix seconds."""
    failed_at: int | None = None
    """When it failed, Unix seconds."""
    expires_at: int | None = None
    """When its window closes, Unix seconds."""
    expired_at: int | None = None
    """When it ran out of time, Unix seconds."""
    cancelling_at: int | None = None
    """When its cancellation began, Unix seconds."""
    cancelled_at: int | None = None
    """When it was cancelled, Unix seconds."""
    request_counts: BatchRequestCounts | None = None
    """How far it has come."""
    metadata: dict[str, str] | None = None
    """What the caller attached to it."""

    @property
    def error_list(self) -> list[BatchError]:
        """The entries of ``errors``, in whichever shape the service sent them; empty for none."""
        entries = self.errors.data if isinstance(self.errors, BatchErrors) else self.errors
        return entries or []


BatchCreateResponse: TypeAlias = Batch
"""What making a batch answers."""
BatchRetrieveResponse: TypeAlias = Batch
"""What asking for one batch answers."""
BatchCancelResponse: TypeAlias = Batch
"""What cancelling a batch answers."""


class BatchPaging(BaseModel):
    """Where the list goes on."""

    next_cursor: str | None = None
    """What to send as ``cursor`` for the next page; None or empty on the last one."""


class BatchListResponse(ListModel):
    """One page of the organization's batches."""

    object: str = ""
    """``list``."""
    data: list[Batch] = msgspec.field(default_factory=list[Batch])
    """The batches of this page."""
    paging: BatchPaging | None = None
    """Where the list goes on; None where the service sent all."""

    @property
    def next_cursor(self) -> str | None:
        """What to send as ``cursor`` for the next page; None on the last one."""
        return (self.paging.next_cursor or None) if self.paging else None

    def __iter__(self) -> Iterator[Batch]:
        return iter(self.data)
