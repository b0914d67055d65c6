"""`Chat`, `Embeddings`, `Transcription`: the callable classes for ``Dataset.map_batches``.

Ray makes one object of the class in each actor. It has one client, one pacer and one shard of the journal, and runs a job for
each batch, several at once on the event loop of the actor.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, TypedDict, cast

from ..client import AsyncGroq
from ..errors import StructuredOutputError
from ..jobs import AsyncJob, JobInputError, JobResult, JournalError, JournalFolder
from ..jobs.options import DEFAULT_MAX_AGE_S, DEFAULT_MAX_ATTEMPTS
from ..jobs.outcome import Endpoint
from ..jobs.run import make_options
from ..jobs.template import Template
from ..limits import Limits, LimitStore, Pacing
from ..protocol.arguments import reject_unknown_kwargs
from ..transport.threads import FILES, run
from ..types._typing import Never
from ..types.chat.chat_completion import ChatCompletion
from .batches import column_names, names_of, rows_of, with_columns
from .checks import (
    OTHERS,
    check_client_options,
    check_folder,
    check_id_column,
    check_into,
    check_model,
    check_names,
    check_path,
    in_words_of_ray,
)
from .column_types import ColumnType, is_list, plain_value, pyarrow, type_of_format


class RowOptions(TypedDict, total=False):
    """The options that all rows share: keywords of `Chat`, `Embeddings`, `Transcription` and of the functions of a dataset."""

    prompt: str | None
    system: str | None
    params: Mapping[str, Any] | None
    response_format: Any
    into: str
    id_column: str | None
    journal: str | os.PathLike[str] | None
    retry_failed: bool
    limits: Limits | Mapping[str, Limits | str] | str | None
    store: LimitStore | str | None
    organization: str | None
    share: float
    max_in_flight: int | None
    max_attempts: int
    max_age_s: float
    api_key: str | None
    base_url: str | None
    client_options: Mapping[str, Any] | None


class RowWorker:
    """Sends the rows of batches, and returns the batches with the responses. The base of `Chat` and the others.

    Args:
        model: The model of rows that name none. None where each row has a column ``model``, and there is no prompt.
        prompt: A template such as ``"Label {text} as good or bad"`` of the columns of a row. Without one a row has the
            arguments of the endpoint as columns, such as ``messages``, ``input``, ``file`` or ``url``; other columns are not
            sent.
        system: The system message, a template too.
        params: Further arguments of the endpoint for all rows.
        response_format: For chat, a dict or a type. With a type the column has its values: structs, lists and scalars.
        into: The name of the column of the response.
        id_column: The column that identifies a row in the journal; by default ``id`` or ``custom_id``, if there is one. Rows
            without an id are known by their content.
        journal: A folder that all machines have mounted, where each actor writes what became of each row. A row that has an
            outcome there is not sent again, whatever was killed.
        retry_failed: Whether rows that failed in an earlier run are sent again.
        limits: The limits of the account, where they are known, as for `aiogroq.jobs.run`. Others are learned.
        store: The URL of a Redis server by which all actors share the limits. Without one each actor has its own view of
            them.
        organization: The organization that the limits belong to, where several keys are used.
        share: The part of each limit that may be used up.
        max_in_flight: How many requests of one actor may be in flight.
        max_attempts: How often a row is sent at most.
        max_age_s: How many seconds the attempts of a row may take.
        api_key: The key. By default each actor reads ``GROQ_API_KEY``.
        base_url: The address of the service.
        client_options: Further arguments of `AsyncGroq`, such as ``{"timeout": 20}``.

    The columns of results are ``into``, ``error``, ``finish_reason``, ``prompt_tokens``, ``completion_tokens`` and
    ``attempts``. A row that fails has an ``error`` and raises nothing. A key or a model that the service rejects raises
    `JobError`, because every other row would fail too. Raises `JobInputError` for options that do not fit.
    """

    endpoint: Endpoint = "chat"
    """Where the rows are sent."""

    def __init__(
        self,
        *positional: Never,
        model: str | None = None,
        prompt: str | None = None,
        system: str | None = None,
        params: Mapping[str, Any] | None = None,
        response_format: Any = None,
        into: str = "response",
        id_column: str | None = None,
        journal: str | os.PathLike[str] | None = None,
        retry_failed: bool = False,
        limits: Limits | Mapping[str, Limits | str] | str | None = None,
        store: LimitStore | str | None = None,
        organization: str | None = None,
        share: float = 1.0,
        max_in_flight: int | None = None,
        max_attempts: int = DEFAULT_MAX_ATTEMPTS,
        max_age_s: float = DEFAULT_MAX_AGE_S,
        api_key: str | None = None,
        base_url: str | None = None,
        client_options: Mapping[str, Any] | None = None,
        **unknown: Never,
    ) -> None:
        call = type(self).__name__
        if positional:
            raise TypeError(f"{call}() takes keywords only, such as {call}(model='...', prompt='...')")
        reject_unknown_kwargs(call, RowWorker.__init__, unknown)
        self._into = check_into(into)
        self._id_column = check_id_column(id_column)
        self._folder = None if journal is None else JournalFolder(check_path(journal))
        self._options = make_options(
            endpoint=self.endpoint,
            model=model,
            prompt=prompt,
            system=system,
            params=params,
            response_format=response_format,
            journal=self._folder,
            pacing=Pacing(
                limits,
                store,
                "batch",
                share,
                max_in_flight=max_in_flight,
                max_wait_s=None,
                organization=organization,
            ),
            retry_failed=retry_failed,
            max_attempts=max_attempts,
            max_age_s=max_age_s,
            is_part=True,
        )
        self._check_options()
        pyarrow().array([0])  # the first one imports pandas, where it is installed: not while batches wait
        self._type = self._column_type()
        self._wanted = self._wanted_columns()
        self._client_options: dict[str, Any] = {
            "api_key": api_key,
            "base_url": base_url,
            **check_client_options(client_options),
        }
        self._check_client()
        self._client: AsyncGroq | None = None

    # ------------------------------------------------------------------------------------------------ columns

    def _column_type(self) -> ColumnType:
        typed = self._options.typed
        return ColumnType(pyarrow().string()) if typed is None else type_of_format(typed)

    def _wanted_columns(self) -> frozenset[str]:
        """Return the columns that requests are made of."""
        requests = self._options.requests
        ids = {"id", "custom_id"} if self._id_column is None else {self._id_column}
        templates = [text for text in (requests.prompt, requests.system) if text is not None]
        named = {column for text in templates for column in Template(text).columns}
        if requests.prompt is None:
            named |= requests.known_arguments()
        return frozenset(ids | named)

    def _check_options(self) -> None:
        """Raise `JobInputError` for options with which no row can be sent."""
        check_model(self._options.requests)

    def _check_client(self) -> None:
        """Make a client, so that its mistakes are raised before anything is sent. The key may be on other machines only."""
        options = dict(self._client_options)
        if options["api_key"] is None:
            options["api_key"] = "gsk_of_an_actor"
        AsyncGroq(**options)

    def check_columns(self, columns: Collection[str] | Mapping[str, Any]) -> None:
        """Raise `JobInputError` if a dataset with these columns cannot be sent, or has a column of the results.

        Args:
            columns: The names, or a mapping of them to the types of Arrow.
        """
        names = list(columns)
        column_names(names, self._into, OTHERS)
        check_names(self._options.requests, names, self._needed, self._needed_text, self._needed_fix)
        if self._id_column is not None and self._id_column not in names:
            raise JobInputError(f"the dataset has no column {self._id_column!r}; it has {', '.join(names)}")

    def check_journal(self) -> None:
        """Raise `JournalError` if the folder of the journal is here and is of another job, or cannot be a folder.

        Makes no folder: it may be on other machines only.
        """
        if self._folder is None:
            return
        check_folder(self._folder.path)
        try:
            self._folder.check(self._options.header)
        except JournalError as error:
            raise JournalError(in_words_of_ray(str(error))) from None

    _needed: ClassVar[tuple[str, ...]] = ("messages",)
    """Without a prompt a row needs one of these columns."""
    _needed_text: ClassVar[str] = "'messages'"
    _needed_fix: ClassVar[str] = "pass prompt='... {column} ...' to make a prompt of its columns"

    def _item(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row as an item of a job."""
        if self._options.requests.prompt is None:
            row = {name: _without_none(value) for name, value in row.items() if value is not None}
        if self._id_column is not None:
            id = row.get(self._id_column)
            row = {name: value for name, value in row.items() if name not in ("id", "custom_id")}
            row["id"] = id
        return row

    # ------------------------------------------------------------------------------------------------ a batch

    async def __call__(self, batch: Any) -> Any:
        """Send the rows of a batch, and return it with the columns of results."""
        names = column_names(names_of(batch), self._into, OTHERS)
        given = rows_of(batch, self._wanted)
        if given:  # an empty block may have no columns
            self.check_columns(names_of(batch))
        items = [self._item(row) for row in given]
        rows = [self._row(result) for result in await self.results(items)]
        arrow = pyarrow()
        types = [
            self._type.arrow,
            arrow.string(),
            arrow.string(),
            arrow.int64(),
            arrow.int64(),
            arrow.int64(),
        ]
        columns = zip(*rows, strict=True) if rows else [()] * len(types)
        return with_columns(
            batch,
            {
                name: (kind, list(column))
                for name, kind, column in zip(names.values(), types, columns, strict=True)
            },
        )

    async def results(self, items: list[Any]) -> list[JobResult[Any]]:
        """Send the items of a batch. Returns their results, in their order. Raises `JobError` as `Chat` does."""
        try:
            async with self.job(items) as job:
                return [result async for result in job]
        except JournalError as error:
            raise JournalError(in_words_of_ray(str(error))) from error

    def job(self, items: list[Any]) -> AsyncJob[Any]:
        """Return the job of a batch, which is not started."""
        if self._client is None:
            self._client = AsyncGroq(**self._client_options)
        return AsyncJob(self._client, items, self._options)

    async def aclose(self) -> None:
        """Close the client and the journal. Ray does not call it: its actors end with their process."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
        if self._folder is not None:
            await run(FILES, self._folder.close)

    def _row(self, result: JobResult[Any]) -> tuple[Any, ...]:
        """Return the values of the columns for one result."""
        error = (
            None if result.error is None else in_words_of_ray(f"{result.error.type}: {result.error.message}")
        )
        value = None
        if error is None:
            try:
                value = self._type.value(self._value(result))
            except (
                StructuredOutputError,
                JobInputError,
            ) as problem:  # a response of an earlier run, with another type
                error = f"{type(problem).__name__}: {problem}"
        usage = result.usage
        return (
            value,
            error,
            self._finish_reason(result),
            usage.prompt_tokens,
            usage.completion_tokens,
            result.attempts,
        )

    def _value(self, result: JobResult[Any]) -> Any:
        if self._options.typed is None:
            return result.text
        return plain_value(result.value)

    def _finish_reason(self, result: JobResult[Any]) -> str | None:
        return None


class Chat(RowWorker):
    """Chat completions for ``Dataset.map_batches``. The column ``into`` has the text, or the value of ``response_format``."""

    endpoint: Endpoint = "chat"

    def _finish_reason(self, result: JobResult[Any]) -> str | None:
        if result.status == "length":
            return "length"
        body = result.outcome.body
        if body is None:
            return None
        completion: Any = result.value
        if not isinstance(completion, ChatCompletion):
            return "stop"
        return completion.choices[0].finish_reason if completion.choices else None


class Embeddings(RowWorker):
    """Embeddings for ``Dataset.map_batches``: one text a row, and the vector as a list of 32-bit floats."""

    endpoint: Endpoint = "embeddings"
    _needed = ("input",)
    _needed_text = "'input'"

    def check_columns(self, columns: Collection[str] | Mapping[str, Any]) -> None:
        """As for all workers, and a column ``input`` must not have lists."""
        super().check_columns(columns)
        types = cast("Mapping[str, Any]", columns if isinstance(columns, Mapping) else {})
        if self._options.requests.prompt is None and is_list(types.get("input")):
            raise _lists_of_texts()

    def _column_type(self) -> ColumnType:
        form = self._options.requests.params.get("encoding_format", "float")
        if form != "float":
            raise JobInputError(f"a column has lists of floats: leave encoding_format={form!r} out of params")
        arrow = pyarrow()
        return ColumnType(arrow.list_(arrow.float32()))

    def _item(self, row: dict[str, Any]) -> dict[str, Any]:
        item = super()._item(row)
        if isinstance(item.get("input"), list):
            raise _lists_of_texts()
        return item

    def _value(self, result: JobResult[Any]) -> Any:
        value: Any = result.value
        return value.data[0].embedding if value.data else None


class Transcription(RowWorker):
    """Transcriptions for ``Dataset.map_batches``.

    A row has a column ``file`` (a path that the machines of the actors have) or ``url``; or ``bytes`` and ``path``, as
    ``ray.data.read_binary_files(..., include_paths=True)`` makes them.
    """

    endpoint: Endpoint = "transcription"
    _needed = ("file", "url", "bytes")
    _needed_text = "'file', 'url' or 'bytes'"
    _needed_fix = "rename the one with paths, URLs or contents: ds.rename_columns({'...': 'file'})"

    def _wanted_columns(self) -> frozenset[str]:
        return super()._wanted_columns() | {"bytes", "path"}

    def _item(self, row: dict[str, Any]) -> dict[str, Any]:
        item = super()._item(row)
        content, path = item.pop("bytes", None), item.pop("path", None)
        if isinstance(content, bytes) and "file" not in item and "url" not in item:
            item["file"] = (os.path.basename(str(path or "")) or "audio.wav", content)
        return item


def _lists_of_texts() -> JobInputError:
    return JobInputError("the column input has lists: give each text a row of its own")


def _without_none(value: Any) -> Any:
    """Return a value without the Nones in its dicts: Arrow gives every struct of a column all fields."""
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {name: _without_none(each) for name, each in given.items() if each is not None}
    if isinstance(value, list):
        return list(map(_without_none, value))  # pyright: ignore[reportUnknownArgumentType]
    return value
