"""`open_sink`: the output of a job, in the same kinds of files as its input.

A file is written beside its place and renamed when it is complete, so it is there as a whole or not at all.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..errors import JobInputError
from ..results import JobResult
from .arrow_rows import require_pyarrow
from .columns import ResultColumns
from .sources import DELIMITERS, Kind, Source, whole
from .text_rows import ERROR_KEY
from .writers import ArrowWriter, CsvWriter, JsonlWriter, TextWriter, Writer, encode_json

PART_SUFFIX = ".part"
"""What the name of a file ends with until it is complete."""


class Output:
    """A file that is there as a whole or not at all; or a stream, such as standard output, that is written as rows come."""

    def __init__(self, path: str, stream: BinaryIO | None = None) -> None:
        self.path: Path = Path(path).expanduser()
        self.is_file: bool = stream is None and (not self.path.exists() or self.path.is_file())
        self._is_own = stream is None
        self._part = self.path.with_name(self.path.name + PART_SUFFIX)
        if stream is None:
            stream = (self._part if self.is_file else self.path).open("wb")
        self.stream: BinaryIO = stream

    def complete(self) -> None:
        """Rename the file to its own name."""
        self.stream.flush()
        if self.is_file:
            os.fsync(self.stream.fileno())
        if self._is_own:
            self.stream.close()
        if self.is_file:
            os.replace(self._part, self.path)

    def discard(self) -> None:
        """Delete what was written."""
        with contextlib.suppress(OSError, ValueError):  # ValueError: closed already
            self.stream.close() if self._is_own else self.stream.flush()
        if self.is_file:
            self._part.unlink(missing_ok=True)


class _StandardOutput(io.RawIOBase):
    """Standard output without a buffer: a thread that waits for its reader holds no lock, so the process can end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        left = memoryview(data)
        while left:
            left = left[os.write(self._fd, left) :]
        return len(data)


def _standard_output() -> BinaryIO:
    try:
        return cast("BinaryIO", _StandardOutput(sys.stdout.fileno()))
    except (OSError, ValueError):  # it is replaced by an object without a file
        return sys.stdout.buffer


class Sink:
    """The output of a job, and its failed rows in a file of their own that can be the input of another run."""

    def __init__(
        self, output: Output, writer: Writer, columns: ResultColumns, errors: Path | None, *, is_text: bool
    ) -> None:
        self._output = output
        self._writer = writer
        self._columns = columns
        self.errors_path: Path | None = errors
        """Where failed rows are written; None for nowhere."""
        self._errors: Output | None = None
        self.first_error: str | None = None
        """The id of the first row that failed, and why."""
        self._is_text = is_text
        """Whether the input is lines of text."""

    @property
    def may_block(self) -> bool:
        """Whether writing may wait for another program."""
        return not self._output.is_file

    @property
    def has_errors(self) -> bool:
        """Whether a row failed."""
        return self._errors is not None

    def write(self, results: Sequence[JobResult[Any]]) -> None:
        """Write results."""
        for result in results:
            row = whole(result.item)
            values = self._columns.values(result)
            if isinstance(row, Mapping):
                kept = cast("Mapping[str, Any]", row)
            else:
                kept = {"text": row}
            self._writer.write({**kept, **values})
            if result.error is not None:
                if self.first_error is None:
                    self.first_error = f"{self._place(result)}: {result.error.type}: {result.error.message}"
                if self.errors_path is not None:
                    self._write_error(result, row)
        if self.may_block:
            self._output.stream.flush()

    def _place(self, result: JobResult[Any]) -> str:
        """Return which row it is, counted from 1, with its id if it has one of its own."""
        own = "" if result.id == str(result.index) else f" (id {result.id!r})"
        return f"row {result.index + 1}{own}"

    def _write_error(self, result: JobResult[Any], row: Any) -> None:
        assert self.errors_path is not None
        if self._errors is None:
            self._errors = Output(str(self.errors_path))
        if self._is_text:
            self._errors.stream.write(str(row).encode("utf-8", "replace") + b"\n")
            return
        error = (
            {} if result.error is None else {k: v for k, v in asdict(result.error).items() if v is not None}
        )
        if isinstance(row, Mapping):
            row = {**cast("Mapping[str, Any]", row), ERROR_KEY: error}
        self._errors.stream.write(encode_json(row) + b"\n")

    def complete(self) -> None:
        """Write the files to their places. A file of failed rows from an earlier run goes if none failed."""
        self._writer.finish()
        self._output.complete()
        if self._errors is not None:
            self._errors.complete()
        elif self.errors_path is not None:
            self.errors_path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete what was written: the job did not come to its end."""
        self._output.discard()
        if self._errors is not None:
            self._errors.discard()


def errors_path_of(path: str, kind: Kind) -> Path:
    """Return where the failed rows of an output are written. ``kind`` is that of the input."""
    return Path(path).expanduser().with_suffix(".errors.txt" if kind == "text" else ".errors.jsonl")


def check_output(path: str, kind: Kind) -> None:
    """Raise `JobInputError` if an output cannot be written: before anything is sent, and without touching the file."""
    if kind in ("parquet", "arrow"):
        if path == "-":
            raise JobInputError(f"{kind} cannot be written to standard output: write it to a file")
        require_pyarrow(path)
    if path == "-":
        return
    file = Path(path).expanduser()
    if file.is_dir():
        raise JobInputError(f"{path} is a folder; name a file in it")
    if not file.parent.is_dir():
        raise JobInputError(f"{path} cannot be written: the folder {file.parent} does not exist")
    if not os.access(file if file.exists() and not file.is_file() else file.parent, os.W_OK):
        raise JobInputError(f"{path} cannot be written: permission denied")


def open_sink(
    path: str,
    kind: Kind,
    source: Source,
    columns: ResultColumns,
    *,
    stdout: BinaryIO | None = None,
) -> Sink:
    """Open the output of a job over ``source``: a file, or ``-`` for standard output.

    To be called once the journal of the job is open, so that no other process writes the same. Raises `JobInputError` where
    the file cannot be written.
    """
    is_stdout = path == "-"
    check_output(path, kind)
    try:
        output = Output(path, (stdout or _standard_output()) if is_stdout else None)
    except OSError as error:
        raise JobInputError(f"{path} cannot be written: {error.strerror}") from error
    errors = errors_path_of(path, source.kind) if output.is_file else None
    writer = _writer(output.stream, path, kind, source, columns)
    return Sink(output, writer, columns, errors, is_text=source.kind == "text")


def _writer(stream: BinaryIO, path: str, kind: Kind, source: Source, columns: ResultColumns) -> Writer:
    known = ("text",) if source.kind == "text" else source.columns
    if kind in DELIMITERS:
        delimiter = source.delimiter if source.kind == kind else DELIMITERS[kind]
        return CsvWriter(stream, known, columns.names, delimiter)
    if kind == "jsonl":
        return JsonlWriter(stream)
    if kind == "text":
        return TextWriter(stream, columns.names[0])
    return ArrowWriter(
        stream,
        path,
        is_parquet=kind == "parquet",
        schema=source.schema,
        columns=known,
        extra=columns.names,
    )
