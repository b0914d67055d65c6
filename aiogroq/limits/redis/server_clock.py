"""`ServerClock`: until when a run of the script has a caller, on the clock of the server."""

from __future__ import annotations

from collections.abc import Callable


class ServerClock:
    """The clock of the server, as far as its last reply tells. It may jump: then the next reply corrects it.

    Args:
        timeout_s: How long a run of the script is waited for.
        clock: Returns seconds.
    """

    def __init__(self, timeout_s: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._timeout_s = timeout_s
        self._ahead_s: float | None = None

    def set(self, now_s: float) -> None:
        """Take over the time of a reply."""
        self._ahead_s = now_s - self._clock()

    def latest_s(self) -> float | None:
        """Return the time after which a run that begins now has no caller any more; None where that is not known."""
        return None if self._ahead_s is None else self._clock() + self._ahead_s + self._timeout_s
