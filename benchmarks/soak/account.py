"""The account: what the caller knows of each call beside what the server saw of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .caller import Ended

Seen = Mapping[str, Sequence[Sequence[object]]]
"""By id: a (status, whether the client left) for each request."""


@dataclass
class Account:
    """Everything that ended, and everything that is not right."""

    calls: int = 0
    requests: int = 0
    most_requests: int = 0
    """Requests that one call was sent as, where that were the most."""
    kinds: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])

    def settle(self, ended: Iterable[Ended], seen: Seen) -> None:
        """Compare a block of calls with the server's log of it."""
        known: set[str] = set()
        for each in ended:
            known.add(each.id)
            self.calls += 1
            self.kinds[each.kind.name] += 1
            log = seen.get(each.id, ())
            self.requests += len(log)
            self.most_requests = max(self.most_requests, len(log))
            problem = each.problem or disagreement(each, log)
            if problem:
                self.problems.append(f"call {each.id} ({each.kind.name}): {problem}")
        for id in seen.keys() - known:
            self.problems.append(f"the server has a request {id!r} that nobody made")


def disagreement(ended: Ended, log: Sequence[Sequence[object]]) -> str:
    """What the server says otherwise than the caller, or nothing."""
    kind = ended.kind
    if not log:
        # Who is cancelled early enough has sent nothing.
        return "" if kind.leaves == "cancel" else "the server never saw it"
    # A request on a kept connection that the server closes at that moment is an attempt that the server never saw.
    unseen = min(max(0, ended.attempts - len(log)), ended.broken_attempts)
    if not ended.attempts <= len(log) + unseen <= ended.attempts + kind.uncounted:
        return f"{ended.attempts} attempts, and the server saw {len(log)}"
    if not kind.uncounted and kind.requests and not kind.requests - unseen <= len(log) <= kind.requests:
        return f"{len(log)} requests where {kind.requests} are right"
    status, has_left = log[-1]
    if kind.leaves and not has_left:
        return "the server did not see the caller leave"
    if not kind.errors and not kind.leaves and (status != 200 or has_left):
        return f"answered, and the server has status {status}{' and a departure' if has_left else ''}"
    if ended.status not in (None, 200) and status not in (200, ended.status):
        return f"status {ended.status}, and the server sent {status}"
    return ""
