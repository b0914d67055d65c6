"""`run_batches`: the items of a job through the Batch API, at half the price, within 24 hours to 7 days.

Requests are split into parts by lines and bytes. Each part is a file on disk, then a file at the service, then a batch, then
results; `batch_parts` names the steps. A run may be killed between any two of them and started again with the same journal:
no part becomes two batches, and each item has one outcome.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextlib import aclosing
from pathlib import Path

from ...client import AsyncGroq
from ...errors import APIError, NotFoundError
from ...types.batches import Batch
from ..outcome import JobRequest, Outcome
from .files import PartFolder
from .parts import BatchJobError, BatchJournal, Part, PartNotes
from .polls import FIRST_S, MAX_S, Polls, Sleep
from .progress import BatchProgress, progress_of
from .results import PartResults
from .rules import ENDED, KEPT_S, MAX_BYTES, MAX_LINES, window_s
from .sender import PartSender
from .service import BatchService, is_transient

_MAX_OPEN = 32


def run_batches(
    client: AsyncGroq,
    requests: AsyncIterable[JobRequest],
    journal: BatchJournal,
    *,
    folder: Path,
    window: str = "24h",
    is_whole_input: bool = True,
    max_attempts: int = 3,
    max_lines: int = MAX_LINES,
    max_bytes: int = MAX_BYTES,
    first_poll_s: float = FIRST_S,
    max_poll_s: float = MAX_S,
    stop: asyncio.Event | None = None,
    sleep: Sleep = asyncio.sleep,
    on_progress: Callable[[BatchProgress], object] | None = None,
) -> BatchRun:
    """Send ``requests`` in batches and yield their outcomes, in the order in which batches end.

    ``requests`` are those without an outcome in ``journal``. **The caller appends each outcome to the journal before it asks
    for the next one**: a batch counts as taken over once the outcome after its last one is asked for. ``folder`` is where
    the files of the batches are until then; it belongs to the journal.

    ``window`` is the completion window, ``24h`` to ``7d``. What a batch leaves without a result is sent again in another
    one, at most ``max_attempts`` times in all; of a batch that somebody cancelled it is left, as `BatchRun.left` says.
    ``is_whole_input``: no later run has more items.
    ``stop`` ends the run soon: batches go on at the service, and the next run takes them over.

    Raises `ValueError` for options out of range. Iterating raises `BatchJobError`, `APIError` for what no repetition
    mends, and `OSError` for files; after each of them the same call goes on where it ended.
    """
    window_s(window)
    if max_attempts < 1:
        raise ValueError(f"max_attempts is 1 or more, not {max_attempts}")
    if not 1 <= max_lines <= MAX_LINES:
        raise ValueError(f"max_lines is 1 to {MAX_LINES:,}, not {max_lines:,}")
    notes, parts = PartNotes(journal), PartFolder(folder)
    sender = PartSender(client, notes, parts, window, max_lines, max_bytes, sleep)
    polls = Polls(first_poll_s, max_poll_s, sleep, stop)
    return BatchRun(requests, sender, parts, notes, polls, is_whole_input, max_attempts, on_progress)


class BatchRun:
    """The outcomes of one run over batches, as an async iterable. Made by `run_batches`; can be iterated once."""

    def __init__(
        self,
        requests: AsyncIterable[JobRequest],
        sender: PartSender,
        folder: PartFolder,
        notes: PartNotes,
        polls: Polls,
        is_whole_input: bool,
        max_attempts: int,
        on_progress: Callable[[BatchProgress], object] | None,
    ) -> None:
        self._requests = requests
        self._sender = sender
        self._folder = folder
        self._notes = notes
        self._polls = polls
        self._is_whole_input = is_whole_input
        self._max_attempts = max_attempts
        self._on_progress = on_progress
        self._seen: dict[int, Batch] = {}
        self._lost: list[Part] = []
        self.left: int = 0
        """Items of cancelled batches that have no outcome. The next run sends them again."""
        self.left_reason: str = ""
        """Why there are any, in words for the user."""

    def __aiter__(self) -> AsyncGenerator[Outcome, None]:
        return self._outcomes()

    async def _outcomes(self) -> AsyncGenerator[Outcome, None]:
        await self._sender.load()
        async for request in self._requests:
            if self._polls.is_stopped:
                return
            outcome = await self._sender.take(request)
            if outcome is not None:
                yield outcome
            # Results of parts of earlier runs wait for the end of the input: only then are all their items known.
            while len(new := self._sent_now()) >= _MAX_OPEN and not self._polls.is_stopped:
                async with aclosing(self._poll(new)) as outcomes:
                    async for outcome in outcomes:
                        yield outcome
                await self._polls.pause()
        if self._polls.is_stopped:
            return
        await self._sender.finish(is_whole_input=self._is_whole_input)
        while self._sender.sent and not self._polls.is_stopped:
            async with aclosing(self._poll([*self._sender.sent])) as outcomes:
                async for outcome in outcomes:
                    yield outcome
            if self._sender.sent:
                await self._polls.pause()
        if self._lost:
            raise _lost(self._lost[0])

    def _sent_now(self) -> list[Part]:
        """Return the parts of this run whose results were not taken over."""
        return [part for part in self._sender.sent if not part.is_resumed]

    async def _poll(self, parts: Iterable[Part]) -> AsyncGenerator[Outcome, None]:
        """Ask for the state of each batch, and yield the outcomes of those that have ended."""
        for part in parts:
            if self._polls.is_stopped:
                return
            try:
                batch = await self._retrieve(part)
                if batch is None:
                    continue
                self._seen[part.number] = batch
                self._report()
                if batch.status in ENDED:
                    async with aclosing(self._take_over(part, batch)) as outcomes:
                        async for outcome in outcomes:
                            yield outcome
            except NotFoundError:
                if part.is_over:  # not its own results: those that it left could not be sent again
                    raise
                # The results of the others are taken over first.
                self._sender.sent.remove(part)
                self._lost.append(part)

    async def _retrieve(self, part: Part) -> Batch | None:
        """Return the state of a batch, None where the service cannot tell at the moment."""
        try:
            return await self._service.retrieve(part.batch_id or "")
        except APIError as error:
            if isinstance(error, NotFoundError) and time.time() - part.created_at > KEPT_S:
                return Batch(id=part.batch_id or "", status="expired")
            if not is_transient(error):
                raise
            self._report(f"the state of batch {part.batch_id} is not known at the moment: {error.message}")
            return None

    async def _take_over(self, part: Part, batch: Batch) -> AsyncGenerator[Outcome, None]:
        """Yield the outcomes of a batch that has ended, and send what it left without a result again."""
        asked_for = len(part.wanted)
        results = PartResults(part, batch, part.attempt >= self._max_attempts)
        await self._notes.note(part, "taking over")
        if batch.status == "failed":
            for outcome in results.of_rejected_lines(await self._folder.names(part.number)):
                yield outcome
        else:
            async with aclosing(results.from_files(self._service, self._folder)) as outcomes:
                async for outcome in outcomes:
                    yield outcome
        again: Part | None = None
        if part.wanted and batch.status == "cancelled" and part.missing is None:
            self.left += len(part.wanted)
            self.left_reason = f"batch {batch.id} was cancelled; a new run sends the rest of its items again"
            part.wanted.clear()
        elif part.wanted and part.attempt >= self._max_attempts:
            for outcome in results.fail_all(results.error_of_rest()):
                yield outcome
        elif part.wanted:
            again = await self._sender.replace(part, part.attempt + 1)
        # Of a part whose results were half in the journal, nobody knows which lines are not in the input of this run.
        others = part.lines if part.missing is None else part.missing
        unclaimed = 0 if part.is_taking_over else max(0, others - asked_for)
        await self._notes.note(part, "taken over", status=batch.status, unclaimed=unclaimed)
        await self._sender.close(part, is_complete=not unclaimed)
        if again is not None:
            await self._sender.send(again)
            self._polls.restart()
        self._report()

    @property
    def _service(self) -> BatchService:
        return self._sender.service

    def _report(self, message: str = "") -> None:
        if self._on_progress is not None:
            open_parts = [(part, self._seen.get(part.number)) for part in self._sender.sent]
            self._on_progress(progress_of(open_parts, self._notes.last_number, message))


def _lost(part: Part) -> BatchJobError:
    return BatchJobError(
        f"batch {part.batch_id} (part {part.number} of the job), or its results, are not at the service: they belong to "
        f"another API key, or were deleted (the service keeps them for 30 days). Resume with the key that made the batch, "
        f"or begin anew with fresh=True"
    )
