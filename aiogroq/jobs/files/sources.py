"""`open_source`: the items of a job from a file, a folder or standard input.

A `Source` is an iterable of items. Of a file each iteration reads it again, from its beginning, row by row.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from ...protocol.arguments import did_you_mean
from ..errors import JobInputError
from ..requests import Requests
from .arrow_rows import ARROW, PARQUET, ArrowFiles
from .text_rows import Delimited, jsonl_rows, text_rows

Kind = Literal["csv", "tsv", "jsonl", "text", "parquet", "arrow"]
"""What a file is. ``arrow`` are files of Arrow data, as data sets are saved in."""
KINDS: tuple[Kind, ...] = ("csv", "tsv", "jsonl", "text", "parquet", "arrow")
KIND_OF_SUFFIX: Mapping[str, Kind] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".txt": "text",
    ".text": "text",
    **dict.fromkeys(PARQUET, "parquet"),
    **dict.fromkeys(ARROW, "arrow"),
}
DELIMITERS: Mapping[str, str] = {"csv": ",", "tsv": "\t"}
_MAX_COLUMNS = 10_000
SAMPLE_SEED = 20
"""Samples are the same each time, so that a job on one can be resumed."""


class Row(dict[str, Any]):
    """An item made of a row: what is sent of it, and in `full` the whole row as it was read."""

    full: Mapping[str, Any]

    @classmethod
    def of(cls, sent: Mapping[str, Any], full: Mapping[str, Any]) -> Row:
        """Return the item."""
        row = cls(sent)
        row.full = full
        return row


def whole(item: Any) -> Any:
    """Return an item as it was read."""
    return item.full if isinstance(item, Row) else item


@dataclass(frozen=True)
class Source:
    """The items of a job. An iterable; it has no length where that is not known."""

    name: str
    """What it is called in messages."""
    kind: Kind
    columns: tuple[str, ...] | None
    """The names of the columns; None where each row has its own, or where there are none."""
    total: int | None
    """The number of items; None while it is not known."""
    read: Callable[[], Iterator[Any]] = field(repr=False)
    delimiter: str = ","
    schema: Any = None
    """The schema of Arrow data."""
    is_stream: bool = False
    """Whether rows come as somebody writes them, and can be read once."""

    def __iter__(self) -> Iterator[Any]:
        return self.read()


class SizedSource(Source):
    """A `Source` whose number of items is known."""

    def __len__(self) -> int:
        assert self.total is not None
        return self.total


def kind_of(path: str, given: str | None = None, *, option: str = "kind") -> Kind:
    """Return what a file is, by its suffix or as ``given``. Raises `JobInputError`; ``option`` is how to say it."""
    if given is not None:
        if given not in KINDS:
            raise JobInputError(
                f"{given!r} is no kind of file{did_you_mean(given, KINDS)}; use one of {', '.join(KINDS)}"
            )
        return given
    if path == "-":
        raise JobInputError(f"say what - is, with {option} csv, tsv, jsonl or text")
    kind = KIND_OF_SUFFIX.get(Path(path).suffix.lower())
    if kind is None:
        raise JobInputError(
            f"the kind of {path} is not known by its name; say it with {option} {', '.join(KINDS[:-1])} or {KINDS[-1]}"
        )
    return kind


def open_source(
    path: str | os.PathLike[str],
    kind: str | None = None,
    *,
    option: str = "kind",
    stdin: BinaryIO | None = None,
) -> Source:
    """Open a file, a folder of Parquet or Arrow files, or ``-`` for standard input.

    A file is read once here, to its end: so its rows are known to be good, and their number, before anything is sent. Raises
    `JobInputError` for what cannot be read, with the line.
    """
    name = os.fspath(path)
    if name == "-":
        return _from_stream(stdin or _standard_input(), kind_of(name, kind, option=option))
    file = Path(name).expanduser()
    if not file.exists():
        raise JobInputError(f"{name} does not exist")
    if file.is_dir():
        return _from_arrow(file, name, "arrow")
    chosen = kind_of(name, kind, option=option)
    if chosen in ("parquet", "arrow"):
        return _from_arrow(file, name, chosen)
    try:
        if not file.is_file():  # a named pipe: it can be read once
            stream = file.open("rb")
            source = _from_stream(stream, chosen, name)
            return replace(source, read=partial(_once, _closing(stream, source.read)))
        return _from_file(file, name, chosen)
    except OSError as error:
        raise JobInputError(f"{name} cannot be read: {error.strerror}") from error


def _standard_input() -> BinaryIO:
    """Return standard input with a buffer of its own: the interpreter cannot exit while a thread waits in that of `sys.stdin`."""
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except (OSError, ValueError):  # it is replaced by an object without a file
        return sys.stdin.buffer


def _from_file(path: Path, name: str, kind: Kind) -> Source:
    columns: tuple[str, ...] | None = None
    delimiter = DELIMITERS.get(kind, ",")
    if kind in DELIMITERS:
        with path.open("rb") as stream:
            table = Delimited(stream, name, delimiter)
            columns, delimiter = table.columns, table.delimiter

    def read() -> Iterator[Any]:
        with path.open("rb") as stream:
            yield from _rows(stream, name, kind)

    seen = dict[str, None]()
    total = 0
    for row in read():
        total += 1
        if columns is None and isinstance(row, dict) and len(seen) < _MAX_COLUMNS:
            seen.update(dict.fromkeys(cast("dict[str, Any]", row)))
    columns = columns or tuple(seen) or None
    return SizedSource(name, kind, columns, total, read, delimiter)


def _rows(stream: BinaryIO, name: str, kind: Kind) -> Iterator[Any]:
    if kind in DELIMITERS:
        return iter(Delimited(stream, name, DELIMITERS[kind]))
    return jsonl_rows(stream, name) if kind == "jsonl" else text_rows(stream, name)


def _from_stream(stream: BinaryIO, kind: Kind, name: str = "standard input") -> Source:
    """Return a source that can be read once. The header of a CSV stream is read here."""
    if kind in DELIMITERS:
        table = Delimited(stream, name, DELIMITERS[kind])
        return Source(name, kind, table.columns, None, partial(_once, table), table.delimiter, is_stream=True)
    if kind in ("parquet", "arrow"):
        raise JobInputError(f"{kind} cannot be read from {name}: write it to a file first")
    return Source(name, kind, None, None, partial(_once, _rows(stream, name, kind)), is_stream=True)


def _once(rows: Iterable[Any]) -> Iterator[Any]:
    """Return an iterator without ``close``: a stream may be waited for in one thread while a job ends in another."""
    return map(_same, rows)


def _same(row: Any) -> Any:
    return row


def _closing(stream: BinaryIO, read: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    with stream:
        yield from read()


def _from_arrow(path: Path, name: str, kind: Kind) -> Source:
    files = ArrowFiles(path, name)
    return SizedSource(name, kind, files.columns, files.total, partial(iter, files), schema=files.schema)


# ------------------------------------------------------------------------------------------- changes of a source


def with_ids(source: Source, column: str) -> Source:
    """Return the source with the value of ``column`` as the id of each row. Raises `JobInputError` if it is missing."""
    if source.kind == "text":
        raise JobInputError(f"{source.name} is lines of text, which have no column {column!r}")
    require_columns(source, [column], "--id")

    def read() -> Iterator[Any]:
        for number, item in enumerate(source, 1):
            row = cast("dict[str, Any]", item if isinstance(item, dict) else {})
            value = row.get(column)
            if value is None or value == "":
                raise JobInputError(f"row {number} of {source.name} has no {column!r}, which is to be its id")
            yield Row.of({**row, "custom_id": str(value)}, row)

    return replace(source, read=read)


def with_arguments_only(source: Source, requests: Requests) -> Source:
    """Return the source with only those columns of each row that are arguments of the endpoint, and its id."""
    known = {*requests.known_arguments(), "id", "custom_id"}

    def read() -> Iterator[Any]:
        for item in source:
            if isinstance(item, dict):
                row = cast("dict[str, Any]", item)
                sent = {name: row[name] for name in row if name in known and row[name] not in (None, "")}
                yield Row.of(sent, whole(row))
            else:
                yield item

    return replace(source, read=read)


def sample(source: Source, count: int) -> Source:
    """Return ``count`` items of the source, chosen at random but the same each time, in their order."""
    if source.total is None:
        raise JobInputError(
            f"a sample of {source.name} cannot be taken: its length is not known; use --limit"
        )
    chosen = frozenset(random.Random(SAMPLE_SEED).sample(range(source.total), min(count, source.total)))

    def read() -> Iterator[Any]:
        return (item for number, item in enumerate(source) if number in chosen)

    return replace(source, read=read, total=len(chosen))


def require_columns(source: Source, columns: list[str], what: str) -> None:
    """Raise `JobInputError` if the source is known to lack a column that ``what`` names."""
    if source.columns is None:
        return
    for column in columns:
        if column not in source.columns:
            names = ", ".join(source.columns)
            hint = did_you_mean(column, source.columns)
            raise JobInputError(
                f"{source.name} has no column {column!r}, which {what} names; it has {names}{hint}"
            )
