"""Writers of rows: CSV and TSV, JSONL, lines of text, Parquet and Arrow files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any, BinaryIO, Protocol

import msgspec

from ..errors import JobError, JobInputError
from .arrow_rows import require_pyarrow

_encoder = msgspec.json.Encoder(enc_hook=str)


def encode_json(value: Any) -> bytes:
    """Return a value as JSON; what JSON has no type for as its text."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:  # half an emoji
        return json.dumps(value, default=str).encode()


class Writer(Protocol):
    """Writes rows in one kind of file."""

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row."""
        ...

    def finish(self) -> None:
        """Write what comes last."""
        ...


class JsonlWriter:
    """One JSON value a line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, row: Any) -> None:
        self._stream.write(encode_json(row) + b"\n")

    def finish(self) -> None:
        pass


class CsvWriter:
    """Values that are no texts or numbers are written as JSON, None as an empty field."""

    def __init__(
        self, stream: BinaryIO, columns: Sequence[str] | None, extra: Sequence[str], delimiter: str
    ) -> None:
        self._stream = stream
        self._buffer = StringIO(newline="")
        self._writer = csv.writer(self._buffer, delimiter=delimiter, lineterminator="\n")
        self._extra = tuple(extra)
        self._columns: tuple[str, ...] = ()
        if columns is not None:
            self._begin(columns)

    def _begin(self, columns: Iterable[str]) -> None:
        self._columns = (*columns, *self._extra)
        self._write(self._columns)

    def write(self, row: Mapping[str, Any]) -> None:
        if not self._columns:
            self._begin(name for name in row if name not in self._extra)
        if not row.keys() <= set(self._columns):
            name = next(name for name in row if name not in self._columns)
            raise JobInputError(
                f"a row has the column {name!r}, and the first one has not: write JSONL instead, which allows that"
            )
        self._write([_cell(row.get(name)) for name in self._columns])

    def _write(self, cells: Sequence[Any]) -> None:
        self._writer.writerow(cells)
        self._stream.write(self._buffer.getvalue().encode("utf-8", "replace"))
        self._buffer.seek(0)
        self._buffer.truncate()

    def finish(self) -> None:
        if not self._columns:
            self._begin(())


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool)):
        return value
    encoded = encode_json(value).decode()
    return encoded[1:-1] if encoded.startswith('"') else encoded


class TextWriter:
    """One line for each row, that of the response. A line end in it becomes a space."""

    def __init__(self, stream: BinaryIO, column: str) -> None:
        self._stream = stream
        self._column = column

    def write(self, row: Mapping[str, Any]) -> None:
        value = row.get(self._column)
        text = "" if value is None else value if isinstance(value, str) else encode_json(value).decode()
        self._stream.write(" ".join(text.splitlines()).encode("utf-8", "replace") + b"\n")

    def finish(self) -> None:
        pass


class ArrowWriter:
    """Parquet, or a file of Arrow data. The types of columns that the input does not give are those of the first rows."""

    _ROWS = 1_000

    def __init__(
        self,
        stream: BinaryIO,
        name: str,
        *,
        is_parquet: bool,
        schema: Any,
        columns: Sequence[str] | None,
        extra: Sequence[str],
    ) -> None:
        self._pyarrow = require_pyarrow(name)
        self._stream = stream
        self._is_parquet = is_parquet
        self._input_schema = schema
        self._columns = (*(columns or ()), *extra)
        self._extra = tuple(extra)
        self._schema: Any = None
        self._writer: Any = None
        self._rows: list[Mapping[str, Any]] = []

    def write(self, row: Mapping[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= self._ROWS:
            self._flush()

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        try:
            if self._writer is None:
                self._writer = self._begun(rows)
            if rows:
                self._writer.write_table(self._pyarrow.Table.from_pylist(rows, schema=self._schema))
        except (self._pyarrow.ArrowInvalid, self._pyarrow.ArrowTypeError) as error:
            raise JobError(
                f"rows have values of different types in one column ({error}): write JSONL instead"
            ) from error

    def _begun(self, rows: list[Mapping[str, Any]]) -> Any:
        pyarrow = self._pyarrow
        found = pyarrow.Table.from_pylist(rows).schema if rows else pyarrow.schema([])
        types = {field.name: field for field in found}
        if self._input_schema is not None:
            types = {field.name: field for field in self._input_schema} | {
                name: field for name, field in types.items() if name in self._extra
            }
        for name in self._columns:  # a column without a value so far has no type
            if name not in types or pyarrow.types.is_null(types[name].type):
                types[name] = pyarrow.field(name, pyarrow.string())
        self._schema = schema = pyarrow.schema(
            [
                field.with_type(pyarrow.string()) if pyarrow.types.is_null(field.type) else field
                for field in types.values()
            ]
        )
        if self._is_parquet:
            return pyarrow.parquet.ParquetWriter(self._stream, schema)
        return pyarrow.ipc.new_file(self._stream, schema)

    def finish(self) -> None:
        self._flush()
        self._writer.close()
