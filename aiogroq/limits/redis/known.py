"""`Known`: what one event loop knows of a scope; `SharedScope`: what all event loops of the process know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from ..kinds import KINDS
from ..store import Ask, Granted, Level, Wait
from .values import WORKER_TIMEOUT_S, Block, Operation, Reply, Reserve, Result, Seed, Settle, keys_of

if TYPE_CHECKING:
    from .share import Share

_ALONE = "alone"
"""Sent as the epoch after an outage: no state has it, so that Redis takes over what this process knows."""


class SharedScope:
    """The levels of a scope in the last reply, for all event loops of a process."""

    def __init__(self, prefix: str, name: str) -> None:
        self.name: str = name
        self.keys: list[str] = keys_of(prefix, name)
        self.workers: int = 1
        """How many workers there are, by the last reply."""
        self.sharers: int = 1
        """By how many the limits are divided in an outage: a server that was restarted has not seen all of them yet."""
        self._sharers_at_s = 0.0
        self.levels: list[Level] = []
        self.at_s: float = 0.0
        """When the last reply came; 0.0 before the first."""
        self.blocked_until_s: float = 0.0
        self.share: Share | None = None
        """The part of the limits that this process had in the last outage."""
        self.outage: int = 0
        """The number of that outage."""
        self.lost: dict[str, Settle] = {}
        """The ends of reservations of event loops that have ended."""

    def took(self, reply: Reply, now_s: float) -> None:
        """Take over a reply."""
        self.workers, self.levels, self.at_s = max(1, reply.workers), reply.levels, now_s
        if self.workers >= self.sharers or now_s - self._sharers_at_s > WORKER_TIMEOUT_S:
            self.sharers, self._sharers_at_s = self.workers, now_s
        for result in reply.results:
            if isinstance(result, Wait) and result.kind == "retry-after":
                self.block(result.wait_s, now_s)

    def block(self, wait_s: float, now_s: float) -> None:
        """Remember that the service asked to wait."""
        self.blocked_until_s = max(self.blocked_until_s, now_s + wait_s)

    def levels_at(self, now_s: float) -> list[Level]:
        """Return the levels with what has flowed in since, as far as it is the part of this process."""
        elapsed_s = max(0.0, now_s - self.at_s)
        return [
            msgspec.structs.replace(
                each,
                level=min(
                    each.limit, each.level + elapsed_s * each.limit / KINDS[each.kind].window_s / self.sharers
                ),
            )
            for each in self.levels
            if each.kind in KINDS
        ]


class Known:
    """The reservations of one event loop in a scope, and what Redis was not told yet."""

    def __init__(self, scope: SharedScope) -> None:
        self.scope: SharedScope = scope
        self.holds: dict[str, Ask] = {}
        """The reservations that have not ended."""
        self.sent_at_s: float = 0.0
        """When the last list of operations was sent, on the clock of the event loop."""
        self.is_sending: bool = False
        """Whether a list of operations is in flight. There is one at a time."""
        self._epoch = ""
        self._in_redis: set[str] = set()
        """The reservations among them that Redis knows."""
        self._uncertain: set[str] = set()
        """What was asked for in runs without a reply: Redis may have granted it."""
        self._owed: dict[str, Settle] = {}
        """The ends of reservations that Redis was not told."""
        self._alone = 0
        """How many operations this event loop has done without Redis since its last reply."""

    def request(self, operations: Sequence[Operation], now_s: float) -> Request:
        """Return what is sent for these operations."""
        if not (self._alone or self._owed or self._uncertain or self.scope.lost):
            return Request(operations, self._epoch)
        owed = {**self.scope.lost, **self._owed}
        for id in self._uncertain - self.holds.keys() - owed.keys():
            owed[id] = Settle(id, {})  # not granted since
        before: list[Operation] = [*owed.values()]
        blocked_s = self.scope.blocked_until_s - now_s
        if self._alone and blocked_s > 0:
            before.append(Block(blocked_s))
        epoch = _ALONE if self._alone else self._epoch
        return Request([*before, *operations], epoch, len(before), self._alone)

    def seed(self, now_s: float) -> Seed:
        """Return what Redis is told where it has lost the scope, or was not asked for a while."""
        share = self.scope.share
        levels = share.levels() if self._alone and share is not None else self.scope.levels_at(now_s)
        return Seed(levels, list(self.holds.values()))

    def took(self, request: Request, reply: Reply) -> Sequence[Result]:
        """Take over the reply to a request. Returns the results of its operations."""
        self._epoch = reply.epoch
        if request.before or request.alone:
            self._took_rest(request)
        for operation, result in zip(request.operations, reply.results, strict=True):
            if isinstance(operation, Settle):
                self.holds.pop(operation.id, None)
                self._in_redis.discard(operation.id)
            elif isinstance(operation, Reserve) and isinstance(result, Granted):
                self.hold(operation, result)
                self._in_redis.update(ask.id for ask in operation.asks[: result.count])
        return reply.results[request.before :]

    def _took_rest(self, request: Request) -> None:
        """Take over that Redis knows now what it was not told before."""
        for operation in request.operations[: request.before]:
            if isinstance(operation, Settle):
                self._owed.pop(operation.id, None)
                self._uncertain.discard(operation.id)
                self.scope.lost.pop(operation.id, None)
        if request.alone:
            self._in_redis.update(self.holds)
            self._uncertain -= self.holds.keys()
            if request.alone == self._alone:
                self._alone = 0

    def hold(self, reserve: Reserve, granted: Granted) -> None:
        """Remember what was granted."""
        for ask in reserve.asks[: granted.count]:
            self.holds[ask.id] = ask

    def failed(self, operations: Sequence[Operation]) -> None:
        """Remember operations that may have been sent and have no reply."""
        for operation in operations:
            if isinstance(operation, Reserve):
                self._uncertain.update(ask.id for ask in operation.asks)

    def settled_alone(self, settle: Settle) -> Ask | None:
        """End a reservation without Redis, which is told of it later. Returns what was reserved."""
        ask = self.holds.pop(settle.id, None)
        if settle.id in self._in_redis or settle.id in self._uncertain:
            self._in_redis.discard(settle.id)
            self._owed[settle.id] = Settle(settle.id, settle.used)
        return ask

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight, and Redis was told everything."""
        return not (self.is_sending or self.holds or self._owed or self._uncertain or self._alone)

    def went_alone(self) -> None:
        """Note that this event loop does something that Redis does not know."""
        self._alone += 1

    def end(self, rest: Sequence[Operation]) -> list[Operation]:
        """Return what is still to be sent at the end of the event loop: ``rest``, and the ends of all reservations. The
        service has probably charged those."""
        ended = {each.id for each in rest if isinstance(each, Settle)}
        ends = [*self._owed.values(), *(Settle(id, None) for id in self.holds if id not in ended)]
        self.holds.clear()
        self._owed.clear()
        return [*rest, *ends]


class Request:
    """A list of operations as it is sent: the first ``before`` are what Redis was not told before."""

    __slots__ = ("alone", "before", "epoch", "operations")

    def __init__(self, operations: Sequence[Operation], epoch: str, before: int = 0, alone: int = 0) -> None:
        self.operations: Sequence[Operation] = operations
        self.epoch: str = epoch
        self.before: int = before
        self.alone: int = alone
        """How many operations had been done without Redis."""
