"""`BatchProgress`: the state of the batches of a job at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ...types.batches import Batch
from .parts import Part


@dataclass(frozen=True)
class BatchProgress:
    """The batches of a job at one moment."""

    batches: int
    """Batches made so far, those of earlier runs included."""
    open_batches: int
    """Batches that have not been taken over."""
    open_requests: int
    """Requests in them."""
    processed: int
    """Of these, requests that the service says it has processed."""
    message: str
    """What the user should know, in one line, such as ``2 batches: 1 in_progress, 1 validating; 40 of 900 processed``."""


def progress_of(parts: Sequence[tuple[Part, Batch | None]], made: int, message: str) -> BatchProgress:
    """Return the progress of the open parts, each with the latest state of its batch. ``message`` replaces that of the states."""
    requests = sum(part.lines for part, _ in parts)
    counts = [
        batch.request_counts for _, batch in parts if batch is not None and batch.request_counts is not None
    ]
    processed = sum(count.completed + count.failed for count in counts)
    if not message and parts:
        states = Counter(batch.status if batch is not None else "created" for _, batch in parts)
        listed = ", ".join(f"{count} {status}" for status, count in sorted(states.items()))
        plural = "batch" if len(parts) == 1 else "batches"
        message = f"{len(parts)} {plural}: {listed}; {processed:,} of {requests:,} processed"
    return BatchProgress(made, len(parts), requests, processed, message)
