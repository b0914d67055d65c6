"""`run`: starts a job."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, overload

from ..client import AsyncGroq
from ..limits import Limits, LimitStore, Pacing
from ..protocol.arguments import reject_unknown_kwargs, require_mapping
from ..sync.client import Groq
from ..types._typing import Never, Unpack
from ..types.audio import Transcription, Translation
from ..types.chat.chat_completion import ChatCompletion
from ..types.embeddings import CreateEmbeddingResponse
from .display import Display, DisplayKind
from .errors import JobInputError
from .job import AsyncJob
from .journals.folder import JournalFolder, journal_place
from .options import DEFAULT_MAX_AGE_S, DEFAULT_MAX_ATTEMPTS, JobOptions, Via, as_path
from .outcome import Endpoint
from .prices import Price
from .progress import Progress
from .reader import Items
from .requests import Requests
from .sync_job import Job
from .watching import Watch

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..schemas import TypedFormat

T = TypeVar("T")

_CONCURRENCY = ("concurrency", "max_concurrency", "max_in_flight", "max_workers")
"""What the bound of requests in flight may be called elsewhere."""


class TypedRunOptions(TypedDict, total=False):
    """The keywords of `run` that do not change the type of its results."""

    model: str | None
    prompt: str | None
    system: str | None
    params: Mapping[str, Any] | None
    journal: str | os.PathLike[str] | JournalFolder | None
    ordered: bool
    limits: Limits | Mapping[str, Limits | str] | str | None
    store: LimitStore | str | None
    pacing: Pacing | None
    share: float
    max_attempts: int
    max_age_s: float
    max_failures: int | str | None
    max_cost_usd: float | None
    deadline_s: float | None
    dedupe: bool
    retry_failed: bool
    fresh: bool
    limit: int | None
    via: Via
    on_progress: Callable[[Progress], object] | None
    progress: bool | DisplayKind | Display
    output_dir: str | os.PathLike[str] | None
    prices: Mapping[str, Price] | None
    name: str | None


class RunOptions(TypedRunOptions, total=False):
    """The same, with the format of the responses."""

    response_format: Any


@overload
def run(
    client: AsyncGroq,
    items: Items,
    *,
    endpoint: Literal["chat"] = "chat",
    response_format: Mapping[str, Any] | None = None,
    **options: Unpack[TypedRunOptions],
) -> AsyncJob[ChatCompletion]: ...
@overload
def run(
    client: AsyncGroq,
    items: Items,
    *,
    endpoint: Literal["chat"] = "chat",
    response_format: TypeForm[T],
    **options: Unpack[TypedRunOptions],
) -> AsyncJob[T]: ...
@overload
def run(
    client: AsyncGroq, items: Items, *, endpoint: Literal["embeddings"], **options: Unpack[RunOptions]
) -> AsyncJob[CreateEmbeddingResponse]: ...
@overload
def run(
    client: AsyncGroq, items: Items, *, endpoint: Literal["transcription"], **options: Unpack[RunOptions]
) -> AsyncJob[Transcription]: ...
@overload
def run(
    client: AsyncGroq, items: Items, *, endpoint: Literal["translation"], **options: Unpack[RunOptions]
) -> AsyncJob[Translation]: ...
@overload
def run(
    client: AsyncGroq, items: Items, *, endpoint: Literal["speech"], **options: Unpack[RunOptions]
) -> AsyncJob[str]: ...
@overload
def run(
    client: AsyncGroq, items: Items, *, endpoint: Endpoint, **options: Unpack[RunOptions]
) -> AsyncJob[Any]: ...
@overload
def run(
    client: Groq,
    items: Items,
    *,
    endpoint: Literal["chat"] = "chat",
    response_format: Mapping[str, Any] | None = None,
    **options: Unpack[TypedRunOptions],
) -> Job[ChatCompletion]: ...
@overload
def run(
    client: Groq,
    items: Items,
    *,
    endpoint: Literal["chat"] = "chat",
    response_format: TypeForm[T],
    **options: Unpack[TypedRunOptions],
) -> Job[T]: ...
@overload
def run(
    client: Groq, items: Items, *, endpoint: Literal["embeddings"], **options: Unpack[RunOptions]
) -> Job[CreateEmbeddingResponse]: ...
@overload
def run(
    client: Groq, items: Items, *, endpoint: Literal["transcription"], **options: Unpack[RunOptions]
) -> Job[Transcription]: ...
@overload
def run(
    client: Groq, items: Items, *, endpoint: Literal["translation"], **options: Unpack[RunOptions]
) -> Job[Translation]: ...
@overload
def run(
    client: Groq, items: Items, *, endpoint: Literal["speech"], **options: Unpack[RunOptions]
) -> Job[str]: ...
@overload
def run(client: Groq, items: Items, *, endpoint: Endpoint, **options: Unpack[RunOptions]) -> Job[Any]: ...
def run(
    client: AsyncGroq | Groq,
    items: Items,
    *,
    endpoint: Endpoint = "chat",
    model: str | None = None,
    prompt: str | None = None,
    system: str | None = None,
    params: Mapping[str, Any] | None = None,
    response_format: Any = None,
    journal: str | os.PathLike[str] | JournalFolder | None = None,
    ordered: bool = True,
    limits: Limits | Mapping[str, Limits | str] | str | None = None,
    store: LimitStore | str | None = None,
    pacing: Pacing | None = None,
    share: float = 1.0,
    max_attempts: int = DEFAULT_MAX_ATTEMPTS,
    max_age_s: float = DEFAULT_MAX_AGE_S,
    max_failures: int | str | None = None,
    max_cost_usd: float | None = None,
    deadline_s: float | None = None,
    dedupe: bool = False,
    retry_failed: bool = False,
    fresh: bool = False,
    limit: int | None = None,
    via: Via = "live",
    on_progress: Callable[[Progress], object] | None = None,
    progress: bool | DisplayKind | Display = False,
    output_dir: str | os.PathLike[str] | None = None,
    prices: Mapping[str, Price] | None = None,
    name: str | None = None,
    **unknown: Never,
) -> AsyncJob[Any] | Job[Any]:
    """Send many items, each in a call of its own, as fast as the rate limits allow.

    With an `AsyncGroq`: ``async for result in job`` yields a `JobResult` for each item, ``await job`` returns a `JobReport`.
    With a `Groq`: ``for result in job``, ``job.wait()``. The job begins with the first of these.

    Args:
        client: Its connections and its key are used, and its timeout for each request; its retries are not, the job has its
            own.
        items: Any iterable or async iterable of texts, rows (mappings), dicts of arguments such as ``{"messages": [...]}``,
            Batch lines, or for recordings paths and URLs; or a data frame or an Arrow table, for its rows. A dict may have
            an ``id``. It is read as it is needed; an iterable that is no sequence in a thread. Of a file that is open as
            text each line that is not blank is an item; `open_source` reads the rows of a file.
        endpoint: ``chat``, ``embeddings``, ``transcription``, ``translation`` or ``speech``.
        model: The model of items that name none.
        prompt: A template such as ``"Label {text} as good or bad"``: ``{column}`` is the column of a row, ``{text}`` an item
            that is a text. ``{{name}}`` is the text ``{name}``.
        system: The system message, a template too.
        params: Further arguments of the endpoint for all items, such as ``{"max_completion_tokens": 200}``.
        response_format: The format of all responses: a dict such as ``{"type": "json_object"}``, or for chat a type, as for
            `parse`. With a type, ``result.value`` is a value of it. A response that does not match fails the item, with
            `StructuredOutputError`; nothing is asked again, but ``retry_failed`` sends the item again in a later run.
        journal: A file that each outcome is written to. The same call with the same journal goes on where an earlier one
            ended, however that ended: what has an outcome is not sent again. An item is known by its ``id`` and its content;
            without an ``id`` by its content. The input may have grown, or be in another order. A name that ends with a slash,
            or a folder that exists, is a `JournalFolder`: several processes may write to it, also on several machines. A `Path`
            has no slash at its end: pass ``JournalFolder(path)``. A folder with other files and no journal is rejected.
        ordered: Whether results come in the order of the input, or as they come.
        limits: The limits of the account, where they are known: `Limits`, a text such as ``"rpm=30,tpm=6000"``, a tier such
            as ``"developer"``, or a mapping of models to any of these. Others are learned from responses.
        store: Where the levels of the limits are, as that of `Pacing`: the URL of a Redis server that many processes share,
            such as ``"redis://localhost:6379/0"``, or a store. Default: that of the client, or else of the process.
        pacing: All options of pacing, instead of ``limits``, ``store`` and ``share``.
        share: The part of each limit that the job may use up.
        max_attempts: How often an item is sent at most. Rate limits and outages of the service do not count. The same error
            five times running ends an item too.
        max_age_s: How many seconds the attempts of an item may take, with the waits between them, before it is not sent
            again. Waiting for a rate limit does not count.
        max_failures: How many items may fail before the job is stopped: a number, or a share such as ``"1%"``.
        max_cost_usd: Stop before the run costs more.
        deadline_s: Stop after so many seconds, or as soon as a limit of a day makes it certain that the job takes longer.
        dedupe: Whether equal requests are sent once.
        retry_failed: Whether items that failed in an earlier run are sent again.
        fresh: Begin the journal anew. The old file is renamed to ``<name>.old``; what is in a folder moves to ``old`` in it.
        limit: Read so many items only.
        via: ``live``; ``batch``: the Batch API, at half the price, within 24 hours or, with a longer ``deadline_s``, within
            that (at most 7 days), with at most 3 attempts; ``auto``: one of them, by price and deadline.
        on_progress: A plain function that is called with a `Progress` each second and at the end, on the event loop of the
            job.
        progress: Whether to show the progress, on standard error: a live panel in a terminal, a view in a notebook, otherwise a
            line every ten seconds, and a report at the end. ``"panel"``, ``"lines"`` or ``"notebook"`` is one of them; a
            `Display` is updated, and its owner closes it. With a journal, ``NAME.history.jsonl`` beside it records the
            progress.
        output_dir: Where the files of ``speech`` are written, each under the id of its item, or under its
            position and the digest of its request.
        prices: The prices of models, by their id. They go before those of `aiogroq.jobs.prices`, which may be out of date.
        name: What the job is called in reports.

    A key or a model that the service rejects ends the job with a `JobError`, because every other item would fail too; a
    single item that fails is a result with the status ``failed``. Raises `JobInputError` for options that do not fit, and
    for an input whose first item cannot be sent; iterating raises `JournalError` for a journal that cannot be used.
    """
    _reject_concurrency(unknown)
    reject_unknown_kwargs("jobs.run", run, unknown)
    options = make_options(
        endpoint=endpoint,
        model=model,
        prompt=prompt,
        system=system,
        params=params,
        response_format=response_format,
        journal=journal,
        output_dir=output_dir,
        name=name,
        ordered=ordered,
        limits=limits,
        store=store,
        pacing=pacing,
        share=share,
        max_attempts=max_attempts,
        max_age_s=max_age_s,
        max_failures=max_failures,
        max_cost_usd=max_cost_usd,
        prices=prices,
        deadline_s=deadline_s,
        dedupe=dedupe,
        retry_failed=retry_failed,
        fresh=fresh,
        limit=limit,
        via=via,
        on_progress=on_progress,
    )
    given: Any = client
    if isinstance(given, (Groq, AsyncGroq)):  # nothing is shown of a job that cannot start
        options = replace(options, watch=Watch.of(progress, options.journal))
    if isinstance(given, Groq):
        return Job(AsyncJob(given._async, items, options))  # pyright: ignore[reportPrivateUsage]
    if not isinstance(given, AsyncGroq):
        raise JobInputError(f"client must be an AsyncGroq or a Groq, not {type(given).__name__}")
    return AsyncJob(given, items, options)


def make_options(
    *,
    endpoint: Endpoint,
    model: str | None,
    prompt: str | None = None,
    system: str | None = None,
    params: Mapping[str, Any] | None = None,
    response_format: Any = None,
    journal: str | os.PathLike[str] | JournalFolder | None = None,
    output_dir: str | os.PathLike[str] | None = None,
    name: str | None = None,
    **others: Any,
) -> JobOptions:
    """Return arguments of `run` as options, checked. ``others`` are those that need no change. Raises as `run`."""
    shared = dict(require_mapping("params", params))
    typed = _typed(endpoint, response_format)
    if typed is not None:
        shared["response_format"] = typed.response_format()
    elif response_format is not None:
        shared["response_format"] = response_format
    path, folder = journal_place(journal)
    return JobOptions(
        requests=Requests(endpoint, model, prompt, system, shared),
        journal=path,
        folder=folder,
        output_dir=as_path(output_dir),
        typed=typed,
        name=name or model or endpoint,
        **others,
    )


def _reject_concurrency(unknown: dict[str, Any]) -> None:
    for name in _CONCURRENCY:
        if name in unknown:
            unknown.clear()
            raise TypeError(
                f"jobs.run() has no argument {name!r}: the rate limits decide how many requests are in flight; for a bound of "
                "your own pass pacing=Pacing(max_in_flight=...), from aiogroq.limits"
            )


def _typed(endpoint: Endpoint, response_format: Any) -> TypedFormat[Any] | None:
    """Return a type as a response format, or None for what is no type. Raises `SchemaError` for one that cannot be."""
    if endpoint != "chat" or response_format is None or isinstance(response_format, Mapping):
        if isinstance(response_format, type):
            raise JobInputError(
                f"response_format can be a type for chat only; {endpoint} cannot give {response_format.__name__}"
            )
        return None
    from ..schemas import typed_format  # most jobs have no type

    return typed_format(response_format)
