"""`check_ids`: the ids of the rows of a file must be unique, which is checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, cast

from ..errors import JobInputError
from .sources import DELIMITERS, Source
from .text_rows import Delimited, jsonl_lines

_ID_COLUMNS = ("custom_id", "id")


def check_ids(source: Source, column: str | None = None) -> None:
    """Raise `JobInputError` with both lines if two rows have one id. ``column`` is the one that was named for ids.

    A stream is not read. Only a hash of each id is kept in memory; equal hashes are compared.
    """
    if source.is_stream or source.kind == "text":
        return
    names = _ID_COLUMNS if column is None else (column,)
    if source.columns is not None and not any(name in source.columns for name in names):
        return
    seen = set[int]()
    for index, found in enumerate(_ids(source, names)):
        if found is None:
            continue
        digest = hash(found)
        if digest in seen:
            first = next(
                (n for n, each in enumerate(islice(_ids(source, names), index)) if each == found), None
            )
            if first is not None:
                raise JobInputError(_message(source, found, first, index, column))
        seen.add(digest)


def _ids(source: Source, names: tuple[str, ...]) -> Iterator[str | None]:
    for item in source:
        row = cast("dict[str, Any]", item if isinstance(item, dict) else {})
        values = (row.get(name) for name in names)
        yield next((str(value) for value in values if value is not None and value != ""), None)


def _message(source: Source, found: str, first: int, second: int, column: str | None) -> str:
    unit, numbers = _places(source, (first, second))
    what = "the ids" if column is None else f"the values of {column!r}"
    return (
        f"{source.name}, {unit} {numbers[1]}: the id {found!r} is that of {unit} {numbers[0]} too; make {what} unique, "
        f"or name another column with --id"
    )


def _places(source: Source, indexes: tuple[int, int]) -> tuple[str, list[int]]:
    """Return "line" and the lines of two rows, or "row" and their numbers where the file has no lines."""
    if source.kind != "jsonl" and source.kind not in DELIMITERS:
        return "row", [index + 1 for index in indexes]
    with Path(source.name).expanduser().open("rb") as stream:
        if source.kind == "jsonl":
            numbers: Iterator[int] = jsonl_lines(stream, source.name)
        else:
            table = Delimited(stream, source.name, source.delimiter)
            numbers = (table.line for _ in table)
        wanted = set(indexes)
        return "line", [number for index, number in enumerate(numbers) if index in wanted][:2]
