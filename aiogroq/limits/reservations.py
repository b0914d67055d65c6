"""`Reservations`: how the service counts requests in flight, which it does not say, found out from the levels in headers.

Three ways are known. *Charged after the response*: a level falls by what was used. *Reserved and given back*: it falls by what
is reserved for the requests in flight too. *Reserved and kept*: what was reserved and not used is not given back. Headers name
the level of one kind of limit of tokens; what they teach holds for the other kinds, which stand in no header.
"""

from __future__ import annotations

ON_THE_WAY_S = 0.2
"""So long a request or a response may be on its way: a level may be without what was sent since, and lower by what flowed in
meanwhile."""
_SURE = 2.5
"""Two ways are told apart when their predictions differ by so many times what is not known."""
_ALIKE = 0.25
"""A prediction is right when its error is at most this part of the difference."""
_CLEAR = 8.0
_LEARNING = 0.1
_VOTES = 2
_MAX_VOTES = 3


class Reservations:
    """What is known of one account and model.

    From one level on, until they differ enough, it compares the levels with what the three ways predict. Others who use the
    same limit only lower a level, and not in proportion to what is reserved here.
    """

    __slots__ = (
        "_at_s",
        "_counted_votes",
        "_held",
        "_in_flight",
        "_in_flight_maximum",
        "_is_full",
        "_kept_votes",
        "_latest",
        "_latest_at_s",
        "_level",
        "_limit",
        "_prompt",
        "_uncertain",
        "_unused",
        "_used",
        "are_counted",
        "are_kept",
        "may_be_kept",
    )

    def __init__(self) -> None:
        self.are_kept: bool = False
        """Whether the service keeps what it reserves. False where that is not known."""
        self.may_be_kept: bool = True
        """Whether it is not known that the service gives back what was not used."""
        self.are_counted: bool = False
        """Whether the service counts a request when it comes, with what it reserves. False where that is not known."""
        self._counted_votes = 0
        self._kept_votes = 0
        self._in_flight_maximum = 0.0
        self._in_flight = 0
        self._prompt = 0.0
        """The usual tokens of a prompt: estimates are too high for this."""
        self._latest = self._latest_at_s = self._held = 0.0
        self._is_full = False
        self._uncertain = 0.0
        """How much of ``held`` may not have been in the level that the comparison began with."""
        self._start(0.0, 0.0, 0.0, 0.0, 0.0)  # with a limit of 0.0 no level is known

    def sent(self, max_completion_tokens: float) -> None:
        """Count a request that is sent."""
        self._in_flight += 1
        self._in_flight_maximum += max_completion_tokens

    def settled(self, prompt_tokens: float, completion_tokens: float, max_completion_tokens: float) -> None:
        """Count a request that ended and what it used."""
        self._ended(max_completion_tokens)
        self._used += prompt_tokens + completion_tokens
        self._unused += max(0.0, max_completion_tokens - completion_tokens)
        self._prompt = (
            self._prompt + _LEARNING * (prompt_tokens - self._prompt) if self._prompt else prompt_tokens
        )

    def rejected(self, max_completion_tokens: float) -> None:
        """Count a request that was not sent, or that the service rejected and did not count."""
        self._ended(max_completion_tokens)
        if self._held:  # it may be in there
            self._limit = 0.0

    def ended(self, max_completion_tokens: float) -> None:
        """Count a request that ended. What it used is not known, so that the comparison begins anew with the next level."""
        self._ended(max_completion_tokens)
        self._limit = 0.0

    def _ended(self, max_completion_tokens: float) -> None:
        self._in_flight -= 1
        self._in_flight_maximum -= max_completion_tokens

    def observe(self, level: float, limit: float, rate: float, now_s: float, *, is_quiet: bool) -> None:
        """Take over a level of the service. ``is_quiet``: nothing was sent in the moment before, so that all requests in flight
        have come to the service."""
        held = self._in_flight_maximum + self._in_flight * self._prompt
        uncertain = 0.0 if is_quiet else held
        refilled = (now_s - self._latest_at_s) * rate if self._limit == limit else -1.0
        # It may have been full in between, and what flows into a full bucket is lost.
        if refilled < 0 or (refilled > limit - self._latest and not self._is_full):
            self._start(level, limit, held, uncertain, now_s)
            return
        if self._is_full:
            self._uncertain += refilled
        self._latest, self._latest_at_s, self._is_full = level, now_s, False
        unknown = ON_THE_WAY_S * rate + self._uncertain + uncertain
        if held or self._held:
            unknown += self._prompt
        is_told = self._compare(level, rate, held, now_s, unknown)
        if is_told or uncertain < self._uncertain:  # a better level to begin with
            self._start(level, limit, held, uncertain, now_s)

    def _compare(self, level: float, rate: float, held: float, now_s: float, unknown: float) -> bool:
        """Compare a level with what each way predicts. Returns whether to begin anew: enough was used to tell them apart."""
        unused, change, least = self._unused, held - self._held, _SURE * unknown
        if unused < least and abs(change) < least:
            return False
        fell = self._level + (now_s - self._at_s) * rate - level - self._used
        charged, given_back, kept = abs(fell), abs(fell - change), abs(fell - change - unused)
        not_kept = min(charged, given_back)
        is_told = unused >= least
        if is_told:
            self._kept_votes = _after(self._kept_votes, _vote(kept, not_kept, unused, unknown))
        if abs(change) >= least and kept > not_kept:
            vote = _vote(given_back, charged, change, unknown)
            self._counted_votes = _after(self._counted_votes, vote)
            is_told = is_told or vote != 0
        self.are_kept = self._kept_votes >= _VOTES
        self.may_be_kept = self._kept_votes > -_VOTES
        self.are_counted = self.are_kept or self._counted_votes >= _VOTES
        return is_told

    def start_full(self, limit: float, now_s: float) -> None:
        """Begin anew with a full bucket, before the only request in flight is sent."""
        self._start(limit, limit, 0.0, 0.0, now_s)
        self._is_full = True

    def _start(self, level: float, limit: float, held: float, uncertain: float, now_s: float) -> None:
        self._level = self._latest = level
        self._limit = limit
        self._held = held
        self._is_full = False
        self._uncertain = uncertain
        self._at_s = self._latest_at_s = now_s
        self._used = self._unused = 0.0


def _vote(error: float, other: float, difference: float, unknown: float) -> int:
    """Compare two predictions by their errors: above 0 for the first, below for the second, 0 where that cannot be told.

    ``difference`` is that between the predictions. What is clear beyond doubt counts twice.
    """
    least, most = min(error, other), max(error, other)
    if least > max(unknown, _ALIKE * abs(difference)) or most < 2 * least:
        return 0
    weight = 2 if least <= unknown and most >= _CLEAR * unknown else 1
    return weight if error < other else -weight


def _after(votes: int, vote: int) -> int:
    return max(-_MAX_VOTES, min(_MAX_VOTES, votes + vote))
