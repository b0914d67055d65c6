"""The results of a batch that has ended, as outcomes: matched by custom_id, whatever the status and the order.

The status does not say whether there are result files: an expired or cancelled batch has those of the requests that were
processed. A line without a known custom_id is ignored, of several with the same the first counts, and an item without a line
stays wanted.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from ...types.batches import Batch
from ..outcome import ItemError, Outcome
from .files import PartFolder, lines_of
from .lines import (
    decode_record,
    done_outcome,
    failed_outcome,
    is_transient,
    record_error,
    without_repeat,
)
from .parts import Part
from .service import BatchService

REJECTED = "BatchRejected"
EXPIRED = "BatchExpired"
NO_RESULT = "BatchResultMissing"


class PartResults:
    """Takes the results of one part over. An item is removed from `Part.wanted` with its outcome."""

    def __init__(
        self, part: Part, batch: Batch, is_last_attempt: bool, now: Callable[[], float] = time.time
    ) -> None:
        self._part = part
        self._batch = batch
        self._is_last_attempt = is_last_attempt
        self._now = now
        self._skipped: dict[str, int] | None = None
        self._free: dict[str, list[str]] = {}
        self.ignored: int = 0
        """Lines that are no results, or of no item of this run."""

    async def from_files(self, service: BatchService, folder: PartFolder) -> AsyncGenerator[Outcome, None]:
        """Download the result files and yield the outcomes in them.

        An error that may pass leaves its item wanted, unless this was the last attempt.
        """
        files = (("output", self._batch.output_file_id), ("error", self._batch.error_file_id))
        for kind, file_id in files:
            if not file_id:
                continue
            path = folder.results(self._part.number, kind)
            await service.download(file_id, path)
            async with aclosing(lines_of(path)) as lines:
                async for line in lines:
                    outcome = self._of_line(line)
                    if outcome is not None:
                        yield outcome

    def _of_line(self, line: bytes) -> Outcome | None:
        record = decode_record(line)
        name = self._wanted_name(record.custom_id) if record is not None else None
        if record is None or name is None:
            self.ignored += 1
            return None
        error = record_error(record)
        if error is None:
            item = self._part.wanted.pop(name)
            return done_outcome(item, self._part.endpoint, record, self._part.attempt, self._now())
        if is_transient(error) and not self._is_last_attempt:
            return None
        return self.fail(name, error)

    def _wanted_name(self, name: str) -> str | None:
        """Return which wanted line a result belongs to."""
        if self._skipped is None:
            self._skipped, self._free = _repeats(self._part)
        base = without_repeat(name)
        if base not in self._skipped:
            return name if name in self._part.wanted else None
        if self._skipped[base]:
            self._skipped[base] -= 1
            return None
        return self._free[base].pop() if self._free[base] else None

    def of_rejected_lines(self, names: list[str]) -> list[Outcome]:
        """Return the outcomes of a batch whose input file was rejected. ``names`` are the custom_ids of its lines.

        A line that is named has its own error, and the others stay wanted. Without named lines the error is that of all.
        """
        outcomes: list[Outcome] = []
        errors = self._batch.error_list
        for error in errors:
            name = names[error.line - 1] if error.line and 1 <= error.line <= len(names) else None
            if name in self._part.wanted:
                message = f"the batch was rejected for this item: {error.message or 'no reason was given'}"
                outcomes.append(self.fail(name, ItemError(REJECTED, message, None, error.code)))
        if not any(error.line for error in errors):
            outcomes += self.fail_all(
                ItemError(REJECTED, self._rejection(), None, errors[0].code if errors else None)
            )
        return outcomes

    def fail_all(self, error: ItemError) -> list[Outcome]:
        """Return failed outcomes for all items that are still wanted."""
        return [self.fail(name, error) for name in [*self._part.wanted]]

    def fail(self, name: str, error: ItemError) -> Outcome:
        """Return the failed outcome of one line."""
        return failed_outcome(self._part.wanted.pop(name), error, self._part.attempt, self._now())

    def error_of_rest(self) -> ItemError:
        """Return the error of items that are left after the last attempt."""
        sent = f"sent {self._part.attempt} times" if self._part.attempt > 1 else "sent once"
        if self._batch.status == "expired":
            message = f"batch {self._batch.id} expired before this item was processed; it was {sent}"
            return ItemError(EXPIRED, f"{message}. Give a longer completion window, or use via='live'")
        if self._batch.status == "failed":
            return ItemError(REJECTED, self._rejection())
        message = f"batch {self._batch.id} ended as {self._batch.status} without a result for this item"
        return ItemError(NO_RESULT, f"{message}; it was {sent}")

    def _rejection(self) -> str:
        reasons = "; ".join(error.message or error.code or "" for error in self._batch.error_list[:3])
        return f"batch {self._batch.id} was rejected as a whole: {reasons or 'the service gave no reason'}"


def _repeats(part: Part) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return, for equal items of a part that an earlier run was taking over, how many results to skip, and the lines left.

    The journal has results of some of them and does not say of which lines. They are the first ones in the result files.
    """
    if not part.is_taking_over and part.missing is None:
        return {}, {}
    skipped: dict[str, int] = {}
    free: dict[str, list[str]] = {}
    for name in (*part.wanted, *part.unclaimed):
        base = without_repeat(name)
        free.setdefault(base, [])
        skipped.setdefault(base, 0)
        if name in part.wanted:
            free[base].append(name)
        else:
            skipped[base] += 1
    for base in [base for base, names in free.items() if skipped[base] + len(names) == 1]:
        del free[base], skipped[base]
    return skipped, free
