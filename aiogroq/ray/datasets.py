"""`chat`, `embeddings`, `transcription`: a dataset with the responses of its rows, with sizes that fit the service."""

from __future__ import annotations

import importlib
import inspect
import logging
import math
from typing import Any, Protocol, TypeVar, cast

from ..jobs import JobInputError
from ..protocol.arguments import reject_unknown_kwargs, require_int
from ..types._typing import Unpack
from .checks import check_ray_options
from .row_workers import Chat, Embeddings, RowOptions, RowWorker, Transcription
from .sent_types import prepare_to_send

_log = logging.getLogger("aiogroq")

BATCH_SIZE = 200
"""Rows of a block and of a batch."""
MAX_CONCURRENCY = 4
"""Batches that an actor has at once: 800 rows, more than most accounts can have in flight."""
NUM_CPUS = 0.25
"""An actor waits most of the time: at 1,000 requests a minute it needs 2 % of a core."""


class Dataset(Protocol):
    """What is used of ``ray.data.Dataset``."""

    def repartition(self, *, target_num_rows_per_block: int) -> Any:
        """Return the dataset in blocks of so many rows."""
        ...

    def map_batches(self, fn: Any, **options: Any) -> Any:
        """Return the dataset with a function over its batches."""
        ...


D = TypeVar("D", bound=Dataset)


def chat(
    ds: D,
    *,
    model: str,
    batch_size: int = BATCH_SIZE,
    concurrency: int = 1,
    max_concurrency: int = MAX_CONCURRENCY,
    num_cpus: float = NUM_CPUS,
    ray_options: dict[str, Any] | None = None,
    **options: Unpack[RowOptions],
) -> D:
    """Return a dataset with the chat completion of each row. It is lazy, as every dataset of Ray.

    Args:
        ds: A ``ray.data.Dataset``.
        model: The model of rows that name none.
        batch_size: Rows of a block and of a batch. Blocks are made before the rows are sent, so that Ray's own checkpoint
            saves whole blocks while others are sent.
        concurrency: The number of actors. One sends about 1,000 requests a second; several need ``store`` to share the rate
            limits.
        max_concurrency: How many batches an actor has at once.
        num_cpus: What Ray reserves for an actor.
        ray_options: Further arguments of ``map_batches``, such as ``{"runtime_env": {"env_vars": {...}}}``.
        options: The keywords of `Chat`.

    The columns of results are ``into`` (``response``), ``error``, ``finish_reason``, ``prompt_tokens``,
    ``completion_tokens`` and ``attempts``. Raises `JobInputError` for options, or columns of the dataset, that do not fit.
    """
    sizes = _Sizes(batch_size, concurrency, max_concurrency, num_cpus)
    return _mapped(ds, Chat, sizes, ray_options, {"model": model, **options})


def embeddings(
    ds: D,
    *,
    model: str,
    batch_size: int = BATCH_SIZE,
    concurrency: int = 1,
    max_concurrency: int = MAX_CONCURRENCY,
    num_cpus: float = NUM_CPUS,
    ray_options: dict[str, Any] | None = None,
    **options: Unpack[RowOptions],
) -> D:
    """As `chat`, with the vector of each row; see `Embeddings`."""
    sizes = _Sizes(batch_size, concurrency, max_concurrency, num_cpus)
    return _mapped(ds, Embeddings, sizes, ray_options, {"model": model, **options})


def transcription(
    ds: D,
    *,
    model: str,
    batch_size: int = 20,
    concurrency: int = 1,
    max_concurrency: int = MAX_CONCURRENCY,
    num_cpus: float = NUM_CPUS,
    ray_options: dict[str, Any] | None = None,
    **options: Unpack[RowOptions],
) -> D:
    """As `chat`, with the text of the recording of each row; see `Transcription`."""
    sizes = _Sizes(batch_size, concurrency, max_concurrency, num_cpus)
    return _mapped(ds, Transcription, sizes, ray_options, {"model": model, **options})


class _Sizes:
    """The sizes of a map, checked."""

    def __init__(self, batch_size: int, concurrency: int, max_concurrency: int, num_cpus: float) -> None:
        self.batch_size: int = require_int("batch_size", batch_size, minimum=1)
        self.concurrency: int = require_int("concurrency", concurrency, minimum=1)
        self.max_concurrency: int = require_int("max_concurrency", max_concurrency, minimum=1)
        if isinstance(num_cpus, bool) or not isinstance(num_cpus, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"num_cpus must be a number such as {NUM_CPUS}, not {num_cpus!r}")
        if not 0 <= num_cpus < math.inf:  # NaN too
            raise ValueError(f"num_cpus must be >= 0, not {num_cpus!r}")
        self.num_cpus: float = num_cpus


_OWN = ("batch_size", "concurrency", "max_concurrency", "num_cpus")
"""The arguments of the functions that `RowWorker` does not have, without ``ray_options``."""


def _mapped(
    ds: D, worker: type[RowWorker], sizes: _Sizes, ray_options: dict[str, Any] | None, options: dict[str, Any]
) -> D:
    call = worker.__name__.lower()
    if not hasattr(ds, "map_batches"):
        raise JobInputError(f"ds must be a ray.data.Dataset, not {type(ds).__name__}")
    known: Any = RowWorker.__init__.__kwdefaults__
    unknown = {name: value for name, value in options.items() if name not in known}
    reject_unknown_kwargs(call, RowWorker.__init__, unknown, (*_OWN, "ray_options"))
    others = check_ray_options(f"{call}()", ray_options, _OWN)
    checked = worker(**options)  # here too, so that mistakes are raised before actors start
    prepare_to_send(options.get("response_format"))
    columns = _columns_of(ds)
    if columns is not None:
        checked.check_columns(columns)
    checked.check_journal()
    _check_actor_options(ds, others)
    blocks: Dataset = ds.repartition(target_num_rows_per_block=sizes.batch_size)
    return cast("D", _map(blocks, worker, options, sizes, others))


def _check_actor_options(ds: Any, options: dict[str, Any]) -> None:
    """Raise `ValueError` or `TypeError`, as Ray does when it makes actors, for options of actors that cannot be."""
    named = inspect.signature(ds.map_batches).parameters
    if of_actors := {name: value for name, value in options.items() if name not in named}:
        ray_data()
        importlib.import_module("ray").remote(**of_actors)(type("Actor", (), {}))


def mapped(ds: Any, worker: type[RowWorker], options: dict[str, Any], *, batch_size: int, actors: int) -> Any:
    """Return a dataset, in blocks of ``batch_size`` rows, with a worker of these options over its batches."""
    return _map(
        ds,
        worker,
        options,
        _Sizes(batch_size, actors, MAX_CONCURRENCY * BATCH_SIZE // batch_size, NUM_CPUS),
        {},
    )


def _map(
    ds: Dataset, worker: type[RowWorker], options: dict[str, Any], sizes: _Sizes, others: dict[str, Any]
) -> Any:
    data = ray_data()
    if sizes.concurrency > 1 and options.get("store") is None:
        _log.warning(
            "%d actors without a store do not share the rate limits: pass store='redis://...', or have one actor",
            sizes.concurrency,
        )
    return ds.map_batches(
        worker,
        fn_constructor_kwargs=options,
        batch_size=sizes.batch_size,
        batch_format="pyarrow",
        num_cpus=sizes.num_cpus,
        **_pool(data.ActorPoolStrategy, sizes),
        **others,
    )


def _pool(strategy: Any, sizes: _Sizes) -> dict[str, Any]:
    """Return the arguments that make the actors, and how many batches each has at once."""
    pool = {"size": sizes.concurrency, "max_tasks_in_flight_per_actor": 2 * sizes.max_concurrency}
    if "max_concurrent_calls_per_actor" in inspect.signature(strategy).parameters:
        return {"compute": strategy(**pool, max_concurrent_calls_per_actor=sizes.max_concurrency)}
    return {"compute": strategy(**pool), "max_concurrency": sizes.max_concurrency}  # before Ray 2.60


def _columns_of(ds: Any) -> dict[str, Any] | None:
    """Return the columns of a dataset and their types, where they are known without reading it."""
    schema = ds.schema(fetch_if_missing=False)
    return None if schema is None else dict(zip(map(str, schema.names), schema.types, strict=True))


def ray_data() -> Any:
    """Return ``ray.data``. Raises `ImportError`, with the fix, where it is not installed."""
    try:
        return importlib.import_module("ray.data")
    except ImportError as error:
        raise ImportError('aiogroq.ray needs Ray Data: pip install "aiogroq[ray]"') from error
