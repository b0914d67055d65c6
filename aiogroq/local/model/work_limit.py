"""Bounds the work that one request may cause."""

from __future__ import annotations

from ..response import ApiError

MAX_UNITS = 150_000


class Effort:
    """A count of steps that a request may still take: one unit is about a microsecond, whatever the request asks for.

    Counted and not timed, so that the same request is always either answered or refused.
    """

    __slots__ = ("_left",)

    def __init__(self, units: int = MAX_UNITS) -> None:
        self._left = units

    def spend(self, units: int) -> None:
        """Count *units* of work about to be done. Raises `ApiError` 400 when the request has used up its share."""
        self._left -= units
        if self._left < 0:
            raise ApiError(400, "the JSON schema is too complex: matching it takes too many steps")
