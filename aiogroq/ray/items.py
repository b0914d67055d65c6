"""`send_items`: the items of a job sent by actors of Ray, so that their outcomes are in a journal. For the command line."""

from __future__ import annotations

import importlib
import itertools
import logging
import os
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..jobs.outcome import Endpoint
from .column_types import pyarrow
from .datasets import mapped, ray_data
from .row_workers import RowWorker

BATCH_SIZE = 50
"""Items of a batch: so often it is known how many failed."""
_CPUS = 8
"""Of a Ray that is started here. Actors wait most of the time, so the machine need not have them."""


class ItemWorker(RowWorker):
    """Sends pickled items, and returns for each only whether it failed and what it used."""

    def __init__(self, *, endpoint: Endpoint, **options: Any) -> None:
        self.endpoint: Endpoint = endpoint
        super().__init__(**options)

    def _check_options(self) -> None:
        """Check nothing: an item may be a Batch line with a model of its own."""

    async def __call__(self, batch: Any) -> Any:
        """Send the items of a batch."""
        results = await self.results([pickle.loads(item) for item in batch.column("item").to_pylist()])
        arrow = pyarrow()
        return arrow.table(
            {
                "failed": arrow.array([result.status == "failed" for result in results], arrow.bool_()),
                "prompt_tokens": [result.usage.prompt_tokens for result in results],
                "completion_tokens": [result.usage.completion_tokens for result in results],
            }
        )


@dataclass
class Sent:
    """How many items have an outcome, those of earlier runs included."""

    settled: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


def send_items(items: Iterable[Any], *, actors: int, options: dict[str, Any]) -> Iterator[Sent]:
    """Send all items, and yield what is known after each batch.

    Args:
        items: They are read here and handed to Ray, all of them.
        actors: How many actors send.
        options: The keywords of `RowWorker`, and ``endpoint``.

    A Ray that runs already is used (``RAY_ADDRESS``); otherwise one is started, and stopped at the end. Raises what an actor
    raises, which Ray wraps.
    """
    data = ray_data()
    arrow = pyarrow()
    iterator = iter(items)
    with _Ray():
        tables: list[Any] = []
        while part := list(itertools.islice(iterator, BATCH_SIZE)):
            tables.append(arrow.table({"item": [pickle.dumps(item) for item in part]}))
        if not tables:
            return
        sent = Sent()
        context = data.DataContext.get_current()
        context.enable_progress_bars = False
        dataset = mapped(data.from_arrow(tables), ItemWorker, options, batch_size=BATCH_SIZE, actors=actors)
        for batch in dataset.iter_batches(batch_size=None, batch_format="pyarrow"):
            sent.settled += batch.num_rows
            sent.failed += sum(batch.column("failed").to_pylist())
            sent.prompt_tokens += sum(batch.column("prompt_tokens").to_pylist())
            sent.completion_tokens += sum(batch.column("completion_tokens").to_pylist())
            yield sent


class _Ray:
    """Ray, started where it does not run."""

    def __init__(self) -> None:
        self._ray: Any = importlib.import_module("ray")
        self._is_own = not self._ray.is_initialized()

    def __enter__(self) -> None:
        logging.getLogger("ray").setLevel(logging.ERROR)
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        if self._is_own:
            os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
            local = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": max(_CPUS, os.cpu_count() or 1)}
            self._ray.init(logging_level="error", log_to_driver=False, **local)

    def __exit__(self, *exc: object) -> None:
        if self._is_own:
            self._ray.shutdown()
