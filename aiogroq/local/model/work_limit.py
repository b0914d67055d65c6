"""Bounds the work that one request can cause."""

from __future__ import annotations

from ..response import ApiError

MAX_UNITS = 150_000


class WorkLimit:
    """The units of work that a request has left. One unit is about one microsecond.

    Work is counted, not timed, so that the same request always has the same result.
    """

    __slots__ = ("_left",)

    def __init__(self, units: int = MAX_UNITS) -> None:
        self._left = units

    def spend(self, units: int) -> None:
        """Subtract *units* before the work is done. Raises `ApiError` 400 when none are left."""
        self._left -= units
        if self._left < 0:
            raise ApiError(400, "the JSON schema is too complex: matching it takes too many steps")
