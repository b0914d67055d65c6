"""What Ray Data hands to a worker: tables of Arrow, dicts of numpy arrays, or data frames of pandas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from ..jobs import JobInputError
from .column_types import pyarrow


def names_of(batch: Any) -> list[str]:
    """Return the names of the columns. Raises `TypeError` for what is no batch of Ray Data."""
    if isinstance(batch, Mapping):
        return list(map(str, batch))  # pyright: ignore[reportUnknownArgumentType]
    names = getattr(batch, "column_names", None)
    if names is None:
        names = getattr(batch, "columns", None)
    if names is None:
        raise TypeError(f"a batch must be of pyarrow, numpy or pandas, not {type(batch).__name__}")
    return [str(name) for name in names]


def rows_of(batch: Any, wanted: Collection[str] | None) -> list[dict[str, Any]]:
    """Return the rows with the columns that are ``wanted``, all of them for None."""
    names = [name for name in names_of(batch) if wanted is None or name in wanted]
    if isinstance(batch, Mapping):
        columns = [_listed(cast("Mapping[str, Any]", batch)[name]) for name in names]
        count = len(next(iter(cast("Mapping[str, Any]", batch).values()), ()))
        return [
            {name: column[row] for name, column in zip(names, columns, strict=True)} for row in range(count)
        ]
    if hasattr(batch, "append_column"):
        rows: list[dict[str, Any]] = batch.select(names).to_pylist() if names else []
        return rows or [{} for _ in range(batch.num_rows)]
    return batch[names].to_dict("records") if names else [{} for _ in range(len(batch))]


def _listed(column: Any) -> Any:
    return column.tolist() if hasattr(column, "tolist") else column


def with_columns(batch: Any, columns: Mapping[str, tuple[Any, list[Any]]]) -> Any:
    """Return the batch with more columns: by name the type of Arrow and the values."""
    arrow = pyarrow()
    arrays = {name: arrow.array(values, type=kind) for name, (kind, values) in columns.items()}
    if isinstance(batch, Mapping):
        return {**cast("Mapping[str, Any]", batch), **arrays}
    if hasattr(batch, "append_column"):
        for name, array in arrays.items():
            batch = batch.append_column(name, array)
        return batch
    pandas: Any = __import__("pandas")
    return batch.assign(
        **{name: array.to_pandas(types_mapper=pandas.ArrowDtype).array for name, array in arrays.items()}
    )


def column_names(taken: Collection[str], into: str, others: Collection[str]) -> dict[str, str]:
    """Return the names of the columns of results. ``error`` is ``label_error`` where the dataset has an ``error`` already.

    Raises `JobInputError` where ``into``, or both names, are taken.
    """
    names = {into: into}
    for name in others:
        names[name] = name if name not in taken and name != into else f"{into}_{name}"
    for name in names.values():
        if name in taken:
            raise JobInputError(
                f"the dataset has a column {name!r} already; name that of the response with into='...'"
            )
    return names
