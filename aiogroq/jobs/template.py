"""`Template`: a prompt with ``{column}`` placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from ..protocol.arguments import did_you_mean
from .errors import JobInputError

_PLACEHOLDER = re.compile(r"\{\{([^\W\d][\w .\-]*)\}\}|\{([^\W\d][\w .\-]*)\}")


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

        None becomes the empty text, a list or mapping JSON. Raises `JobInputError` for a column that the row lacks.
        """
        parts = self._parts
        try:
            filled = [
                part if position % 2 == 0 else as_text(row[part]) for position, part in enumerate(parts)
            ]
        except KeyError as error:
            raise self._missing(str(error.args[0]), row, where) from None
        return "".join(filled)

    def _missing(self, column: str, row: Mapping[str, Any], where: str) -> JobInputError:
        names = [str(name) for name in row]
        has = f"it has {', '.join(names)}" if names else "it is empty"
        hint = did_you_mean(column, names) or f"; write {{{{{column}}}}} for the text {{{column}}}"
        return JobInputError(f"{where} has no column {column!r}, which the prompt names; {has}{hint}")


def as_text(value: Any) -> str:
    """Return a value of a row as it is written into a prompt."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (list, tuple, dict)):
        return msgspec.json.encode(value).decode()
    return str(value)
