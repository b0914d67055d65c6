"""`Line`: the requests that wait, in their order."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .waiter import Waiter

if TYPE_CHECKING:
    from .pacer import Pacer

_MAX_LOOKED_AT = 16
"""How many requests may be looked at behind one that waits."""


class Line:
    """The requests of one queue that wait. Those of the priority ``interactive`` go before ``batch``."""

    __slots__ = ("_batch", "_by_priority", "_interactive")

    def __init__(self) -> None:
        self._interactive: deque[Waiter] = deque()
        self._batch: deque[Waiter] = deque()
        self._by_priority = {"interactive": self._interactive, "batch": self._batch}

    def __len__(self) -> int:
        return len(self._interactive) + len(self._batch)

    def __bool__(self) -> bool:
        return bool(self._interactive or self._batch)

    def __iter__(self) -> Iterator[Waiter]:
        return itertools.chain(self._interactive, self._batch)

    def add(self, waiter: Waiter, *, front: bool) -> None:
        """Let a request wait behind the others of its priority, or before them."""
        waiting = self._by_priority[waiter.pacer.priority]
        if front:
            waiting.appendleft(waiter)
        else:
            waiting.append(waiter)
        waiter.is_waiting = True

    def remove(self, waiter: Waiter) -> None:
        """Take a request out."""
        waiter.is_waiting = False
        self._by_priority[waiter.pacer.priority].remove(waiter)

    def may_pass(self, waiter: Waiter) -> bool:
        """Return whether a request behind the first may be granted before it."""
        return waiter.pacer.priority == "interactive" and self._interactive[0] is not waiter

    def heads(self, most: int) -> list[Waiter]:
        """Return up to ``most`` requests of one priority that are next, without those whose pacer is full."""
        for waiting in self._by_priority.values():
            if waiting and waiting[0].is_full and waiting[0].pacer.waiting >= len(waiting):
                continue  # all are of one pacer
            for place, waiter in enumerate(waiting):
                if waiter.is_full:
                    continue
                if most == 1:
                    return [waiter]
                # However many of full pacers are before the first; behind it not all are looked at.
                return _with_room(itertools.islice(waiting, place, place + _MAX_LOOKED_AT), most)
        return []

    def smaller(self, first: Waiter, kind: str) -> list[Waiter]:
        """Return interactive requests behind ``first`` each of which may be granted before it: with those that were before, it
        needs no more of ``kind`` than ``first``."""
        size = first.ask.needs.get(kind, 0.0)
        passed = first.passed.get(kind, 0.0)
        looked_at = itertools.islice(self._interactive, _MAX_LOOKED_AT)
        needs = ((each, each.ask.needs.get(kind, 0.0)) for each in looked_at if each is not first)
        return [each for each, need in needs if need < size and passed + need <= size and not each.is_full]


def _with_room(waiters: Iterable[Waiter], most: int) -> list[Waiter]:
    """Return up to ``most`` requests that can be in flight together, as far as their pacers have a bound."""
    taken: Counter[Pacer] = Counter()
    found: list[Waiter] = []
    for waiter in waiters:
        if len(found) >= most:
            break
        pacer = waiter.pacer
        if pacer.max_in_flight is None or pacer.in_flight + taken[pacer] < pacer.max_in_flight:
            taken[pacer] += 1
            found.append(waiter)
    return found


def together(smaller: Sequence[Waiter], first: Waiter, kind: str, most: int) -> list[Waiter]:
    """Return those of `Line.smaller` that may be granted together before ``first``, at most ``most``."""
    left = first.ask.needs.get(kind, 0.0) - first.passed.get(kind, 0.0)
    needed = itertools.accumulate(waiter.ask.needs.get(kind, 0.0) for waiter in smaller)
    return _with_room((waiter for waiter, sum_ in zip(smaller, needed, strict=True) if sum_ <= left), most)
