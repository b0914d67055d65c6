"""`Share`: the part of the limits that a process keeps to while Redis cannot be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from ..memory import MemoryStore
from ..store import Ask, Granted, Level, Never, Seen, Wait

PART = 0.9
"""The part of the limits that all processes use together during an outage: they may not agree on how many they are."""
LOOK_AGAIN_S = 0.5
"""Requests that wait look again after so long at the latest: Redis may be back."""
_EQUAL = 1e-6


class Share:
    """The limits and levels of a scope, divided by the number of workers, in memory.

    Args:
        levels: The levels of all workers.
        workers: How many there are.
        holds: The reservations of this process that have not ended.
        blocked_s: How long the service asked to wait.
        clock: Returns seconds.
    """

    def __init__(
        self,
        levels: Sequence[Level],
        workers: int,
        holds: Iterable[Ask],
        blocked_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._workers = workers
        self._part = PART / workers
        self._store = MemoryStore(clock)
        self._limits = {each.kind: each.limit for each in levels}
        self._given = {each.kind: each.limit for each in levels if each.is_given}
        # A guess is not tried out here: all processes would exceed it at once.
        seen = {
            each.kind: Seen(
                each.limit * self._part,
                self._part_of(each.level),
                is_exact=True,
                source="given" if each.is_given else "response",
            )
            for each in levels
        }
        self._store.observe_now("", seen)
        self._store.hold_now("", holds)
        if blocked_s > 0:
            self.block(blocked_s)

    def reserve(self, asks: Sequence[Ask]) -> Granted | Wait | Never:
        """As `LimitStore.reserve`. A request that is larger than the share waits until all of the share is free."""
        for count, ask in enumerate(asks):
            obstacle = self._reserve_one(ask)
            if obstacle is not None:
                return Granted(count, obstacle) if count else obstacle
        return Granted(len(asks))

    def _reserve_one(self, ask: Ask) -> Wait | Never | None:
        for kind, certain in ask.certain.items():
            given = self._given.get(kind)
            if given is not None and certain > given:
                return Never(kind, given, certain)
        limits = {each.kind: each.limit for each in self._store.levels_now("")}
        fitting = {kind: min(amount, limits.get(kind, amount)) for kind, amount in ask.certain.items()}
        found = self._store.reserve_now("", msgspec.structs.replace(ask, certain=fitting))
        if isinstance(found, Wait):
            return Wait(min(found.wait_s, LOOK_AGAIN_S), found.kind, min(found.least_s, LOOK_AGAIN_S))
        return found

    def settle(self, id: str, used: Mapping[str, float]) -> None:
        """As `LimitStore.settle`."""
        self._store.settle_now("", id, used, None)

    def observe(self, seen: Mapping[str, Seen]) -> None:
        """Take over what a response says of the limits of all workers, as far as it is the part of this process."""
        for kind, each in seen.items():
            if each.limit is not None and each.source == "given":
                self._given[kind] = each.limit
        known = {each.kind for each in self._store.levels_now("")}
        parts = {
            kind: msgspec.structs.replace(
                each,
                limit=None if each.limit is None else each.limit * self._part,
                level=None if each.level is None else self._part_of(each.level),
                source="response" if each.source == "guess" else each.source,
            )
            for kind, each in seen.items()
            if each.source != "guess" or kind not in known
        }
        self._store.observe_now("", parts)

    def block(self, wait_s: float) -> None:
        """As `LimitStore.block`."""
        self._store.block_now("", wait_s)

    def levels(self) -> list[Level]:
        """Return the limits and levels of all workers, as far as they can be told from those of the share."""
        return [
            msgspec.structs.replace(each, limit=self._limit_of(each), level=self._level_of_all(each.level))
            for each in self._store.levels_now("")
        ]

    def _part_of(self, level: float) -> float:
        return level / self._workers if level > 0 else level

    def _level_of_all(self, level: float) -> float:
        return level * self._workers if level > 0 else level

    def _limit_of(self, level: Level) -> float:
        limit = level.limit / self._part
        known = self._limits.get(level.kind, limit)
        return known if abs(limit - known) <= _EQUAL * known else limit
