"""The context of the demo's steps: the client, the directory for files, and the output."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .text import printable

if TYPE_CHECKING:
    from rich.console import Console

    from aiogroq import AsyncGroq

_WORD_STARTS = re.compile(r"(?<=\s)(?=\S)")
_INDENT = 4


@dataclass
class DemoContext:
    """The context of one run of the demo."""

    client: AsyncGroq
    console: Console
    folder: Path
    """The directory for the files of the demo."""
    max_wait_s: float = 60.0
    """The maximum time to wait for a batch, in seconds."""

    def heading(self, number: int, count: int, title: str, call: str) -> None:
        """Print the heading of a step: its number, its title and its call."""
        from rich.text import Text

        self.console.print()
        self.console.print(Text.assemble((f"{number}/{count} ", "cyan"), (title, "bold")))
        self.console.print(Text(f"    {call}", style="dim"))

    def show(self, label: str, text: str, style: str = "") -> None:
        """Print a labelled text, wrapped and indented."""
        from rich.text import Text

        indent, shown = " " * _INDENT, " ".join(printable(text).split())
        lines = textwrap.wrap(f"{label} {shown}", self.console.width - _INDENT) or [label]
        first = Text.assemble(indent, (label, "cyan"), (lines[0][len(label) :], style))
        self.console.print(first)
        for line in lines[1:]:
            self.console.print(Text(indent + line, style=style))

    def note(self, text: str) -> None:
        """Print a measurement."""
        from rich.text import Text

        self.console.print(Text(f"    {text}", style="green"))

    def text_writer(self) -> WrappingWriter:
        """Return a writer for the chunks of a streamed response."""
        return WrappingWriter(self.console)


class WrappingWriter:
    """Writes chunks of text word by word, wrapped and indented."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._column = 0
        self._rest = ""

    def write(self, text: str) -> None:
        """Write the words that this chunk completes."""
        *words, self._rest = _WORD_STARTS.split(self._rest + printable(text))
        for word in words:
            self._put(word)

    def end(self) -> None:
        """Write the rest, and end the line."""
        self._put(self._rest)
        self._rest = ""
        self._end_line()

    def _put(self, word: str) -> None:
        shown = word.strip()
        if self._column + 1 + len(shown) > self._console.width:
            self._end_line()
        if shown:
            text = " " * (1 if self._column else _INDENT) + shown
            self._console.out(text, end="", highlight=False)
            self._column += len(text)
        if "\n" in word:
            self._end_line()

    def _end_line(self) -> None:
        if self._column:
            self._console.out("")
        self._column = 0
