"""`Ids`: finds ids of items that may be equal to the numbers of items without an id."""

from __future__ import annotations

from .errors import JobInputError
from .outcome import JobRequest


class _Range:
    """The least and the greatest of some numbers."""

    def __init__(self) -> None:
        self.least = -1
        self.greatest = -2

    def add(self, number: int) -> None:
        if number > self.greatest:
            self.greatest = number
        if number < self.least or self.least < 0:
            self.least = number

    def overlaps(self, other: _Range) -> bool:
        return self.least <= other.greatest and other.least <= self.greatest


class Ids:
    """The ids of one input, as two ranges: those that are numbers, and the numbers of items that have none."""

    def __init__(self) -> None:
        self._given = _Range()
        self._missing = _Range()

    def check(self, request: JobRequest) -> None:
        """Raise `JobInputError` if two results may have the same id."""
        if not request.is_id_given:
            self._missing.add(request.index)
        elif request.id.isdecimal() and request.id.isascii():
            self._given.add(int(request.id[:18]))
        else:
            return
        given, missing = self._given, self._missing
        if given.least < 0 or missing.least < 0 or not given.overlaps(missing):
            return
        raise JobInputError(
            f"some items have numbers as ids ({given.least} to {given.greatest}), others have no id and get their "
            f"position ({missing.least} to {missing.greatest}), so two may have the same; give every item an id, or none"
        )
