"""`Bucket`: the arithmetic of one kind of limit.

Why a low book is right. A token bucket loses tokens only while it is full. A client whose book is lower than the level at
the service by a bounded amount e has the same rate in the long run, and pays e / rate seconds once. A client whose book is
higher by e is refused on up to e worth of requests. So needs are estimated high, corrections down are taken over at once,
and corrections up by at most `MAX_RAISE` of the limit for each response.

This holds whichever way the service counts requests in flight. It charges them after the response: the level at the
service is the level of the book, and what is held comes off in addition. It reserves and gives back, or reserves and keeps:
the level at the service has the reservations off already, so the book, which takes the lower of both, is lower by at most
what is in flight.
"""

from __future__ import annotations

from .arrivals import Arrivals
from .kinds import IN_HEADERS, LimitKind
from .reservations import ON_THE_WAY_S, Reservations
from .store import Level, Seen

MARGIN_S = 0.6
"""What is left in every bucket, in seconds of its refill: 1 % of a limit of a minute. It covers the time between a charge
by others and the response that shows it."""
REQUESTS_MARGIN_S = 0.2
"""The same for limits of requests: a request counts as one, so nothing is estimated."""
MAX_RAISE = 0.02
"""The part of a limit by which one header raises the level at most."""
LEFT_TO_OTHERS = 6.0
"""How many times what others charge between two responses is left to them: at half the rate of the limit, requests that come
at random find room in 99 % of all cases."""
MAX_LEFT_S = 18.0
"""What is left to others at most, in seconds of the refill: 30 % of a limit of a minute."""
_FORGETTING = 0.02
"""The part by which a response without a charge by others lowers what is left to them."""
_LEARNING = 0.1
"""The part by which a longer time between two responses raises what is usual."""
_LONG = 4.0
"""So many times the usual time between two responses is a long one."""
FOR_A_RESPONSE_S = 0.25
"""A request that waits for the response of another one looks again after so long, as nobody tells it of those of other event
loops."""
GUESS_GROWTH = 1.05
"""The factor by which a guessed limit grows when the service accepts a request beyond it."""
MAX_GUESS_GROWTH = 10.0
"""How many times the guess a guessed limit grows at most: while nothing flows in, every request is beyond it."""
_ROUNDING = 1e-9
_NO_WAIT = 0.0, 0.0


class Bucket:
    """The book of one kind of limit: a level that refills evenly, and what is held for requests in flight."""

    __slots__ = (
        "_arrivals",
        "_at_s",
        "_charged_by_others",
        "_guess",
        "_is_level_known",
        "_is_of_requests",
        "_least_margin_s",
        "_seen_at_s",
        "_spacing_s",
        "given",
        "held",
        "is_guess",
        "kind",
        "level",
        "limit",
        "probe",
        "reservations",
    )

    def __init__(
        self,
        kind: LimitKind,
        limit: float,
        now_s: float,
        held: float = 0.0,
        reservations: Reservations | None = None,
        arrivals: Arrivals | None = None,
    ) -> None:
        self.kind: LimitKind = kind
        self.limit: float = limit
        self.level: float = limit
        self.held: float = held
        self.given: float | None = None
        """The limit that the user gave; ``limit`` is never higher."""
        self.is_guess: bool = False
        self.probe: str | None = None
        """The id of the request that was sent beyond a guessed limit and has no response yet."""
        self.reservations: Reservations = reservations or Reservations()
        self._arrivals = arrivals or Arrivals()
        self._at_s = now_s
        self._charged_by_others = 0.0
        self._guess = limit
        self._is_of_requests = kind.unit == "requests"
        self._least_margin_s = REQUESTS_MARGIN_S if self._is_of_requests else MARGIN_S
        self._is_level_known = False
        self._seen_at_s = now_s
        self._spacing_s = 0.0
        """The usual time between two responses."""

    @property
    def rate(self) -> float:
        """How much flows in each second."""
        return self.limit / self.kind.window_s

    @property
    def margin(self) -> float:
        """How much is left in the bucket."""
        rate = self.limit / self.kind.window_s
        margin = self._least_margin_s * rate
        if not self._charged_by_others:
            return margin
        return margin + min(LEFT_TO_OTHERS * self._charged_by_others, MAX_LEFT_S * rate)

    @property
    def _counted_later(self) -> float:
        """How much of what is held the service may count later than now. Until then a full bucket loses what flows in."""
        held, on_the_way = self.held, self._arrivals.on_the_way
        return on_the_way if self._is_of_requests and on_the_way < held else held

    @property
    def _counted(self) -> float:
        """How much of what is held the level at the service has off already: what it counts when a request comes."""
        return self.held if self._is_of_requests or self.reservations.are_counted else 0.0

    def refill(self, now_s: float) -> None:
        """Let the time since the last call flow in. A clock that went back lets nothing flow in."""
        elapsed_s = now_s - self._at_s
        self._at_s = now_s
        if elapsed_s > 0:  # without the properties: this runs for every kind and request
            limit = self.limit
            level = self.level + elapsed_s * limit / self.kind.window_s
            full = limit
            if self._is_of_requests:
                held, on_the_way = self.held, self._arrivals.on_the_way
                if on_the_way < held:
                    full += held - on_the_way
            self.level = level if level < full else full

    def waits_s(self, need: float, share: float) -> tuple[float, float]:
        """Return the seconds until ``need`` fits, and the seconds that it takes even if nothing held is used; 0.0 for none.

        ``share`` is the part of the bucket that may be used up.
        """
        limit = self.limit
        margin = (
            self.margin if self._charged_by_others else self._least_margin_s * (limit / self.kind.window_s)
        )
        required = need + margin + (1.0 - share) * limit
        if required > limit:
            required = limit
        lacking = required - self.level
        tolerance = limit * _ROUNDING
        if lacking + self.held <= tolerance:
            return _NO_WAIT
        rate = self.rate
        wait_s = (lacking + self.held) / rate
        if wait_s < FOR_A_RESPONSE_S and required + self._counted_later > limit + tolerance:
            # Beside this it does not fit into a full bucket either: it waits for a response, not for the refill.
            wait_s = FOR_A_RESPONSE_S
        return wait_s, lacking / rate if lacking > tolerance else 0.0

    def observe(self, seen: Seen) -> None:
        """Take over what a response says."""
        limit, seen_level = seen.limit, seen.level
        if limit is not None:
            if limit == self.limit and self.given is None and not self.is_guess and seen.source == "response":
                if self.level > limit:
                    self.level = limit  # as in `_set_limit`: all else stays as it is
            else:
                self._set_limit(seen)
        if seen_level is None:
            return
        if seen.is_exact:
            if self._is_level_known and self.kind.name in IN_HEADERS:
                self._look_for_others(seen_level, 0.0)
            self.level = min(seen_level, self.limit) + self._counted
            return
        if self._is_level_known:
            self._look_for_others(seen_level, seen.unused)
        self._is_level_known = True
        level = self.level
        if seen_level < level:
            self.level = seen_level
            return
        target, limit = seen_level - seen.stale, self.limit
        if target > limit:
            target = limit
        if target > level and not self.is_below_the_service(seen):
            raised = MAX_RAISE * limit
            self.level += raised if raised < target - level else target - level

    def _look_for_others(self, level: float, unused: float) -> None:
        """Compare a level of the service with the book: what no request of ours explains was charged by others."""
        usual = self._usual_part()
        gap = self.level - level
        kept = unused if self.reservations.may_be_kept else 0.0
        if gap > self.held + kept + ON_THE_WAY_S * (self.limit / self.kind.window_s):
            self._charged_by_others = max(gap * usual, self._charged_by_others)
        elif self._charged_by_others:
            self._charged_by_others *= 1.0 - _FORGETTING

    def _usual_part(self) -> float:
        """Return the part of a gap that is of the usual time between two responses.

        A gap after a long wait is what others charge in a long time: taken over, it would make the next wait longer still.
        """
        at_s = self._at_s
        elapsed_s = at_s - self._seen_at_s
        if elapsed_s < 0.0:
            elapsed_s = 0.0
        self._seen_at_s = at_s
        spacing_s = self._spacing_s or elapsed_s
        longest_s = _LONG * spacing_s
        change_s = (elapsed_s if elapsed_s < longest_s else longest_s) - spacing_s
        self._spacing_s = spacing_s + change_s * (_LEARNING if change_s > 0 else _FORGETTING)
        return 1.0 if elapsed_s <= longest_s else longest_s / elapsed_s

    def _set_limit(self, seen: Seen) -> None:
        limit = seen.limit or self.limit
        if seen.source == "given":
            if limit > self.limit and (self.is_guess or self.limit == self.given):
                self.level += limit - self.limit  # what is used stays the same
            self.given = limit
        elif self.given is not None:
            limit = min(limit, self.given)
        self.is_guess = seen.source == "guess"
        self._guess = limit
        self.limit = limit
        self.level = min(self.level, limit)

    def is_below_the_service(self, seen: Seen) -> bool:
        """Return whether the user gave a lower limit than the service has: then its level says nothing of ours."""
        return self.given is not None and (seen.limit is None or seen.limit > self.given)

    def scale(self, factor: float) -> None:
        """Change a learned limit in proportion to others, as a guess."""
        self.limit *= factor
        self.level = min(self.level, self.limit)
        self.is_guess = True
        self._guess *= factor

    def end_probe(self, is_accepted: bool) -> None:
        """Raise a guessed limit where the service accepted a request beyond it."""
        self.probe = None
        if is_accepted and self.is_guess:
            self.limit = min(self.limit * GUESS_GROWTH, self._guess * MAX_GUESS_GROWTH)

    def state(self) -> Level:
        """Return the state as a value."""
        return Level(
            self.kind.name,
            self.limit,
            self.level,
            self.held,
            self.given is not None,
            self.reservations.are_kept,
            self.is_guess,
        )
