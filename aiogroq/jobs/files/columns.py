"""`ResultColumns`: what the output of a job has of each result, beside the columns of the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from ...types.chat.chat_completion import ChatCompletion
from ...types.embeddings import CreateEmbeddingResponse
from ..errors import JobInputError
from ..results import JobResult

DEFAULT_INTO = "response"


class ResultColumns:
    """The names and the values of the columns of results: the response, why it ended, and what went wrong.

    Args:
        columns: The columns of the input, None where they are not known.
        into: The column of the response.
        fields: The fields of a JSON response: each gets a column in the place of ``into``.
        finish_reason: Whether responses have one.
    """

    def __init__(
        self,
        columns: Sequence[str] | None,
        into: str = DEFAULT_INTO,
        fields: Sequence[str] = (),
        *,
        finish_reason: bool = True,
    ) -> None:
        known = set(columns or ())
        self._into = into
        self._fields = tuple(fields)
        self._finish_reason = _unused("finish_reason", known) if finish_reason else None
        self._error = _unused("error", known)
        for name in self._fields or (into,):
            if name in known or name in (self._finish_reason, self._error):
                whose = "input has" if name in known else "results have"
                fix = (
                    f", and the schema a property {name!r}, which would be a column too; rename one of them"
                    if self._fields
                    else "; name that of the response with into"
                )
                raise JobInputError(f"the {whose} a column {name!r} already{fix}")
        last = (self._error,) if self._finish_reason is None else (self._finish_reason, self._error)
        self.names: tuple[str, ...] = (*(self._fields or (into,)), *last)
        """The names of the columns of results, in order."""

    def values(self, result: JobResult[Any]) -> dict[str, Any]:
        """Return the values of one result, by column. None where there is none."""
        values = dict.fromkeys(self.names)
        value = result.value
        error = None if result.error is None else f"{result.error.type}: {result.error.message}"
        if self._finish_reason is not None and isinstance(value, ChatCompletion) and value.choices:
            values[self._finish_reason] = value.choices[0].finish_reason
        if self._fields:
            found, problem = _fields_of(result.text if error is None else "{}")
            error = error or problem
            values.update((name, found.get(name)) for name in self._fields)
        elif error is None:
            values[self._into] = _value_of(value, result.text)
        values[self._error] = error
        return values


def _unused(name: str, known: set[str]) -> str:
    while name in known:
        name = f"{name}_"
    return name


def _value_of(value: Any, text: str) -> Any:
    if isinstance(value, CreateEmbeddingResponse):
        vectors = [each.embedding for each in value.data]
        return vectors[0] if len(vectors) == 1 else vectors
    return text


def _fields_of(text: str) -> tuple[Mapping[str, Any], str | None]:
    """Return the fields of a JSON object, and what is wrong with it."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}, f"the response is not complete JSON: {text[:200]}"
    if not isinstance(value, dict):
        return {}, f"the response is not a JSON object: {text[:200]}"
    return cast("dict[str, Any]", value), None
