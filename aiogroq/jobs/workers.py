"""`Workers`: take items, wait for the pacer, send, and send again, until each item has an outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from ..client import AsyncGroq
from ..errors import APIError, GroqError, PacingError
from ..limits import Grant, Need, Pacer, pacer_for
from ..protocol.retry import backoff_s
from ..transport.exceptions import is_unreachable
from .attempts import Item, fatal_message, is_fatal, item_error
from .counts import Counts
from .errors import JobError
from .intake import Intake
from .options import MAX_WORKERS, JobOptions
from .outcome import ItemUsage, JobRequest, Outcome
from .requests import PATHS
from .sending import Response, Sender

Record = Callable[[JobRequest, Outcome], bool]
"""Writes an outcome down. Returns whether the job goes on."""
MaySend = Callable[[], bool]
"""Returns whether one more request may be sent."""


class Workers:
    """The workers of one run. Each has one item at a time.

    While more requests may be in flight, there is always one more than there are: it waits at the pacer, so that the next item
    is sent as soon as the limits allow. Otherwise the worker that ends first sends the next item, without a wait. A worker whose item waits to be sent again is replaced, up to `MAX_WORKERS`.
    """

    def __init__(
        self,
        client: AsyncGroq,
        options: JobOptions,
        intake: Intake,
        counts: Counts,
        record: Record,
        may_send: MaySend,
    ) -> None:
        self._client = client
        self._options = options
        self._intake = intake
        self._counts = counts
        self._record = record
        self._may_send = may_send
        self._sender = Sender(client, options)
        self._pacing = options.own_pacing(client.pacing)
        self.pacers: dict[str, Pacer] = {}
        """By model."""
        self.message: str = ""
        """What the user should know."""
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._waiting = 0
        """How many workers read the input, wait for the pacer, or will in the next turn of the event loop."""
        self._is_stopping = False
        self._down = 0
        """How often running the service could not be reached."""
        self._paused_until = 0.0
        self._error: BaseException | None = None
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Work until the input ends, or until `stop`. Raises what ends the job as a whole."""
        try:
            self._spawn()
            await self._ended.wait()
        finally:
            self.drop()
            while self._tasks:
                await asyncio.wait(self._tasks)
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Send nothing more. `run` returns when what is in flight has ended."""
        self._is_stopping = True
        for task in self._tasks - self._sending:
            task.cancel()

    def drop(self) -> None:
        """Cancel what is in flight too."""
        self._is_stopping = True
        for task in self._tasks:
            task.cancel()

    def _fail(self, error: BaseException) -> None:
        if self._error is None:
            self._error = error
        self.stop()

    # ------------------------------------------------------------------------------------------- one worker

    def _spawn(self) -> None:
        self._waiting += 1
        task = self._loop.create_task(self._work(), name="aiogroq-job-worker")
        self._tasks.add(task)
        task.add_done_callback(self._worker_ended)

    def _worker_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        if not self._tasks:
            self._ended.set()

    async def _work(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        while not self._is_stopping:
            request = await self._intake.next()
            if request is None:
                return
            outcome = await self._settle(request, task)
            if outcome is None or not self._record(request, outcome):
                return
            self._waiting += 1
            # It is written down before the next request is sent: a kill costs what is in flight, and no more.
            await asyncio.sleep(0)

    async def _settle(self, request: JobRequest, task: asyncio.Task[None]) -> Outcome | None:
        """Send a request until it has an outcome. Returns None, without one, where the job ends before."""
        try:
            item = Item(request, self._sender.encode(request))
        except GroqError as error:
            self._waiting -= 1
            return _failed(request, 0, error)
        pacer = self._pacer(request)
        path = PATHS[request.endpoint]
        while True:
            if self._paused_until:
                await self._pause()
            try:
                need = pacer.need_of(path, item.body or request.body, arguments=request.body)
                grant = await pacer.acquire(need, front=item.is_rate_limited)
            except GroqError as error:
                self._waiting -= 1
                if (
                    isinstance(error, PacingError) and error.limit_kind is None
                ):  # of the store, not of this item
                    raise JobError(f"the job has ended. {error}") from error
                return _failed(request, item.attempts, error)
            self._waiting -= 1
            if not self._may_send():
                grant.release()
                return None
            if self._waiting == 0 and not pacer.is_full and len(self._tasks) < MAX_WORKERS:
                self._spawn()
            result = await self._attempt(item, need, grant, task)
            if isinstance(result, Response):
                if result.mismatch is not None:
                    return _failed(request, item.attempts, result.mismatch, result)
                return _succeeded(item, result)
            wait_s = self._wait_after(item, result)
            if self._error is not None or (wait_s is not None and self._is_stopping):
                return None
            if wait_s is None:
                return _failed(request, item.attempts, result)
            self._waiting += item.is_rate_limited
            if wait_s > 0:
                item.spent_s += wait_s
                await asyncio.sleep(wait_s)
            self._waiting += not item.is_rate_limited

    async def _attempt(
        self, item: Item, need: Need, grant: Grant, task: asyncio.Task[None]
    ) -> Response | Exception:
        """Send an item once. Returns the response, or the error."""
        counts = self._counts
        counts.attempts += 1
        counts.in_flight += 1
        if item.attempts:
            counts.retries += 1
        item.attempts += 1
        self._sending.add(task)
        sent_at = self._loop.time()
        try:
            response = await self._sender.send(item.request, item.body)
        except Exception as error:
            grant.failed(error)
            return error
        except BaseException as error:
            grant.failed(error)
            raise
        finally:
            self._sending.discard(task)
            counts.in_flight -= 1
            item.spent_s += self._loop.time() - sent_at
        grant.succeeded(response.headers, response.sent_usage, audio_s=response.usage.audio_s or None)
        if need.max_completion_tokens:
            counts.unused_tokens += max(0.0, need.max_completion_tokens - response.usage.completion_tokens)
        self._down = 0
        self._paused_until = 0.0
        self.message = ""
        return response

    # ---------------------------------------------------------------------------------------------- errors

    def _wait_after(self, item: Item, error: Exception) -> float | None:
        """Return the seconds until the next attempt, or None where the item, or the job, ends with ``error``."""
        counts, options = self._counts, self._options
        if getattr(error, "status_code", None) == 429:
            counts.rate_limited += 1
        if self._client.is_closed():  # nothing of this is the item's: it has no outcome
            self._fail(JobError("the job has ended, because its client was closed. Run it again to go on"))
            return None
        is_model_of_job = item.request.body.get("model") == options.requests.model
        if is_fatal(error, is_model_of_job=is_model_of_job, has_succeeded=counts.succeeded_now > 0):
            fatal = JobError(fatal_message(error))
            fatal.__cause__ = error
            self._fail(fatal)
            return None
        if isinstance(error, APIError) and is_unreachable(error):
            self._paused_until = self._loop.time() + backoff_s(self._down, 0.0)
            self._down += 1
            why = error.message.removeprefix("Connection error: ").rstrip(".")
            self.message = f"waiting: the service cannot be reached: {why}"
        return item.wait_s(
            error,
            self._loop.time(),
            succeeded=counts.succeeded_now,
            max_attempts=options.max_attempts,
            max_age_s=options.max_age_s,
        )

    async def _pause(self) -> None:
        """Wait while the service cannot be reached."""
        while (wait_s := self._paused_until - self._loop.time()) > 0:  # noqa: ASYNC110 -- it may be prolonged
            await asyncio.sleep(wait_s)

    def _pacer(self, request: JobRequest) -> Pacer:
        model = str(request.body.get("model"))
        pacer = self.pacers.get(model)
        if pacer is None:
            client = self._client
            pacer = self.pacers[model] = pacer_for(
                self._pacing, api_key=client.api_key, base_url=str(client.base_url), model=model
            )
        return pacer


def _succeeded(item: Item, response: Response) -> Outcome:
    request = item.request
    return Outcome(
        request.index,
        request.id,
        request.key,
        response.status,
        item.attempts,
        time.time(),
        response.body,
        None,
        response.usage,
        False,
        request.is_id_given,
    )


def _failed(
    request: JobRequest, attempts: int, error: Exception, response: Response | None = None
) -> Outcome:
    return Outcome(
        index=request.index,
        id=request.id,
        key=request.key,
        status="failed",
        attempts=attempts,
        finished_at=time.time(),
        error=item_error(error),
        body=None if response is None else response.body,
        usage=ItemUsage() if response is None else response.usage,
        is_id_given=request.is_id_given,
    )
