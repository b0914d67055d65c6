"""Where the results of a run go, and which runs may take the place of what is published."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
INTERRUPTED = 130
"""The exit code after Ctrl-C, as of a shell: 128 and the number of SIGINT."""


@dataclass(frozen=True)
class Destination:
    """The folder of a run's results."""

    asked: Path | None
    """What ``--results`` says."""
    is_whole: bool
    """Whether the arguments ask for everything in its whole size."""

    def check(self, parser: ArgumentParser) -> None:
        """Make the folder, and end with 2 and the reason where nothing can be written there."""
        folder = self.folder(is_complete=True)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            parser.error(f"cannot write results to {folder}: {error.strerror}")

    def folder(self, *, is_complete: bool) -> Path:
        """Where to write. *is_complete* tells whether all was measured that was asked for; what was not stays apart."""
        if self.asked is not None and is_complete:
            return self.asked
        return (self.asked or RESULTS) / ("" if self.is_whole and is_complete else "partial")

    def is_published(self, *, is_complete: bool) -> bool:
        """Whether the documentation shows it."""
        return self.asked is None and self.is_whole and is_complete


def whole_number(least: int) -> Callable[[str], int]:
    """An argument that is a whole number, *least* or more."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise ArgumentTypeError(f"{text} is no whole number of {least} or more")
        return number

    return parse


def percentage(text: str) -> float:
    """An argument from 0 to 100."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise ArgumentTypeError(f"{text} is no number from 0 to 100")
    return number
