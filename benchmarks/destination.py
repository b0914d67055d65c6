"""Decides where the results of a run are written, and which runs replace the published results."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
INTERRUPTED = 130
"""The exit code after Ctrl-C: 128 plus the number of SIGINT, as in shells."""


@dataclass(frozen=True)
class Destination:
    """The directory of a run's results."""

    requested: Path | None
    """The value of ``--results``."""
    is_whole: bool
    """Whether the arguments ask for all rows in full size."""

    def check(self, parser: ArgumentParser) -> None:
        """Create the directory. Exit with 2 and the reason if it is not writable."""
        folder = self.folder(is_complete=True)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            parser.error(f"cannot write results to {folder}: {error.strerror}")

    def folder(self, *, is_complete: bool) -> Path:
        """Return the directory. *is_complete* says whether everything requested was measured; else it is ``partial``."""
        if self.requested is not None and is_complete:
            return self.requested
        return (self.requested or RESULTS) / ("" if self.is_whole and is_complete else "partial")

    def is_published(self, *, is_complete: bool) -> bool:
        """Whether the docs show the results."""
        return self.requested is None and self.is_whole and is_complete


def integer_from(minimum: int) -> Callable[[str], int]:
    """Return an argparse type for an int >= *minimum*."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if number < minimum:
            raise ArgumentTypeError(f"{text} is not an int >= {minimum}")
        return number

    return parse


def percentage(text: str) -> float:
    """Parse an argument from 0 to 100."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise ArgumentTypeError(f"{text} is not a number from 0 to 100")
    return number
