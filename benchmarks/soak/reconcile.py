"""Compares the results of calls with the log of the server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .caller import CallResult

Seen = Mapping[str, Sequence[Sequence[object]]]
"""Call id -> (status, whether the client disconnected) of each request."""


@dataclass
class Reconciliation:
    """The totals of all calls and the problems found."""

    calls: int = 0
    requests: int = 0
    most_requests: int = 0
    """The maximum number of requests of one call."""
    kinds: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])

    def add_block(self, ended: Iterable[CallResult], seen: Seen) -> None:
        """Compare a block of calls with the log of the server."""
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
            self.problems.append(f"the server has a request {id!r} without a call")


def disagreement(ended: CallResult, log: Sequence[Sequence[object]]) -> str:
    """Return how the log of the server contradicts the call, or an empty text."""
    kind = ended.kind
    if not log:
        # A call that is cancelled early may have sent nothing.
        return "" if kind.disconnect == "cancel" else "the server received nothing"
    # A request on an idle connection that the server closes at that moment is an attempt without a log entry.
    unseen = min(max(0, ended.attempts - len(log)), ended.broken_attempts)
    if not ended.attempts <= len(log) + unseen <= ended.attempts + kind.uncounted:
        return f"{ended.attempts} attempts, but the server received {len(log)}"
    if not kind.uncounted and kind.requests and not kind.requests - unseen <= len(log) <= kind.requests:
        return f"{len(log)} requests instead of {kind.requests}"
    status, disconnected = log[-1]
    if kind.disconnect and not disconnected:
        return "the server saw no disconnect"
    if not kind.errors and not kind.disconnect and (status != 200 or disconnected):
        return f"success, but the server has status {status}{' and a disconnect' if disconnected else ''}"
    if ended.status not in (None, 200) and status not in (200, ended.status):
        return f"status {ended.status}, but the server sent {status}"
    return ""
