"""Rows of Arrow data: Parquet and Arrow files, and objects with ``__arrow_c_stream__``. Needs pyarrow, the extra ``arrow``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import JobInputError

_ROWS = 1_000
"""Rows that are in memory as Python objects at a time."""
PARQUET = frozenset({".parquet", ".pq"})
ARROW = frozenset({".arrow", ".feather", ".ipc"})
_NO_DATA = (".", "_", "cache-")
"""How the names of files begin that are no part of a data set."""


def require_pyarrow(why: str) -> Any:
    """Return the module pyarrow. Raises `JobInputError` where it is not installed; ``why`` says what needs it."""
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "pyarrow":
            raise
        raise JobInputError(f"{why} needs pyarrow: pip install 'aiogroq[arrow]'") from None


class ArrowFiles:
    """The rows of a Parquet or Arrow file, or of a folder of them such as a saved data set, as dicts."""

    def __init__(self, path: Path, name: str) -> None:
        self._files = _files_of(path, name)
        self._pyarrow = require_pyarrow(name)
        self._name = name
        schema, total = self._describe()
        self.total: int = total
        self.schema: Any = schema
        self.columns: tuple[str, ...] = tuple(schema.names)
        if len(set(self.columns)) != len(self.columns):
            raise JobInputError(f"{name} has two columns of the same name; rename one of them")

    def _describe(self) -> tuple[Any, int]:
        """Return the schema and the number of rows. Of Parquet files only the metadata is read."""
        schema: Any = None
        total = 0
        for path in self._files:
            with self._errors(path):
                if path.suffix in PARQUET:
                    with self._pyarrow.parquet.ParquetFile(path) as file:
                        found, rows = file.schema_arrow, file.metadata.num_rows
                else:
                    found, rows = self._describe_arrow(path)
            schema = found if schema is None else schema
            if found.names != schema.names:
                raise JobInputError(f"{path} has other columns than {self._files[0]}")
            total += rows
        return schema, total

    def _describe_arrow(self, path: Path) -> tuple[Any, int]:
        rows = 0
        with self._open_arrow(path) as reader:
            for batch in _batches(reader):
                rows += batch.num_rows
            return reader.schema, rows

    def _open_arrow(self, path: Path) -> Any:
        """Open a file in Arrow's file format or its stream format, which data sets are saved in."""
        source = self._pyarrow.memory_map(str(path))
        try:
            return self._pyarrow.ipc.open_file(source)
        except self._pyarrow.ArrowInvalid:
            return self._pyarrow.ipc.open_stream(source)

    def _errors(self, path: Path) -> Any:
        return _Errors(self._pyarrow, path)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for path in self._files:
            with self._errors(path):
                if path.suffix in PARQUET:
                    with self._pyarrow.parquet.ParquetFile(path) as file:
                        for batch in file.iter_batches(batch_size=_ROWS):
                            yield from batch.to_pylist()
                else:
                    with self._open_arrow(path) as reader:
                        for batch in _batches(reader):
                            yield from _rows(batch)


class _Errors:
    """Turns errors of pyarrow about a file into errors for the user."""

    def __init__(self, pyarrow: Any, path: Path) -> None:
        self._pyarrow = pyarrow
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, self._pyarrow.ArrowException):
            first = (str(error).splitlines() or [type(error).__name__])[0]
            raise JobInputError(f"{self._path} cannot be read: {first}") from error


def _files_of(path: Path, name: str) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(each for each in path.rglob("*") if each.suffix in PARQUET | ARROW)
    found = [each for each in files if not each.name.startswith(_NO_DATA)]
    if not found:
        raise JobInputError(f"{name} is a folder without Parquet or Arrow files")
    return found


def _batches(reader: Any) -> Iterator[Any]:
    if hasattr(reader, "num_record_batches"):
        return (reader.get_batch(number) for number in range(reader.num_record_batches))
    return iter(reader)


def _rows(batch: Any) -> Iterator[dict[str, Any]]:
    for start in range(0, batch.num_rows, _ROWS):
        yield from batch.slice(start, _ROWS).to_pylist()


def has_arrow_stream(items: object) -> bool:
    """Return whether an object is a table of Arrow data, such as a data frame of polars or pandas, or a pyarrow table."""
    return hasattr(items, "__arrow_c_stream__")


def rows_of_stream(items: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of an object with ``__arrow_c_stream__`` as dicts. Raises `JobInputError` without pyarrow."""
    pyarrow = require_pyarrow(f"an object of type {type(items).__name__}")
    with pyarrow.RecordBatchReader.from_stream(items) as reader:
        for batch in reader:
            yield from _rows(batch)
