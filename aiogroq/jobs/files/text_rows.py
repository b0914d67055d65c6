"""Rows of text files: CSV and TSV, JSONL, lines. One row is in memory at a time, and each error names its line."""

from __future__ import annotations

import csv
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator
from typing import Any, BinaryIO, cast

import msgspec

from ..errors import JobInputError

MAX_LINE_BYTES = 64 * 1024 * 1024
ERROR_KEY = "_error"
"""What a file of failed rows adds to each; it is left out when the file is read again."""
_BOM = b"\xef\xbb\xbf"
_BOMS_OF_OTHERS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def text_lines(stream: BinaryIO, name: str) -> Iterator[str]:
    """Yield the lines of a UTF-8 stream with their line ends, without a byte order mark.

    Raises `JobInputError` for a line that is not UTF-8, or longer than `MAX_LINE_BYTES`.
    """
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise JobInputError(
                f"{name}, line {number}: longer than {MAX_LINE_BYTES >> 20} MiB; is this a text file?"
            )
        if number == 1:
            _reject_other_encodings(line, name)
            line = line.removeprefix(_BOM)
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise JobInputError(
                f"{name}, line {number}: not UTF-8 (byte 0x{line[error.start]:02x}); save the file as UTF-8, for "
                f"example with: iconv -f latin1 -t utf-8"
            ) from None


def _reject_other_encodings(line: bytes, name: str) -> None:
    encoding = _BOMS_OF_OTHERS.get(line[:2])
    if encoding is not None:
        raise JobInputError(
            f"{name} is {encoding}; save it as UTF-8, for example with: iconv -f utf-16 -t utf-8"
        )


# ------------------------------------------------------------------------------------------------ CSV and TSV


class Delimited:
    """The rows of a CSV or TSV stream as dicts. ``columns`` is known at once, from the first line."""

    def __init__(self, stream: BinaryIO, name: str, delimiter: str) -> None:
        # The limit of the process, 128 KiB by default, is smaller than many a text.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE_BYTES))
        self._name = name
        lines = text_lines(stream, name)
        first = next(lines, "")
        if not first.strip():
            raise JobInputError(f"{name} is empty; its first line must have the names of the columns")
        self.delimiter: str = _delimiter_of(first, delimiter)
        self.line: int = 1
        """The line at which the row that was read last begins."""
        self._reader = csv.reader(_chain(first, lines), delimiter=self.delimiter, strict=True)
        self.columns: tuple[str, ...] = tuple(self._fields() or ())
        self._check_columns()

    def _fields(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise JobInputError(f"{self._name}, line {self._reader.line_num}: {error}") from None

    def _check_columns(self) -> None:
        seen = set[str]()
        for position, column in enumerate(self.columns, 1):
            if not column.strip():
                raise JobInputError(
                    f"{self._name}: column {position} has no name; give each column one in the first line"
                )
            if column in seen:
                raise JobInputError(f"{self._name} has two columns named {column!r}; rename one of them")
            seen.add(column)

    def __iter__(self) -> Iterator[dict[str, str]]:
        columns = self.columns
        while True:
            line = self._reader.line_num + 1
            fields = self._fields()
            if fields is None:
                return
            if not fields:  # a blank line
                continue
            if len(fields) != len(columns):
                raise JobInputError(
                    f"{self._name}, line {line}: {_count(len(fields), 'field')}, and the first line has "
                    f"{_count(len(columns), 'column')}; put quotes around a text with the delimiter {self.delimiter!r}"
                )
            row = dict(zip(columns, fields, strict=True))
            row.pop(ERROR_KEY, None)
            self.line = line
            yield row


def _delimiter_of(header: str, delimiter: str) -> str:
    """Return the delimiter; for a CSV file that has no comma in its header and semicolons instead, those."""
    return ";" if delimiter == "," and "," not in header and ";" in header else delimiter


def _chain(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# -------------------------------------------------------------------------------------------- JSONL and lines


def jsonl_rows(stream: BinaryIO, name: str) -> Iterator[Any]:
    """Yield the value of each line: an object or a text. Blank lines are left out."""
    decoder = msgspec.json.Decoder()
    for number, line in enumerate(text_lines(stream, name), 1):
        if not line.strip():
            continue
        if number == 1 and line.lstrip().startswith("["):
            raise JobInputError(
                f"{name} is one JSON array; make it one object a line, for example with: jq -c '.[]'"
            )
        try:
            value = decoder.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise JobInputError(f"{name}, line {number}: not JSON ({error}); {_JSONL}") from None
        if isinstance(value, dict):
            cast("dict[str, Any]", value).pop(ERROR_KEY, None)
        elif not isinstance(value, str):
            raise JobInputError(f"{name}, line {number}: {_kind_of(value)}; {_JSONL}")
        yield value


def jsonl_lines(stream: BinaryIO, name: str) -> Iterator[int]:
    """Yield the number of the line of each value that `jsonl_rows` yields."""
    return (number for number, line in enumerate(text_lines(stream, name), 1) if line.strip())


_JSONL = "each line must be one JSON object, or one text in quotes"


def _kind_of(value: Any) -> str:
    if isinstance(value, list):
        return "an array"
    return "null" if value is None else "a boolean" if isinstance(value, bool) else "a number"


def text_rows(stream: BinaryIO, name: str) -> Iterator[str]:
    """Yield each line without its line end. Blank lines are left out."""
    return lines_of(text_lines(stream, name))


def lines_of(file: Iterable[Any]) -> Iterator[Any]:
    """Yield the lines of a file that is open as text, as `text_rows` does. Raises `JobInputError` for lines of bytes."""
    for line in file:
        if _has_text(line):
            yield _without_end(line)


async def lines_of_async(file: AsyncIterable[Any]) -> AsyncGenerator[Any, None]:
    """Do the same for a file that is read asynchronously."""
    async for line in file:
        if _has_text(line):
            yield _without_end(line)


def _has_text(line: Any) -> bool:
    if isinstance(line, bytes):
        raise JobInputError(
            "items is a file that is open in binary mode; open it as text, or pass jobs.open_source(path) for its rows"
        )
    return not isinstance(line, str) or bool(line.strip())


def _without_end(line: Any) -> Any:
    return line.rstrip("\r\n") if isinstance(line, str) else line
