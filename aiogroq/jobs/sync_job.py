"""`Job`: a job as sync code sees it. It runs on the portal's event loop, as every sync call."""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..sync.portal import portal
from ..sync.runner import CLEANUP_S
from ..types._typing import Self
from .engine import STOP_S
from .job import AsyncJob
from .progress import Progress
from .results import JobReport, JobResult

T = TypeVar("T")
V = TypeVar("V")


class Job(Iterator[JobResult[V]], Generic[V]):
    """A job: iterate it for its results, or `wait` for its report.

    It runs in the background from the first of both on. Whoever stops iterating before the end closes it, with `close` or
    ``with``. Ctrl-C while it waits for the job ends it: what is in flight is finished, for at most 10 s, then
    `KeyboardInterrupt` is raised, and `report` is there; the second Ctrl-C drops what is in flight. Results that were not
    taken can still be iterated, and the journal stays open until then, or until `close`. Several threads may iterate it: each result goes to one of them.
    """

    def __init__(self, job: AsyncJob[V]) -> None:
        self._async = job
        self._ready: deque[JobResult[V]] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> JobResult[V]:
        while True:
            try:
                return self._ready.popleft()
            except IndexError:
                pass
            if not self._run(self._fill()) and not self._ready:
                raise StopIteration

    async def _fill(self) -> bool:
        """Get the next results ready, and return whether there are any. Another thread may take them."""
        results = await self._async.next_batch()
        self._ready.extend(results)
        return bool(results)

    def wait(self) -> JobReport:
        """Run the job to its end, and return its report. Raises what iterating raises.

        Results that nobody iterates are in the journal only.
        """
        return self._run(self._async.final_report())

    def _run(self, coro: Coroutine[Any, Any, T]) -> T:
        try:
            return portal.call(coro)
        except KeyboardInterrupt:
            try:
                portal.call(self._async.interrupt(STOP_S + 1))
            except KeyboardInterrupt:  # the second one
                portal.call(self._async.interrupt(CLEANUP_S, drops=True))
            raise

    def stop(self) -> None:
        """Send nothing more. The job ends when what is in flight has ended, at the latest after 10 s; iterating yields it.

        May be called from any thread, and by the handler of a signal.
        """
        portal.runner.call_soon(self._async.stop)

    def progress(self) -> Progress:
        """Return the state of the job at this moment. Raises `JobError` before its start."""
        return portal.call(self._progress())

    async def _progress(self) -> Progress:
        return self._async.progress()

    @property
    def report(self) -> JobReport | None:
        """The report, once the job has ended and all results were taken, or was ended early by Ctrl-C."""
        return self._async.report

    def close(self) -> None:
        """End the job now, and close its journal. What is in flight is cancelled. May be called more than once."""
        portal.close(self._async.aclose)
        self._ready.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return repr(self._async).replace("AsyncJob", "Job", 1)
