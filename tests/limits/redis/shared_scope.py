"""`SharedScope`: one scope, the workers that share it, and a clock that is moved by hand."""

from __future__ import annotations

import itertools
from typing import Any, Literal

from lua_runtime import Clock, LuaScopes

from aiogroq.limits import Ask, Granted, Level, Seen, Wait
from aiogroq.limits.redis.values import Observe, Operation, Reply, Reserve, Seed, Settle

SCOPE = "an account"


class SharedScope:
    """A scope whose limits were given. What its workers know of the epoch is not sent, where a test does not say so."""

    def __init__(self, **limits: float) -> None:
        self.clock = Clock()
        self.scopes = LuaScopes(self.clock)
        self._ids = itertools.count()
        self.worker("somebody").give(**limits)

    def worker(self, name: str) -> Worker:
        """Return one that shares the scope."""
        return Worker(self, name)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move(seconds)

    def use_up(self, **needs: float) -> None:
        """Let somebody use so much, at once and finally."""
        somebody = self.worker("somebody")
        assert isinstance(somebody.reserve("used", **needs), Granted)
        somebody.run(Settle("used", needs))

    def level(self, kind: str) -> Level:
        """Return the state of a kind."""
        return next(each for each in self.worker("somebody").run().levels if each.kind == kind)


class Worker:
    """A process that shares the scope."""

    def __init__(self, scope: SharedScope, name: str) -> None:
        self.scope = scope
        self.name = name

    def run(self, *operations: Operation, epoch: str = "", seed: Seed | None = None) -> Reply:
        """Take one atomic step."""
        return self.scope.scopes.run(SCOPE, self.name, epoch, operations, seed)

    def one(self, operation: Operation) -> Any:
        """Return the result of one operation."""
        (result,) = self.run(operation).results
        return result

    def give(self, **limits: float) -> None:
        """Set limits as the user does."""
        self.run(Observe({kind: Seen(limit, source="given") for kind, limit in limits.items()}))

    def reserve(
        self,
        id: str,
        *,
        priority: Literal["interactive", "batch"] = "batch",
        is_passing: bool = False,
        **needs: float,
    ) -> Any:
        """Reserve for one request."""
        return self.one(Reserve([Ask(id, needs, priority=priority, is_passing=is_passing)]))

    def wait_s(self, id: str, **options: Any) -> float:
        """Return the seconds that a request waits, which has to."""
        found = self.reserve(id, **options)
        assert isinstance(found, Wait), found
        return round(found.wait_s, 3)

    def is_granted(self, id: str, **options: Any) -> bool:
        """Whether a request is granted."""
        return isinstance(self.reserve(id, **options), Granted)

    def settle(self, id: str, **used: float) -> None:
        """End a reservation."""
        self.run(Settle(id, used))
