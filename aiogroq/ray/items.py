"""`Sending`: the items of a job sent by actors of Ray, so that their outcomes are in a journal. For the command line."""

from __future__ import annotations

import asyncio
import importlib
import itertools
import json
import logging
import os
import pickle
import signal
import sys
import tempfile
import threading
import uuid
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ..jobs import AsyncJob, JobError
from ..jobs.outcome import Endpoint
from ..jobs.progress import JobCounts
from .column_types import pyarrow
from .datasets import mapped, ray_data
from .row_workers import RowWorker

BATCH_SIZE = 50
"""Items of a batch: so often it is known how many failed."""
_WATCH_S = 1.0
_LEVEL = "RAY_BACKEND_LOG_LEVEL"
_CPUS = 8
"""Of a Ray that is started here. Actors wait most of the time, so the machine need not have them."""


class Board:
    """An actor by which the command tells the others to stop, and they tell what they do."""

    def __init__(self) -> None:
        self._is_stopped = False
        self._states: dict[str, tuple[int, int, int]] = {}

    def exchange(self, batch: str, state: tuple[int, int, int] | None) -> bool:
        """Take over the numbers of a batch: in flight, sent, sent again; None at its end. Returns whether to stop."""
        if state is None:
            self._states.pop(batch, None)
        else:
            self._states[batch] = state
        return self._is_stopped

    def stop(self) -> None:
        """Have the actors send nothing more."""
        self._is_stopped = True

    def numbers(self) -> tuple[int, int, int]:
        """Return the numbers of the batches that are being sent: in flight, sent, sent again."""
        states = list(self._states.values())
        return sum(state[0] for state in states), sum(state[1] for state in states), sum(s[2] for s in states)


class ItemWorker(RowWorker):
    """Sends pickled items, and returns one row for each batch: what it counted, and the error that ended it."""

    def __init__(self, *, endpoint: Endpoint, prices: Any = None, board: Any = None, **options: Any) -> None:
        self.endpoint: Endpoint = endpoint
        super().__init__(**options)
        self._options = replace(self._options, prices=prices or {})
        self._board = board
        self._is_stopped = False

    def _check_options(self) -> None:
        """Check nothing: an item may be a Batch line with a model of its own."""

    async def __call__(self, batch: Any) -> Any:
        """Send the items of a batch. Raises nothing: an error of Ray does not have the message of its cause."""
        counts: dict[str, Any] = {}
        message: str | None = None
        if not self._is_stopped:
            try:
                counts = await self._send([pickle.loads(item) for item in batch.column("item").to_pylist()])
            except JobError as error:
                message = str(error)
            except Exception as error:
                message = f"{type(error).__name__}: {error}"
        return pyarrow().table(
            {"counts": [json.dumps(counts)], "error": pyarrow().array([message], "string")}
        )

    async def _send(self, items: list[Any]) -> dict[str, Any]:
        job = self.job(items)
        watcher = None if self._board is None else asyncio.ensure_future(self._watch(job))
        try:
            async with job:
                report = await job.wait()
        finally:
            if watcher is not None:
                watcher.cancel()
        return {each.name: getattr(report, each.name) for each in fields(JobCounts)}

    async def _watch(self, job: AsyncJob[Any]) -> None:
        """Tell the board every second what a job does, and stop it where the board says so."""
        name = uuid.uuid4().hex
        try:
            while True:
                await asyncio.sleep(_WATCH_S)
                progress = job.progress()
                state = progress.in_flight, progress.attempts, progress.retries
                if await self._board.exchange.remote(name, state):
                    self._is_stopped = True
                    job.stop()
        finally:
            self._board.exchange.remote(name, None)


@dataclass
class Sent:
    """What the actors have counted. Items of earlier runs are in ``done``, ``length`` and ``failed`` too."""

    total: int = 0
    """The items that were handed to Ray."""
    counts: dict[str, Any] = field(default_factory=dict[str, Any])
    """By the names of `JobCounts`; empty before the first batch."""

    @property
    def settled(self) -> int:
        """The items that have an outcome."""
        return sum(self.counts.get(name, 0) for name in ("done", "length", "failed"))

    @property
    def failed(self) -> int:
        """The items that failed."""
        return int(self.counts.get("failed", 0))

    def add(self, counts: Mapping[str, Any]) -> None:
        """Add what a batch counted."""
        for name, value in counts.items():
            known = self.counts.get(name)
            self.counts[name] = known if value is None else (known or 0) + value


class Sending:
    """All items, sent by actors of Ray: iterate it for what is known after each batch.

    Args:
        items: They are read here and handed to Ray, all of them.
        actors: How many actors send.
        options: The keywords of `RowWorker`, ``endpoint`` and ``prices``.

    A Ray that runs already is used (``RAY_ADDRESS``); otherwise one is started, and stopped at the end. Raises `JobError`
    for what ends the job as a whole, and what Ray raises itself.
    """

    def __init__(self, items: Iterable[Any], *, actors: int, options: dict[str, Any]) -> None:
        self._items = items
        self._actors = actors
        self._options = options
        self._board: Any = None
        self.sent: Sent = Sent()
        """What is known now."""

    def __iter__(self) -> Iterator[Sent]:
        data = ray_data()
        arrow = pyarrow()
        ray = _Ray()
        iterator = iter(self._items)
        with ray:
            tables: list[Any] = []
            sent = self.sent
            while part := list(itertools.islice(iterator, BATCH_SIZE)):
                tables.append(arrow.table({"item": [pickle.dumps(item) for item in part]}))
                sent.total += len(part)
            if not tables:
                return
            self._board = board = ray.module.remote(num_cpus=0)(Board).remote()
            data.DataContext.get_current().enable_progress_bars = False
            options = {**self._options, "board": board}
            dataset = mapped(
                data.from_arrow(tables), ItemWorker, options, batch_size=BATCH_SIZE, actors=self._actors
            )
            try:
                for batch in dataset.iter_batches(batch_size=None, batch_format="pyarrow"):
                    for row in batch.to_pylist():
                        if row["error"] is not None:
                            raise JobError(row["error"])
                        sent.add(json.loads(row["counts"]))
                        yield sent
            finally:
                self._board = None

    def stop(self) -> bool:
        """Have the actors send nothing more; what is in flight is finished. Returns False where none was started yet."""
        if self._board is None:
            return False
        self._board.stop.remote()
        return True

    def numbers(self) -> tuple[int, int, int] | None:
        """Return how many requests are in flight, were sent, and were sent again, in batches that have not ended."""
        board = self._board
        if board is None:
            return None
        found: tuple[int, int, int] = importlib.import_module("ray").get(board.numbers.remote(), timeout=5)
        return found


class _Ray:
    """Ray, started where it does not run."""

    def __init__(self) -> None:
        self.module: Any = importlib.import_module("ray")
        self._is_own = not self.module.is_initialized()

    def __enter__(self) -> None:
        logging.getLogger("ray").setLevel(logging.ERROR)
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        if self._is_own:
            local = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": max(_CPUS, os.cpu_count() or 1)}
            handler = signal.getsignal(signal.SIGTERM)
            with _quiet_core():
                self.module.init(logging_level="error", log_to_driver=False, **local)
            if callable(handler) and threading.current_thread() is threading.main_thread():
                # Ray has installed its own, which ends the process at once.
                signal.signal(signal.SIGTERM, handler)

    def __exit__(self, *exc: object) -> None:
        if self._is_own:
            self.module.shutdown()


@contextmanager
def _quiet_core() -> Generator[None, None, None]:
    """Start Ray's core so that it does not write its log to standard error, and not that this was set either.

    It writes that line itself, not through `sys.stderr`. A level that the user has set is left as it is.
    """
    if _LEVEL in os.environ:
        yield
        return
    os.environ[_LEVEL] = "fatal"
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(before, 2)
            os.close(before)
            del os.environ[_LEVEL]
            written.seek(0)
            for line in written:
                if _LEVEL.encode() not in line:
                    os.write(2, line)
