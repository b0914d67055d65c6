"""`LimitStore`: where the levels of the limits are stored and compared; the values that go in and out.

A store decides on numbers only; who waits, and in which order, is decided by `aiogroq.limits.pacer`. One store may serve
many processes, so its methods are coroutines, and each of them is one atomic step. A store whose coroutines never suspend
says so with ``never_suspends = True``: the pacer then grants without a turn of the event loop. A store that suspends, and
takes its steps in the order in which its methods were called in one event loop, says so with ``keeps_order = True``: the
pacer then asks for the next request without waiting until the end of the last one is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec


class Ask(msgspec.Struct, frozen=True):
    """A request that wants to be sent."""

    id: str
    """Names its reservation until it is settled. Never used twice."""
    needs: Mapping[str, float]
    """How much of each kind of limit it may use, by the name of the kind, estimated high."""
    share: float = 1.0
    """The part of each bucket that requests of its class may use up; the rest is left to others."""
    certain: Mapping[str, float] = msgspec.field(default_factory=dict[str, float])
    """How much of a kind it asks for at least, whatever the estimate, such as its maximum of completion tokens."""
    priority: Literal["interactive", "batch"] = "interactive"
    """Where it stands among the requests of other processes that wait for the same limits."""
    is_passing: bool = False
    """Whether it would pass a larger one of its process that waits. Where it does not fit, the place of its process among
    others stays that of the larger one."""


class Granted(msgspec.Struct, frozen=True):
    """The first ``count`` requests that were asked for may be sent now. Their needs are reserved."""

    count: int
    obstacle: Wait | Never | None = None
    """What prevents the one after them from being sent now, where more were asked for; None where the store does not say."""


class Wait(msgspec.Struct, frozen=True):
    """None may be sent now."""

    wait_s: float
    """Seconds until the first one fits, if nothing else is sent before."""
    kind: str
    """The kind of limit that it waits for; ``retry-after`` where the service named none."""
    least_s: float = 0.0
    """Seconds that it waits at least, even if the requests in flight use nothing of what is held for them."""


class Never(msgspec.Struct, frozen=True):
    """The first one does not fit a given limit even when that is full."""

    kind: str
    limit: float
    needed: float


class Seen(msgspec.Struct, frozen=True):
    """What a response says of one kind of limit."""

    limit: float | None = None
    """The limit, None where it is not named."""
    level: float | None = None
    """How much was left, None where it is not known. May be below zero."""
    is_exact: bool = False
    """Whether ``level`` is that of the service at this moment (the text of an error). A header is a snapshot that may be
    older than other requests: it lowers a level at once, and raises it by little."""
    stale: float = 0.0
    """How much was charged for other requests since that of this response was sent: ``level`` may be without it."""
    unused: float = 0.0
    """How much of what was held for the request of this response was not used: a service that keeps what it reserves has
    charged it."""
    source: Literal["response", "given", "guess"] = "response"
    """Where ``limit`` comes from. A given limit is never exceeded. A guess is what limits of this kind usually are: it
    holds at the start, and is raised while the service accepts more."""


class Level(msgspec.Struct, frozen=True):
    """The state of one kind of limit in a store."""

    kind: str
    limit: float
    level: float
    """How much is left, as far as is known, without what is held."""
    held: float
    """How much is reserved for requests in flight."""
    is_given: bool
    """Whether the limit was given, and not learned from a response."""
    is_kept: bool = False
    """Whether the service was seen to keep what it reserves for a request: it then charges completion tokens up to
    ``max_completion_tokens``, not only those that were used."""
    is_guess: bool = False
    """Whether ``limit`` is a guess: it is raised while the service accepts more."""


class LimitStore(Protocol):
    """Stores the levels of the limits. ``scope`` names an account, a service and a model, never with the key itself.

    An error of `reserve` is raised as it is by the calls that wait. One of another method is logged.
    """

    async def reserve(self, scope: str, asks: Sequence[Ask]) -> Granted | Wait | Never:
        """Reserve for as many of ``asks`` as fit, in order, over all their kinds at once.

        A store of many processes may keep a place among them for the first one that does not fit; without ``asks`` this
        process gives its place up.
        """
        ...

    async def settle(
        self, scope: str, id: str, used: Mapping[str, float], seen: Mapping[str, Seen] | None = None
    ) -> None:
        """End the reservation ``id`` and charge what was really used, nothing of a kind that ``used`` does not name.

        Then takes over what its response says, as `observe`, in the same atomic step. A reservation that has ended is not
        charged again; ``seen`` is taken over all the same.
        """
        ...

    async def observe(self, scope: str, seen: Mapping[str, Seen]) -> None:
        """Take over what a response whose body is still to come says of the limits, by the name of their kind; or the limits
        that the user gave."""
        ...

    async def block(self, scope: str, wait_s: float) -> None:
        """Grant nothing for ``wait_s`` seconds: the service asked to wait without naming a limit."""
        ...

    async def levels(self, scope: str) -> Sequence[Level]:
        """Return the state of all known kinds of limits."""
        ...
