"""`BatchWorkers`: sends the items of a job in batches, in the place of `Workers`, which send them live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ...client import AsyncGroq
from ...errors import APIError
from ...limits import Pacer
from ...transport.threads import PARSING, run
from ..attempts import item_error
from ..counts import Counts
from ..intake import Intake
from ..journals.journal import Journal
from ..options import JobOptions
from ..outcome import JobRequest, Outcome
from ..values import mismatch_of
from .choice import window_for
from .parts import BatchJobError
from .progress import BatchProgress
from .run import run_batches

if TYPE_CHECKING:
    from ...schemas import TypedFormat

MAX_ATTEMPTS = 3
"""How many batches an item is sent in at most. ``max_attempts`` of a job may lower it."""


def batch_folder(journal: Path) -> Path:
    """Return the folder for the files of batches that are not over, beside a journal."""
    return journal.with_name(journal.name + ".batches")


class BatchWorkers:
    """Takes all items of a run, sends them in batches and records the outcomes."""

    def __init__(
        self,
        client: AsyncGroq,
        options: JobOptions,
        intake: Intake,
        counts: Counts,
        record: Callable[[JobRequest, Outcome], bool],
        leave: Callable[[str], object],
        journal: Journal,
    ) -> None:
        assert journal.path is not None
        self._client = client
        self._options = options
        self._intake = intake
        self._counts = counts
        self._record = record
        self._leave = leave
        self._journal = journal
        self._folder = batch_folder(journal.path)
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._open: dict[int, JobRequest] = {}
        """The requests without an outcome, by index. Of their bodies only the model is here: they are in the files of the
        batches."""
        self._models: dict[str, Mapping[str, str]] = {}
        self.pacers: dict[str, Pacer] = {}
        """None: batches have no effect on rate limits."""
        self.message: str = ""
        """The state of the batches, in one line."""

    async def run(self) -> None:
        """Work until all items have an outcome, or until `stop`. Raises what ends the job as a whole."""
        task = self._task = asyncio.get_running_loop().create_task(self._take_over())
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
            await asyncio.wait([task])
        if task.cancelled():
            return
        try:
            task.result()
        except APIError as error:
            raise BatchJobError(f"the job has ended: {error} Run it again to go on") from error

    def stop(self) -> None:
        """Send nothing more. `run` returns soon; batches go on at the service, and a later run takes them over."""
        self._stop.set()

    def drop(self) -> None:
        """End `run` now."""
        self.stop()
        if self._task is not None:
            self._task.cancel()

    async def _take_over(self) -> None:
        options = self._options
        batches = run_batches(
            self._client,
            self._requests(),
            self._journal,
            folder=self._folder,
            window=window_for(options.deadline_s),
            is_whole_input=options.limit is None,
            max_attempts=min(MAX_ATTEMPTS, options.max_attempts),
            stop=self._stop,
            on_progress=self._report,
        )
        async with aclosing(aiter(batches)) as outcomes:
            async for outcome in outcomes:
                self._counts.attempts += outcome.attempts
                self._counts.retries += max(0, outcome.attempts - 1)
                outcome = await _checked(outcome, options.typed)
                # What a batch has brought is recorded, also after the job was stopped: it is paid for.
                self._record(self._open.pop(outcome.index), outcome)
        if batches.left:
            self._leave(batches.left_reason)

    async def _requests(self) -> AsyncGenerator[JobRequest, None]:
        while (request := await self._intake.next()) is not None:
            model = str(request.body.get("model"))
            self._open[request.index] = replace(
                request, body=self._models.setdefault(model, {"model": model})
            )
            yield request

    def _report(self, progress: BatchProgress) -> None:
        self._counts.in_flight = progress.open_requests
        self.message = progress.message


async def _checked(outcome: Outcome, typed: TypedFormat[Any] | None) -> Outcome:
    """Return the outcome, or one that failed where its response has no value of the type of the job."""
    if typed is None or outcome.body is None or outcome.status != "done":
        return outcome
    # In a thread: a type may have validators of the user, and the loop may be that of all sync calls.
    mismatch = await run(PARSING, mismatch_of, outcome.body, typed)
    if mismatch is None:
        return outcome
    return replace(outcome, status="failed", error=item_error(mismatch))
