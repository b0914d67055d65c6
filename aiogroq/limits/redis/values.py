"""What `limits.lua` is called with and what it returns, as values.

One run of the script is one atomic step over a list of operations of one scope, in their order::

    keys = keys_of("aiogroq", scope)
    request = encode(worker, epoch, [Settle("a", {"RPM": 1.0}), Reserve([ask])])
    reply = decode(await redis.evalsha(sha, len(keys), *keys, request))

The connection must return bytes (``decode_responses=False``). No operation at all is a sign of life of the worker, and a look
at the levels, which every reply has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Union

import msgspec

from ..store import Ask, Granted, Level, Never, Seen, Wait

WORKER_TIMEOUT_S = 30.0
"""A worker that was not seen for so long has ended: what it held is charged in full, and its place in the line is free."""
EXPIRY_S = 3 * 86_400.0
"""So long the keys of a scope that nobody uses are stored. Longer than the longest window, a day."""


class Reserve(msgspec.Struct, frozen=True):
    """Reserve for as many of ``asks`` as fit, in order. Its result is `Granted`, `Wait` or `Never`.

    The first ask that does not fit has the place of its worker in the line of all workers, until it is granted or misses its
    turn. One that is passing takes no place. Without asks the place is given up. All asks are of one priority.
    """

    asks: Sequence[Ask]


class Settle(msgspec.Struct, frozen=True):
    """End the reservation ``id``, charge what was used, then take over ``seen``. Its result is None.

    A reservation that has ended, or that is not known, is not charged. ``seen`` is taken over all the same.
    """

    id: str
    used: Mapping[str, float] | None
    """What was used; None where that is not known: all of what was reserved is charged. `MemoryStore` knows that by ``used is
    ask.needs``."""
    seen: Mapping[str, Seen] | None = None


class Observe(msgspec.Struct, frozen=True):
    """Take over what a response says of the limits, or the limits that the user gave. Its result is None."""

    seen: Mapping[str, Seen]


class Block(msgspec.Struct, frozen=True):
    """Grant nothing for ``wait_s`` seconds. Its result is None."""

    wait_s: float


class Leave(msgspec.Struct, frozen=True):
    """The worker ends: what it holds is charged in full, and its place in the line is free. Its result is None."""


Operation = Union[Reserve, Settle, Observe, Block, Leave]
Result = Union[Granted, Wait, Never, None]


@dataclass(frozen=True)
class Seed:
    """What a process knows of a scope, for a Redis that has lost it.

    Of several processes' seeds the lowest level and the lowest limit of each kind hold.
    """

    levels: Sequence[Level] = ()
    holds: Sequence[Ask] = ()
    """The reservations of this worker that have not ended."""


@dataclass(frozen=True)
class Reply:
    """What one run of the script returned."""

    epoch: str
    """Names the state in Redis. Another one than before: Redis has lost the state in between. Empty where it has none."""
    must_seed: bool
    """Nothing was done, because the state is not that of the epoch that was sent: encode the same operations with a `Seed`
    and send them again."""
    workers: int
    """How many workers were seen within `WORKER_TIMEOUT_S`, this one included."""
    results: list[Result] = field(default_factory=list["Result"])
    """One for each operation."""
    levels: list[Level] = field(default_factory=list[Level])
    """The state of all known kinds of limits, after the operations."""
    now_s: float = 0.0
    """The time on the clock of the server."""
    is_late: bool = False
    """Nothing was done, because it was too late."""


@cache
def script() -> str:
    """Return the source of the script."""
    return Path(__file__).with_name("limits.lua").read_text(encoding="utf-8")


def keys_of(prefix: str, scope: str) -> list[str]:
    """Return the keys of a scope. All have the same hash tag, so that a cluster stores them together."""
    tag = f"{prefix}:{hashlib.blake2b(scope.encode(), digest_size=16).hexdigest()}"
    return [f"{{{tag}}}:{name}" for name in ("state", "holds", "workers", "line", "places")]


def encode(
    worker: str,
    epoch: str,
    operations: Sequence[Operation],
    seed: Seed | None = None,
    not_after_s: float | None = None,
) -> bytes:
    """Return the argument of the script.

    ``worker`` names who asks; no two processes have the same. ``epoch`` is that of the last reply for this scope, empty
    before the first one. With a ``seed`` the operations are done in any case. Later than ``not_after_s``, on the clock of the
    server, nothing is done.
    """
    return _encoder.encode(
        [worker, epoch, _seed(seed), [_operation(each) for each in operations], not_after_s]
    )


def decode(reply: bytes) -> Reply:
    """Return what the script returned. Raises `msgspec.DecodeError` for what no script of this version returns."""
    found = _decoder.decode(reply)
    return Reply(
        found.epoch,
        found.must_seed,
        found.workers,
        [each.value() for each in found.results],
        [Level(*msgspec.structs.astuple(each)) for each in found.levels],
        found.now_s,
        found.is_late,
    )


_encoder = msgspec.msgpack.Encoder()


def _operation(operation: Operation) -> list[Any]:
    if isinstance(operation, Reserve):
        return ["reserve", [_ask(each) for each in operation.asks]]
    if isinstance(operation, Settle):
        return ["settle", operation.id, operation.used, _seen(operation.seen or {})]
    if isinstance(operation, Observe):
        return ["observe", _seen(operation.seen)]
    if isinstance(operation, Block):
        return ["block", operation.wait_s]
    return ["leave"]


def _ask(ask: Ask) -> list[Any]:
    return [ask.id, ask.needs, ask.certain, ask.share, ask.priority == "batch", ask.is_passing]


def _seen(seen: Mapping[str, Seen]) -> list[list[Any]]:
    return [
        [kind, each.limit, each.level, each.is_exact, each.stale, each.unused, each.source]
        for kind, each in seen.items()
    ]


def _seed(seed: Seed | None) -> list[Any] | None:
    if seed is None:
        return None
    levels = [[each.kind, each.limit, each.level, each.is_given, each.is_guess] for each in seed.levels]
    return [levels, [_ask(each) for each in seed.holds]]


class _Result(msgspec.Struct, array_like=True):
    """The result of an operation: its name, the name of a kind, two numbers, and what prevents the next request."""

    name: str
    kind: str = ""
    first: float = 0.0
    second: float = 0.0
    obstacle: _Result | None = None

    def value(self) -> Result:
        """Return the value that it stands for."""
        if self.name == "granted":
            return Granted(int(self.first), self.obstacle.prevents() if self.obstacle else None)
        return self.prevents()

    def prevents(self) -> Wait | Never | None:
        """Return what prevents a request, None for a result that is no value."""
        if self.name == "wait":
            return Wait(self.first, self.kind, self.second)
        if self.name == "never":
            return Never(self.kind, self.first, self.second)
        return None


class _Level(msgspec.Struct, array_like=True):
    """`Level`, in the order of its fields."""

    kind: str
    limit: float
    level: float
    held: float
    is_given: bool
    is_kept: bool
    is_guess: bool


class _Reply(msgspec.Struct, array_like=True):
    epoch: str
    must_seed: bool
    workers: int
    results: list[_Result]
    levels: list[_Level]
    now_s: float
    is_late: bool


_decoder = msgspec.msgpack.Decoder(_Reply)
