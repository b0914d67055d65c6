"""The faults for future requests."""

from __future__ import annotations

import random
import threading
from typing import cast

from ..faults import Fault


class FaultQueue:
    """A queue of faults, first in first out. Other threads may add to it while the server takes from it."""

    def __init__(self, faults: tuple[Fault | None, ...], seed: int) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._entries: list[_Entry] = []
        self.add(*faults)

    def add(self, *faults: Fault | None) -> None:
        """Append faults. `None` stands for one response without a fault. Raises `TypeError` for anything else."""
        for fault in cast("tuple[object, ...]", faults):
            if fault is not None and not isinstance(fault, Fault):
                raise TypeError(
                    f"script() takes a Fault or None, not a {type(fault).__name__}: script(Fault(...), Fault(...))"
                )
        entries = [_Entry(fault or Fault()) for fault in faults if fault is None or fault.times != 0]
        with self._lock:
            self._entries.extend(entries)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def take(self, method: str, path: str, body: bytes | None = None) -> Fault | None:
        """Return the fault for a request, or `None`.

        Before the body is read, *body* is `None`: a fault that depends on the body then does not match. With a body, only
        such faults match.
        """
        if not self._entries:
            return None
        with self._lock:
            for position, entry in enumerate(self._entries):
                fault = entry.fault
                if fault.on not in path or (fault.method and fault.method.upper() != method):
                    continue
                if bool(fault.body_contains) != (body is not None):
                    continue
                if body is not None and fault.body_contains.encode() not in body:
                    continue
                if entry.skip > 0:
                    entry.skip -= 1
                    continue
                if fault.probability < 1.0 and self._random.random() >= fault.probability:
                    continue
                if entry.left is not None:
                    entry.left -= 1
                    if entry.left <= 0:
                        del self._entries[position]
                return fault
        return None


class _Entry:
    __slots__ = ("fault", "left", "skip")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = fault.times
        self.skip = fault.skip
