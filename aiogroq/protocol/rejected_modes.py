"""`RejectedModes`: which ways to ask for JSON the service has rejected, by model."""

from __future__ import annotations


class RejectedModes:
    """For each model the first mode (see `aiogroq.structured.modes`) that the service has not rejected.

    It is empty at first: what a model supports is what the service says, not a list of names.
    """

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def first(self, model: object) -> int:
        """Return the first mode of a model that was not rejected."""
        return self._first.get(model, 0) if isinstance(model, str) else 0

    def note(self, model: object, first: int) -> None:
        """Record that all modes of a model before ``first`` are rejected."""
        if isinstance(model, str):
            self._first[model] = max(first, self._first.get(model, 0))

    def share(self, other: RejectedModes) -> None:
        """From now on share the values of ``other``, in both directions."""
        self._first = other._first
