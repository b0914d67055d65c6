"""`MemoryStore`: the levels of the limits of one process, shared by its clients in all threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from .arrivals import Arrivals
from .bucket import Bucket
from .kinds import IN_HEADERS, KINDS
from .reservations import ON_THE_WAY_S, Reservations
from .store import Ask, Granted, Level, Never, Seen, Wait

_MAX_SCOPES = 1024
_MIN_STEP_S = 0.001
"""Shorter times flow into the buckets together with what follows them."""


class MemoryStore:
    """A `LimitStore` in memory. May be used from several threads; its coroutines never suspend.

    Args:
        clock: Returns seconds. It may jump, also backwards: then nothing flows into the buckets at the jump.
    """

    never_suspends = True

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._scopes: dict[str, _Scope] = {}

    async def reserve(self, scope: str, asks: Sequence[Ask]) -> Granted | Wait | Never:
        """Reserve for as many of ``asks`` as fit, in order, over all their kinds at once."""
        with self._lock:
            state = self._scope(scope)
            for count, ask in enumerate(asks):
                obstacle = state.reserve(ask)
                if obstacle is not None:
                    return Granted(count, obstacle) if count else obstacle
            return Granted(len(asks))

    def reserve_now(self, scope: str, ask: Ask) -> Wait | Never | None:
        """Reserve for one request, as `reserve`. Returns what prevents it, None where it is granted."""
        with self._lock:
            return self._scope(scope).reserve(ask)

    def hold_now(self, scope: str, asks: Iterable[Ask]) -> None:
        """Hold what requests need that another store has granted, even where it does not fit."""
        with self._lock:
            state = self._scope(scope)
            for ask in asks:
                state.hold(ask)

    def settle_now(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None
    ) -> None:
        """As `settle`, without a coroutine."""
        with self._lock:
            state = self._scope(scope)
            state.settle(id, used)
            if seen:
                state.observe(seen)

    async def settle(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None = None
    ) -> None:
        """End the reservation ``id``, charge what was really used, and take over what its response says. One that has ended
        is not charged again."""
        self.settle_now(scope, id, used, seen)

    def observe_now(self, scope: str, seen: Mapping[str, Seen]) -> None:
        """As `observe`, without a coroutine."""
        with self._lock:
            self._scope(scope).observe(seen)

    async def observe(self, scope: str, seen: Mapping[str, Seen]) -> None:
        """Take over what a response says of the limits, by the name of their kind. Ignores unknown kinds."""
        self.observe_now(scope, seen)

    def block_now(self, scope: str, wait_s: float) -> None:
        """As `block`, without a coroutine."""
        with self._lock:
            self._scope(scope).block(wait_s)

    async def block(self, scope: str, wait_s: float) -> None:
        """Grant nothing for ``wait_s`` seconds."""
        self.block_now(scope, wait_s)

    def levels_now(self, scope: str) -> Sequence[Level]:
        """As `levels`, without a coroutine."""
        with self._lock:
            return self._scope(scope).levels()

    async def levels(self, scope: str) -> Sequence[Level]:
        """Return the state of all known kinds of limits."""
        return self.levels_now(scope)

    def _scope(self, name: str) -> _Scope:
        """Return the state of a scope at this moment."""
        state = self._scopes.get(name)
        if state is None:
            if len(self._scopes) >= _MAX_SCOPES:
                idle = next((key for key, other in self._scopes.items() if not other.holds), None)
                if idle is not None:
                    del self._scopes[idle]
            state = self._scopes[name] = _Scope(self._clock())
        state.go_to(self._clock())
        return state


class _Scope:
    """The buckets of one account and model, and the reservations in them."""

    def __init__(self, now_s: float) -> None:
        self._now_s = now_s
        self._blocked_until_s = now_s
        self._buckets: dict[str, Bucket] = {}
        self._reservations = Reservations()
        self._arrivals = Arrivals()
        self.holds: dict[str, tuple[Ask, int]] = {}
        """The requests in flight, each with its period of `Arrivals`."""
        self._held_last_s = now_s
        self._held_last = self._settled_last = ""

    def go_to(self, now_s: float) -> None:
        if 0 <= now_s - self._now_s < _MIN_STEP_S:
            return
        arrivals = self._arrivals
        if now_s < self._now_s:
            self._blocked_until_s -= self._now_s - now_s
            arrivals.period_ends_s -= self._now_s - now_s
        self._now_s = now_s
        while arrivals.on_the_way and arrivals.period_ends_s <= now_s:
            self._refill(arrivals.period_ends_s)
            arrivals.next_period()
        self._refill(now_s)

    def _refill(self, now_s: float) -> None:
        for bucket in self._buckets.values():
            bucket.refill(now_s)

    def reserve(self, ask: Ask) -> Wait | Never | None:
        """Hold what a request needs, or return what prevents it from being sent now."""
        blocked_s = self._blocked_until_s - self._now_s
        if blocked_s > 0:
            return Wait(blocked_s, "retry-after", blocked_s)
        obstacle = self._obstacle(ask)
        if obstacle is None:
            self.hold(ask)
        return obstacle

    def _obstacle(self, ask: Ask) -> Wait | Never | None:
        """Return what prevents this request from being sent now: of several limits the one that takes longest."""
        longest: Wait | None = None
        probed: list[Bucket] | None = None
        needs, certain, share = ask.needs, ask.certain, ask.share
        for name, bucket in self._buckets.items():
            need = needs.get(name, 0.0)
            if need <= 0:
                continue
            least = certain.get(name, 0.0)
            if least > bucket.limit:
                if bucket.given is not None:
                    return Never(name, bucket.limit, least)
                continue  # the service rejects it at once and charges nothing: waiting is no use
            wait_s, least_s = bucket.waits_s(need, share)
            if wait_s <= 0:
                continue
            if bucket.is_guess and bucket.probe is None:
                probed = [*probed, bucket] if probed else [bucket]
            elif longest is None or wait_s > longest.wait_s:
                longest = Wait(wait_s, name, least_s)
        if longest is None and probed:
            for bucket in probed:
                bucket.probe = ask.id
        return longest

    def hold(self, ask: Ask) -> None:
        """Hold what a request needs."""
        if not self.holds:
            tokens = self._buckets.get("TPM")
            if tokens is not None and tokens.level >= tokens.limit:
                self._reservations.start_full(tokens.limit, self._now_s)
        self.holds[ask.id] = ask, self._arrivals.granted(self._now_s)
        self._reservations.sent(ask.certain.get("OTPM", 0.0))
        self._held_last, self._held_last_s = ask.id, self._now_s
        needs = ask.needs
        for name, bucket in self._buckets.items():
            bucket.held += needs.get(name, 0.0)

    def settle(self, id: str, used: Mapping[str, float]) -> None:
        held = self.holds.pop(id, None)
        if held is None:
            return
        ask, period = held
        self._arrivals.came(period)
        needs = ask.needs
        self._settled_last = id
        unused = self._unused(ask, used)
        is_kept = unused > 0 and self._reservations.are_kept
        is_none_held = not self.holds
        for name, bucket in self._buckets.items():
            # Of the last one no rest of rounding stays.
            bucket.held = 0.0 if is_none_held else bucket.held - needs.get(name, 0.0)
            charged = used.get(name, 0.0)
            if is_kept and name in ask.certain and name not in IN_HEADERS:
                charged += unused
            bucket.level -= charged
            if bucket.probe == id:
                bucket.end_probe(is_accepted=charged > 0)

    def _unused(self, ask: Ask, used: Mapping[str, float]) -> float:
        """Return the completion tokens that a request allowed and did not use; 0.0 where what it used is not known."""
        maximum = ask.certain.get("OTPM", 0.0)
        completion = used.get("OTPM")
        if completion is not None and used is not ask.needs:
            self._reservations.settled(used.get("ITPM", 0.0), completion, maximum)
            return maximum - completion if completion < maximum else 0.0
        self._settled_last = ""
        if used:
            self._reservations.ended(maximum)
        else:
            self._reservations.rejected(maximum)
        return 0.0

    def _learn(self, bucket: Bucket, seen: Seen) -> None:
        """Take over the level in the headers of the response of a request that has just ended."""
        if seen.level is None or seen.is_exact or not self._settled_last or bucket.is_below_the_service(seen):
            return
        # What was sent last has come to the service, if it has ended.
        is_quiet = self._held_last == self._settled_last or self._now_s - self._held_last_s >= ON_THE_WAY_S
        self._reservations.observe(seen.level, bucket.limit, bucket.rate, self._now_s, is_quiet=is_quiet)

    def observe(self, seen: Mapping[str, Seen]) -> None:
        for name, each in seen.items():
            limit = each.limit
            if limit is not None and limit <= 0:
                continue
            bucket = self._buckets.get(name)
            if bucket is None:
                if limit is None or name not in KINDS:
                    continue
                held = sum(ask.needs.get(name, 0.0) for ask, _ in self.holds.values())
                bucket = self._buckets[name] = Bucket(
                    KINDS[name], limit, self._now_s, held, self._reservations, self._arrivals
                )
            elif each.source == "guess":
                continue  # it is known better, or was guessed already
            elif (
                limit is not None
                and limit != bucket.limit
                and each.source == "response"
                and not each.is_exact
            ):
                self._scale(name, limit / bucket.limit)
            bucket.observe(each)
            if name == "TPM":
                self._learn(bucket, each)

    def _scale(self, changed: str, factor: float) -> None:
        """Scale the learned limits that stand in no header by that of one that does: the account has another tier."""
        if self._buckets[changed].given is not None:
            return
        for name, bucket in self._buckets.items():
            if name not in IN_HEADERS and bucket.given is None and KINDS[name].unit == KINDS[changed].unit:
                bucket.scale(factor)

    def block(self, wait_s: float) -> None:
        self._blocked_until_s = max(self._blocked_until_s, self._now_s + wait_s)

    def levels(self) -> list[Level]:
        return [bucket.state() for bucket in self._buckets.values()]


_default: MemoryStore | None = None


def default_store() -> MemoryStore:
    """Return the store of this process, which all clients share that bring none of their own."""
    global _default
    if _default is None:
        _default = MemoryStore()
    return _default


def _forget() -> None:
    # Another thread may have held the lock at the fork.
    global _default
    _default = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
