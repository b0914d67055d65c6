"""Response types of the batches endpoints. The lines of batch files have no types here."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ._model import BaseModel
from ._pages import PageModel
from ._typing import TypeAlias


class BatchError(BaseModel):
    """An error in the input file."""

    code: str | None = None
    """A machine-readable error code."""
    message: str | None = None
    """A description of the error."""
    param: str | None = None
    """The parameter that caused the error."""
    line: int | None = None
    """The line number in the input file."""


class BatchErrors(BaseModel):
    """The errors in the input file."""

    object: str | None = None
    """Always ``list``."""
    data: list[BatchError] | None = None
    """The errors."""


class BatchRequestCounts(BaseModel):
    """The progress of a batch, in requests."""

    total: int = 0
    """The number of requests in the input file."""
    completed: int = 0
    """The number of completed requests."""
    failed: int = 0
    """The number of failed requests."""


class Batch(BaseModel):
    """A batch job. It runs until ``status`` is ``completed``, ``failed``, ``expired`` or ``cancelled``."""

    id: str = ""
    """The id of the batch (``batch_...``)."""
    object: str = ""
    """Always ``batch``."""
    endpoint: str = ""
    """The endpoint of its requests, such as ``/v1/chat/completions``."""
    errors: BatchErrors | list[BatchError] | None = None
    """The errors in the input file. The service documents two shapes; `error_list` reads both."""
    input_file_id: str = ""
    """The id of the file with the requests."""
    completion_window: str = ""
    """The time within which the batch must complete, ``24h`` to ``7d``."""
    status: str = ""
    """``validating``, ``in_progress``, ``finalizing``, ``completed``, ``failed``, ``expired``,
    ``cancelling`` (up to 10 minutes) or ``cancelled``."""
    output_file_id: str | None = None
    """The id of the file with the responses, in no particular order. None until the file exists."""
    error_file_id: str | None = None
    """The id of the file with the failed requests. None until the file exists."""
    created_at: int = 0
    """Creation time, Unix seconds."""
    in_progress_at: int | None = None
    """Time when processing started, Unix seconds."""
    finalizing_at: int | None = None
    """Time when the service started to write the files, Unix seconds."""
    completed_at: int | None = None
    """Completion time, Unix seconds."""
    failed_at: int | None = None
    """Time of the failure, Unix seconds."""
    expires_at: int | None = None
    """Time when the completion window ends, Unix seconds."""
    expired_at: int | None = None
    """Time when the batch expired, Unix seconds."""
    cancelling_at: int | None = None
    """Time when the cancellation started, Unix seconds."""
    cancelled_at: int | None = None
    """Time when the batch was cancelled, Unix seconds."""
    request_counts: BatchRequestCounts | None = None
    """The progress of the batch."""
    metadata: dict[str, str] | None = None
    """The names and values that the request stored with the batch."""

    @property
    def error_list(self) -> list[BatchError]:
        """The entries of ``errors``, in either shape; empty if there are none."""
        entries = self.errors.data if isinstance(self.errors, BatchErrors) else self.errors
        return entries or []


BatchCreateResponse: TypeAlias = Batch
"""The response to creating a batch."""
BatchRetrieveResponse: TypeAlias = Batch
"""The response to retrieving a batch."""
BatchCancelResponse: TypeAlias = Batch
"""The response to cancelling a batch."""


class BatchPaging(BaseModel):
    """The position of the next page."""

    next_cursor: str | None = None
    """The ``cursor`` of the next page. None or empty on the last page."""


class BatchListResponse(PageModel):
    """One page of the organization's batches."""

    object: str = ""
    """Always ``list``."""
    data: list[Batch] = msgspec.field(default_factory=list[Batch])
    """The batches of this page."""
    paging: BatchPaging | None = None
    """The position of the next page. None if the service sent all batches."""

    @property
    def next_cursor(self) -> str | None:
        """The ``cursor`` of the next page, or None on the last page."""
        return (self.paging.next_cursor or None) if self.paging else None

    def __iter__(self) -> Iterator[Batch]:
        return self._items()
