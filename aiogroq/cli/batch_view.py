"""How ``aiogroq batch`` shows a batch: as facts, and as a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiogroq.types.batches import Batch


def processed(found: Batch) -> str:
    """Return how much of a batch is processed, with a comma before it; empty while that is not known."""
    counts = found.request_counts
    return (
        f", {counts.completed + counts.failed} of {counts.total} processed" if counts and counts.total else ""
    )


def facts(found: Batch) -> list[tuple[str, str]]:
    """Return what the status shows, by name."""
    counts = found.request_counts
    done = f"{counts.completed} done, {counts.failed} failed, of {counts.total}" if counts else ""
    shown = [
        ("batch", found.id),
        ("status", found.status),
        ("requests", done),
        ("created", _time(found.created_at)),
        ("expires", _time(found.expires_at)),
        ("input", found.input_file_id),
        ("output", found.output_file_id or ""),
        ("errors", found.error_file_id or ""),
        ("metadata", _metadata(found)),
    ]
    for error in found.error_list:
        where = f"line {error.line}: " if error.line else ""
        shown.append(("error", f"{where}{error.message or error.code or 'no reason given'}"))
    return [(name, value) for name, value in shown if value]


def cells(found: Batch) -> tuple[str, ...]:
    """Return the row of a batch in a list."""
    counts = found.request_counts
    processed = f"{counts.completed + counts.failed}/{counts.total}" if counts else ""
    return found.id, found.status, processed, _time(found.created_at), _metadata(found)


def _metadata(found: Batch) -> str:
    return " ".join(f"{name}={value}" for name, value in (found.metadata or {}).items())


def _time(seconds: int | None) -> str:
    from datetime import datetime  # imported when a command runs, so that --help is fast

    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S") if seconds else ""
