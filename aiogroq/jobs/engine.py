"""`Engine`: one run of a job, from the opening of its journal to its report."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from ..client import AsyncGroq
from ..transport.threads import FILES, run
from .batches.auto import resolved_via
from .batches.workers import BatchWorkers
from .counts import Counts
from .delivery import Delivery
from .errors import JobError
from .forecast import Forecast
from .intake import Intake
from .journals.folder import FolderJournal, open_journal
from .journals.journal import Journal
from .options import JobOptions
from .outcome import JobRequest, Outcome
from .prices import Price, price_of
from .progress import Progress
from .reader import Items, Reader
from .results import JobReport, StopReason
from .waiting import Sources
from .workers import Workers

AnyJournal = Journal | FolderJournal
STOP_S = 10.0
"""How long a job that is stopped waits for what is in flight."""
TICK_S = 1.0
"""The journal is flushed to the disk, limits are looked at and progress is reported so often."""


class Engine:
    """One run of a job, on one event loop."""

    def __init__(self, client: AsyncGroq, items: Items, options: JobOptions) -> None:
        self._client = client
        self.options: JobOptions = options
        self._loop = asyncio.get_running_loop()
        self._started_at = self._loop.time()
        self.counts: Counts = Counts()
        self._reader = Reader(items, options.limit)
        self._sources = Sources(self._reader.sequence)
        self._journal: AnyJournal | None = None
        self._intake: Intake | None = None
        self._workers: Workers | BatchWorkers | None = None
        self.delivery: Delivery | None = None
        self.is_read: bool = True
        """Whether somebody takes the results. Otherwise they are only in the journal."""
        self._reason: StopReason = "complete"
        self._message = ""
        self.error: BaseException | None = None
        """What ended the job as a whole."""
        self.opened: asyncio.Event = asyncio.Event()
        """Set when the journal is open, or could not be opened."""
        self.forecast: Forecast = Forecast(options, self.counts)
        self._elapsed_s: float | None = None
        self._unwritten: list[tuple[JobRequest, int, Outcome]] = []
        """Outcomes that are not in the journal yet, and where they will be."""
        self._prices: dict[str, Price | None] = {}

    # ----------------------------------------------------------------------------------------- life of a run

    async def run(self) -> None:
        """Run the job to its end. What ends it as a whole is in `error` then."""
        watch = self.options.watch
        if watch is None:
            await self._run()
            return
        watcher = self._loop.create_task(watch.run(self.progress))
        try:
            await self._run()
        finally:
            watcher.cancel()
            await watch.end(self.progress(), self.report())

    async def _run(self) -> None:
        try:
            await self._open()
        except Exception as error:
            self.error = error
            self._reason = "error"
            return
        except BaseException:  # cancelled
            self._reason = "interrupted"
            raise
        finally:
            self.opened.set()
        assert self._workers is not None
        ticker = self._loop.create_task(self._tick())
        try:
            if self._reason == "complete":
                await self._workers.run()
        except Exception as error:
            self.error = error
            self._reason = "error"
        except BaseException:  # cancelled
            self._reason = "interrupted"
            raise
        finally:
            ticker.cancel()
            await self._end()

    async def _open(self) -> None:
        options = self.options
        if self._client.is_closed():
            raise JobError(
                "the job cannot start, because its client is closed; run it inside the client's `with` block"
            )
        opening = asyncio.ensure_future(run(FILES, self._open_files))
        try:
            journal = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await asyncio.wait([opening])  # what the thread opens is closed by `close`
            raise
        limits = options.own_pacing(self._client.pacing).limits_of(options.requests.model or "")
        via = await run(FILES, resolved_via, options, journal, self._reader.sequence, limits)
        if via != options.via:
            self.options = options = replace(options, via=via)
            self.forecast = Forecast(options, self.counts)
        self.delivery = Delivery(journal.read, self._sources, ordered=options.ordered)
        self._intake = Intake(self._reader, journal, options, self._deliver)
        self._workers = self._make_workers(journal, self._intake)
        if options.deadline_s is not None:
            self._loop.call_later(options.deadline_s, self.stop, "deadline")

    def _make_workers(self, journal: AnyJournal, intake: Intake) -> Workers | BatchWorkers:
        if self.options.via != "batch":
            return Workers(self._client, self.options, intake, self.counts, self._record, self._may_send)
        assert isinstance(journal, Journal)  # `resolved_via` rejects a folder
        leave = partial(self.stop, "cancelled")
        return BatchWorkers(self._client, self.options, intake, self.counts, self._record, leave, journal)

    def _open_files(self) -> AnyJournal:
        options = self.options
        if options.output_dir is not None:
            options.output_dir.mkdir(parents=True, exist_ok=True)
        if options.journal is None:
            self._journal = Journal.temporary(options.header)
        else:
            self._journal = open_journal(
                options.journal, options.folder, options.header, via=options.via, fresh=options.fresh
            )
        return self._journal

    async def _end(self) -> None:
        assert self._journal is not None
        assert self.delivery is not None
        self._elapsed_s = self._loop.time() - self._started_at
        self._write()
        try:
            await run(FILES, self._journal.sync)
            await self._reader.close()
            self._report_progress()
        except Exception as error:  # also of the callback of the caller
            if self.error is None:
                self.error = error
                self._reason = "error"
        finally:
            self.delivery.end(self.error)

    def stop(self, reason: StopReason = "interrupted", message: str = "") -> None:
        """Send nothing more, and end when what is in flight has ended, at the latest after `STOP_S`."""
        workers = self._workers
        if self._reason != "complete" or self._elapsed_s is not None:
            return
        self._reason, self._message = reason, message
        if workers is None:  # the journal is being opened
            return
        if isinstance(workers, Workers):
            self._message = message or workers.message
        workers.stop()
        self._loop.call_later(STOP_S, workers.drop)

    def interrupt(self) -> None:
        """Note that the run is cancelled, also before its first step."""
        if self._reason == "complete" and self._elapsed_s is None:
            self._reason = "interrupted"
        self.opened.set()

    def close(self) -> None:
        """Close the journal: nothing can be yielded any more. Blocks for a moment."""
        if self._journal is not None:
            self._journal.close()
        self._sources.close()

    async def _tick(self) -> None:
        """Do what is to be done every second."""
        assert self._journal is not None
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await run(FILES, self._journal.sync)
                self._report_progress()
                self._check_day_limits()
            except Exception as error:  # a disk that fails, or the callback of the caller
                self._fail(error)
                return

    # -------------------------------------------------------------------------------------------- outcomes

    def _record(self, request: JobRequest, outcome: Outcome) -> bool:
        """Write an outcome down, with others of this turn of the event loop, then deliver it: before a worker goes on that waits
        for one turn. Returns whether it goes on."""
        assert self._journal is not None
        offset = self._journal.add(outcome)
        if not self._unwritten:
            self._loop.call_soon(self._write)
        self._unwritten.append((request, offset, outcome))
        return self._reason == "complete"

    def _write(self) -> None:
        """Write outcomes down, and deliver them."""
        if not self._unwritten:
            return
        assert self._journal is not None
        assert self._intake is not None
        unwritten, self._unwritten = self._unwritten, []
        try:
            self._journal.flush()
            for request, offset, outcome in unwritten:
                self._count_cost(request, outcome)
                self._intake.settled(request, offset, outcome)
        except Exception as error:  # a disk that is full
            self._fail(error)
        self._check_failures()

    def _count_cost(self, request: JobRequest, outcome: Outcome) -> None:
        if outcome.status != "failed" or outcome.usage.prompt_tokens:
            price = self._price(str(request.body.get("model")))
            self.counts.add_cost(price, outcome.usage, is_batch=self.options.via == "batch")

    def _fail(self, error: Exception) -> None:
        if self.error is None:
            self.error = error
            self.stop("error")
            self._reason = "error"

    def _deliver(self, offset: int, outcome: Outcome, source: Any) -> None:
        self.counts.add(outcome)
        if self.is_read:
            assert self.delivery is not None
            self.delivery.put(offset, outcome, source)

    def _price(self, model: str) -> Price | None:
        try:
            return self._prices[model]
        except KeyError:
            price = self._prices[model] = price_of(model, self.options.prices)
            return price

    def _check_failures(self) -> None:
        """Stop the job where too many items failed."""
        counts, options = self.counts, self.options
        if options.max_failures is not None:
            if not options.allows_failures(counts.failed, counts.settled, self._reader.total):
                self.stop("max_failures")
            if self._reason == "max_failures":  # what is in flight may fail too
                self._message = f"{counts.failed} items failed; max_failures is {options.max_failures}"

    def _may_send(self) -> bool:
        """Stop the job before a request with which it would cost too much."""
        max_cost_usd = self.options.max_cost_usd
        if max_cost_usd is not None:
            self._write()  # counts all that has ended
            if self.counts.next_cost_usd() > max_cost_usd:
                dollars = f"{max_cost_usd:.10f}".rstrip("0").rstrip(".")
                self.stop("max_cost", f"max_cost_usd of {dollars} is reached")
        return self._reason == "complete"

    # --------------------------------------------------------------------------------------------- reports

    @property
    def elapsed_s(self) -> float:
        """Seconds since the run began, until its end."""
        return self._loop.time() - self._started_at if self._elapsed_s is None else self._elapsed_s

    def progress(self) -> Progress:
        """Return the state of the job."""
        workers = self._workers
        pacers = [] if workers is None else list(workers.pacers.values())
        message = self._message or ("" if workers is None else workers.message)
        return self.forecast.progress(self._reader.total, pacers, self.elapsed_s, message)

    def _report_progress(self) -> None:
        if self.options.on_progress is not None:
            self.options.on_progress(self.progress())

    def _check_day_limits(self) -> None:
        if self.options.deadline_s is None:
            return
        progress = self.progress()
        left_s = self.options.deadline_s - progress.elapsed_s
        if (
            self.forecast.is_bound_by_day
            and progress.remaining_s is not None
            and progress.remaining_s > left_s
        ):
            self.stop("day limit", progress.message)

    def report(self) -> JobReport:
        """Return the report of a run that has ended."""
        counts, options = self.counts, self.options
        return JobReport(
            **counts.values(),
            name=options.name,
            model=options.requests.model or "",
            via=options.via,
            reason=self._reason,
            elapsed_s=self.elapsed_s,
            journal=None if options.journal is None else str(options.journal),
            message=self._resume_message(),
        )

    def _resume_message(self) -> str:
        if self._reason == "complete":
            return self._message
        if self.options.journal is None:
            hint = "Pass journal='...' to be able to go on"
        else:
            hint = f"Run the same again, with the journal {self.options.journal}, to go on"
        return f"{self._message}. {hint}".removeprefix(". ")
