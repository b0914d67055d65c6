"""`Template`: a prompt with ``{column}`` placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from ..errors import GroqError
from ..protocol.arguments import did_you_mean
from ..protocol.encode import encode_json
from .errors import JobInputError

_PLACEHOLDER = re.compile(r"\{\{([^\W\d][\w .\-]*)\}\}|\{([^\W\d][\w .\-]*)\}")
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+>")


class Template:
    """A prompt with placeholders, such as ``Label {text} as good or bad``.

    A placeholder is a name in braces; ``{{name}}`` is the text ``{name}``. Braces around anything else, as in JSON, are
    text.
    """

    def __init__(self, text: str) -> None:
        self.text: str = text
        self.columns: list[str] = []
        """The columns that it names, each once, in order."""
        # Texts and names of columns in turn: a text is at every even position.
        self._parts: list[str] = [""]
        end = 0
        for match in _PLACEHOLDER.finditer(text):
            self._parts[-1] += text[end : match.start()]
            end = match.end()
            if match[1] is not None:
                self._parts[-1] += f"{{{match[1]}}}"
                continue
            self._parts += [match[2], ""]
            if match[2] not in self.columns:
                self.columns.append(match[2])
        self._parts[-1] += text[end:]

    def fill(self, row: Mapping[str, Any], where: str) -> str:
        """Return the text with the values of ``row``. ``where`` names the item in errors.

        None becomes the empty text, a list or mapping JSON. Raises `JobInputError` for a column that the row lacks, and for a
        value that has no text: bytes, a set, an object whose text is its address.
        """
        parts = self._parts
        try:
            filled = [
                part if position % 2 == 0 else as_text(row[part], part, where)
                for position, part in enumerate(parts)
            ]
        except KeyError as error:
            raise self._missing(str(error.args[0]), row, where) from None
        return "".join(filled)

    def _missing(self, column: str, row: Mapping[str, Any], where: str) -> JobInputError:
        names = [str(name) for name in row]
        has = f"it has {', '.join(names)}" if names else "it is empty"
        hint = did_you_mean(column, names) or f"; write {{{{{column}}}}} for the text {{{column}}}"
        return JobInputError(f"{where} has no column {column!r}, which the prompt names; {has}{hint}")


def as_text(value: Any, column: str, where: str) -> str:
    """Return a value of a row as it is written into a prompt. Raises `JobInputError` for one that has no text.

    ``column`` and ``where``, which names the item, are for errors.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (list, tuple, dict)):
        return _json_of(value, column, where)
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise JobInputError(
            f"{where} has bytes in the column {column!r}; make them text, for example with .decode()"
        )
    if isinstance(value, Mapping):
        return _json_of(dict(value), column, where)  # pyright: ignore[reportUnknownArgumentType]
    text, kind = str(value), cast("Any", type(value))
    if isinstance(value, (set, frozenset)) or (kind.__str__ is object.__str__ and _is_no_text(text)):
        raise JobInputError(
            f"{where} has a value of the type {kind.__name__} in the column {column!r}, which has no text; make it a "
            "text, a number, a date, None, a list or a dict"
        )
    return text


def _json_of(value: Any, column: str, where: str) -> str:
    try:
        try:
            return msgspec.json.encode(value).decode()
        except (TypeError, msgspec.MsgspecError):  # such as an array of numpy
            return encode_json(value).decode()
    except (GroqError, ValueError, RecursionError) as error:
        reason = str(error).removeprefix("cannot encode the request as JSON: ")
        raise JobInputError(f"{where} has no JSON in the column {column!r}: {reason}") from None


def _is_no_text(text: str) -> bool:
    """Return whether a text is what Python writes of an object that has none, such as ``<object object at 0x7f12>``.

    It differs in each run, so the item would be sent again. ``<NA>`` is a missing value of pandas.
    """
    return (text.startswith("<") and text.endswith(">") and text != "<NA>") or bool(_ADDRESS.search(text))
