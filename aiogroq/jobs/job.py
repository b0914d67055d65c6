"""`AsyncJob`: a job as async code sees it."""

from __future__ import annotations

import asyncio
import warnings
import weakref
from collections.abc import AsyncIterator, Generator
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..client import AsyncGroq
from ..transport.threads import FILES, run
from ..types._typing import Self
from .engine import Engine
from .errors import JobError
from .options import JobOptions
from .outcome import Outcome
from .progress import Progress
from .reader import Items
from .results import JobReport, JobResult

V = TypeVar("V")

_BATCH = 256
_AWAITED = "the job was awaited, so its results are in its journal only; iterate it instead"


class AsyncJob(AsyncIterator[JobResult[V]], Generic[V]):
    """A job: iterate it for its results, or await it for its report.

    It starts when it is first iterated or awaited. Cancelling the iteration or the await closes it. After a ``break`` it goes
    on: close it with `aclose` or ``async with``. One that is garbage-collected is closed too. A job that was only awaited has
    its results in its journal. Several tasks may iterate it: each result goes to one of them.
    """

    def __init__(self, client: AsyncGroq, items: Items, options: JobOptions) -> None:
        self._arguments = (client, items, options)
        self._options = options
        self._engine: Engine | None = None
        self._task: asyncio.Task[None] | None = None
        self._report: JobReport | None = None
        self._finalizer: (
            weakref.finalize[[asyncio.AbstractEventLoop, Engine, asyncio.Task[None]], Any] | None
        ) = None
        self._is_closed = False
        self._is_started = False
        self._end_lock = asyncio.Lock()
        """Held by the task that closes the files: of several that iterate, each comes to the end."""

    def __del__(self) -> None:
        if not (self._is_started or self._is_closed):
            warnings.warn(
                f"the job {self._options.name!r} was never started: iterate it, or wait for it",
                RuntimeWarning,
                stacklevel=2,
                source=self,
            )

    # ------------------------------------------------------------------------------------------------ results

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> JobResult[V]:
        engine = self._engine
        if engine is not None and engine.is_read and engine.delivery is not None and not self._is_closed:
            found = engine.delivery.ready()
            if found is not None:
                return self._result(*found)
        try:
            batch = await self.next_batch(1)
        except asyncio.CancelledError:
            await self.aclose()
            raise
        if not batch:
            raise StopAsyncIteration
        return batch[0]

    async def next_batch(self, limit: int = _BATCH) -> list[JobResult[V]]:
        """Return the next results, at most ``limit`` of those that are there; empty at the end.

        Cancelling this leaves the job running, other than cancelling its iteration.
        Raises `JournalError`, `JobInputError`, or another `JobError` that ends the job, after the results before it.
        """
        if self._is_closed:
            if self._report is None:
                raise JobError("the job was closed")
            if self._engine is not None and not self._engine.is_read:
                raise JobError(_AWAITED)
            if self._engine is not None and self._engine.error is not None:
                raise self._engine.error
            return []
        engine = self._start()
        delivery = engine.delivery
        if delivery is None:
            await engine.opened.wait()
            delivery = engine.delivery
        if delivery is not None:
            if not engine.is_read:
                raise JobError(_AWAITED)
            while not self._is_closed:
                results: list[JobResult[V]] = []
                while len(results) < limit and (found := delivery.ready()) is not None:
                    results.append(self._result(*found))
                if results:
                    return results
                if not await delivery.wait():
                    break
        await self._finish()
        if engine.error is not None:
            raise engine.error
        return []

    def _result(self, outcome: Outcome, source: Any) -> JobResult[V]:
        return JobResult(outcome, self._options.requests.endpoint, source, self._options.typed)

    def __await__(self) -> Generator[Any, None, JobReport]:
        return self.wait().__await__()

    async def wait(self) -> JobReport:
        """Run the job to its end, and return its report. Cancelling this closes the job: see `aclose`.

        Raises what iterating raises. Results that nobody iterates are in the journal only.
        """
        try:
            return await self.final_report()
        except asyncio.CancelledError:
            await self.aclose()
            raise

    async def final_report(self) -> JobReport:
        """Return the report as `wait` does. Cancelling this leaves the job running."""
        if not self._is_closed:
            is_first = self._engine is None
            started = self._start()
            started.is_read = started.is_read and not is_first
            await self.ended()
            if not started.is_read:
                await self._finish()
        if self._engine is None:
            raise JobError("the job was closed")
        engine = self._engine
        if engine.error is not None:
            raise engine.error
        return self._report or engine.report()

    async def ended(self, timeout_s: float | None = None) -> None:
        """Wait until nothing is sent any more, at most ``timeout_s``."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=timeout_s)

    async def interrupt(self, timeout_s: float, *, drops: bool = False) -> None:
        """End the job early, as Ctrl-C in a sync program does, and make its report, within ``timeout_s``.

        What is in flight is finished, or with ``drops`` cancelled. Results that were not taken can still be iterated: the
        journal is closed only where nobody takes them.
        """
        engine, task = self._engine, self._task
        if engine is None or task is None or self._is_closed:
            return
        engine.stop()
        if drops:
            engine.interrupt()
            task.cancel()
        await self.ended(timeout_s)
        if not task.done():
            return
        self._report = engine.report()
        if not engine.is_read:
            await self._finish()

    # -------------------------------------------------------------------------------------------------- life

    def _start(self) -> Engine:
        self._is_started = True
        if self._engine is None:
            engine = self._engine = Engine(*self._arguments)
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(engine.run())
            self._finalizer = weakref.finalize(self, _close_forgotten, loop, engine, self._task)
            self._finalizer.atexit = False
        return self._engine

    async def _finish(self) -> None:
        """Wait for the end of the run, and close its files."""
        engine, task = self._engine, self._task
        assert engine is not None
        assert task is not None
        await asyncio.wait([task])
        async with self._end_lock:
            if self._is_closed:
                return
            if self._finalizer is not None:
                self._finalizer.detach()
            self._report = engine.report()
            self._is_closed = True
            await run(FILES, engine.close)

    def stop(self) -> None:
        """Send nothing more. The job ends when what is in flight has ended, at the latest after 10 s; iterating yields it.

        To be called on the event loop of the job.
        """
        if self._engine is not None:
            self._engine.stop()

    async def aclose(self) -> None:
        """End the job now, and close its journal. What is in flight is cancelled. May be called more than once."""
        if self._task is None or self._is_closed:
            self._is_closed = True
            return
        assert self._engine is not None
        self._engine.interrupt()
        self._task.cancel()
        await self._finish()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.aclose()

    # ----------------------------------------------------------------------------------------------- reports

    def progress(self) -> Progress:
        """Return the state of the job at this moment. Raises `JobError` before its start."""
        if self._engine is None:
            raise JobError("the job has not started: iterate it, or await it")
        return self._engine.progress()

    @property
    def report(self) -> JobReport | None:
        """The report, once the job has ended and all results were taken, or was ended early by Ctrl-C in a sync program."""
        return self._report

    def __repr__(self) -> str:
        state = "not started" if self._engine is None else "ended" if self._is_closed else "running"
        return f"<AsyncJob {self._options.name!r} {state}>"


def _close_forgotten(loop: asyncio.AbstractEventLoop, engine: Engine, task: asyncio.Task[None]) -> None:
    """End a job that was garbage-collected, in whichever thread."""

    def close() -> None:
        task.cancel()
        task.add_done_callback(lambda _: FILES.submit(engine.close))

    try:
        loop.call_soon_threadsafe(close)
    except RuntimeError:  # the loop is closed
        FILES.submit(engine.close)
