"""The targets: ratios within one run and their bounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import plan
from .plan import Client
from .results import Figure, Ratio, Results, cpu, ratio_of, value, wall

_CHAT = "chat, {:,} concurrent"
_STREAMS = "streams, 50 concurrent"


@dataclass(frozen=True)
class Target:
    """A ratio and its bound."""

    number: int
    text: str
    at_most: float | None
    at_least: float | None
    got: Ratio | None

    @property
    def is_met(self) -> bool:
        """Whether the median is within the bound."""
        if self.got is None:
            return False
        if self.at_most is not None:
            return self.got.median <= self.at_most
        return self.at_least is not None and self.got.median >= self.at_least

    @property
    def verdict(self) -> str:
        """``met``, or how far the bound is missed."""
        if self.got is None:
            return "not measured"
        if self.is_met:
            return "met"
        if self.at_most == 0:
            return f"missed: {self.got.median:g}"
        if self.at_most is not None:
            return f"missed by {self.got.median / self.at_most - 1:.0%}"
        return f"missed by {1 - self.got.median / (self.at_least or 1):.0%}"

    @property
    def bound(self) -> str:
        """The bound as text."""
        return f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"


def judge(results: Results) -> list[Target]:
    """Return all targets with their ratios in *results*."""
    targets: list[Target] = []

    def add(
        number: int, text: str, got: Ratio | None, most: float | None = None, least: float | None = None
    ) -> None:
        targets.append(Target(number, text, most, least, got))

    def at_most(
        number: int, row: str, peer: Client, most: float, figure: Figure = cpu, mine: Client = plan.AIOGROQ
    ) -> None:
        add(number, f"{row}: aiogroq to {peer[0]}", results.ratio(row, mine, peer, figure), most=most)

    def at_least(
        number: int, row: str, peer: Client, least: float, figure: Figure = cpu, mine: Client = plan.AIOGROQ
    ) -> None:
        add(number, f"{row}: {peer[0]} to aiogroq", results.ratio(row, peer, mine, figure), least=least)

    for concurrent, official, with_aiohttp in ((50, 7, 3.3), (1000, 30, 4.5)):
        row = _CHAT.format(concurrent)
        at_most(1, row, plan.HAND_WRITTEN, 1.15)
        at_most(1, row, plan.PLAIN_AIOHTTP, 0.85)
        at_least(1, row, plan.GROQ, official)
        at_least(1, row, plan.GROQ_AIOHTTP, with_aiohttp)
    at_most(2, _STREAMS, plan.HAND_WRITTEN, 1.25)
    at_least(2, _STREAMS, plan.GROQ, 25)
    for row, events, chunks in (
        (_STREAMS, plan.AIOGROQ_EVENTS, plan.AIOGROQ),
        ("sync stream", plan.AIOGROQ_EVENTS_SYNC, plan.AIOGROQ_SYNC),
    ):
        add(
            2,
            f"{row}: the events of stream() to a plain stream",
            results.ratio(row, events, chunks, cpu),
            most=2.0,
        )
    row = "delay, 1,000 streams"
    lag = results.ratio(row, plan.AIOGROQ, plan.GROQ_AIOHTTP, value("lag_p99_us"))
    add(2, f"{row}: loop lag p99, aiogroq to groq+aiohttp", lag, most=0.5)
    for row, least in (("sequential", 3), ("8 threads", 5), ("32 threads", 7)):
        at_least(3, f"sync chat, {row}", plan.GROQ_SYNC, least, wall, plan.AIOGROQ_SYNC)
    at_least(3, "sync stream", plan.GROQ_SYNC, 8, cpu, plan.AIOGROQ_SYNC)
    at_least(4, "embeddings, 64 of 768, float", plan.GROQ, 7)
    add(4, "embeddings, 64 of 768: groq's floats to aiogroq's base64", _across_encodings(results), least=25)
    _add_start_targets(results, add)
    at_most(6, "download 64 MiB to a file", plan.HAND_WRITTEN, 1.1)
    at_most(6, "upload 25 MiB from a file", plan.HAND_WRITTEN, 1.1)
    for row in ("memory of 1,000 requests in flight", "memory of 1,000 open streams"):
        at_most(7, row, plan.GROQ, 0.5, value("kib_each"))
    row = "growth over 100,000 requests"
    for name, text in (("second_half_to_first", "cost of the second half to the first"),):
        got = [(value(name)(found), 1.0) for found in results.by_round(row, plan.AIOGROQ).values()]
        add(8, f"{row}: {text}", ratio_of(got), most=1.05)
    grown = [
        (found.values["objects_last"], found.values["objects_first"])
        for found in results.by_round(row, plan.AIOGROQ).values()
    ]
    add(8, f"{row}: objects at the end to those after a tenth", ratio_of(grown), most=1.0)
    for late_ms in (0, 300):
        row = f"cold over TLS, 3,000 calls, {late_ms} ms"
        add(9, f"{row}: failed calls of aiogroq", _failed_calls(results, row), most=0)
    row = "cold over TLS, 3,000 calls, 0 ms"
    against = _cold_ratio(results, row, (plan.GROQ_AIOHTTP_DEFAULT,), all_succeeded=False)
    add(9, f"{row}: aiogroq to {plan.GROQ_AIOHTTP_DEFAULT[0]}", against, most=0.5)
    row = "cold over TLS, 3,000 calls, 300 ms"
    against = _cold_ratio(results, row, plan.COLD_PEERS, all_succeeded=True)
    add(9, f"{row}: aiogroq to the fastest peer without failed calls", against, most=1.0)
    return targets


def _failed_calls(results: Results, row: str) -> Ratio | None:
    """Return the number of failed calls of aiogroq over all rounds."""
    found = results.by_round(row, plan.AIOGROQ).values()
    return ratio_of([(sum(each.values["failed"] for each in found), 1.0)]) if found else None


def _cold_ratio(results: Results, row: str, peers: Iterable[Client], *, all_succeeded: bool) -> Ratio | None:
    """Return aiogroq's wall time relative to the fastest of *peers* in the same round.

    *all_succeeded* ignores peers with failed calls. Rounds in which aiogroq has failed calls are ignored: a client that
    fails early looks fast.
    """
    pairs: list[tuple[float, float]] = []
    for number, mine in results.by_round(row, plan.AIOGROQ).items():
        beside = [results.by_round(row, peer).get(number) for peer in peers]
        walls = [wall(peer) for peer in beside if peer is not None and not (all_succeeded and peer.failed)]
        if walls and not mine.failed:
            pairs.append((wall(mine), min(walls)))
    return ratio_of(pairs)


def _across_encodings(results: Results) -> Ratio | None:
    official = results.by_round("embeddings, 64 of 768, float", plan.GROQ)
    mine = results.by_round("embeddings, 64 of 768, base64", plan.AIOGROQ)
    return ratio_of([(official[n].cpu_us, mine[n].cpu_us) for n in official.keys() & mine.keys()])


def _add_start_targets(results: Results, add: object) -> None:
    """Add the targets of imports (minus a bare interpreter) and of whole starts."""
    assert callable(add)
    rounds = [results.by_round("import", client) for client in (plan.AIOGROQ_SYNC, plan.GROQ_SYNC, plan.BARE)]
    both = [
        (ours[n].wall_s - bare[n].wall_s, groq[n].wall_s - bare[n].wall_s)
        for ours, groq, bare in (rounds,)
        for n in ours.keys() & groq.keys() & bare.keys()
    ]
    add(
        5,
        "import aiogroq, milliseconds above a bare interpreter",
        ratio_of([(o * 1e3, 1.0) for o, _ in both]),
        60,
    )
    add(5, "import: aiogroq to groq, each above a bare interpreter", ratio_of(both), 0.2)
    row = "import to first response"
    for figure, text in ((wall, "time"), (value("rss_mib"), "memory")):
        got = results.ratio(row, plan.AIOGROQ_SYNC, plan.GROQ_SYNC, figure)
        add(5, f"{row}: {text}, aiogroq to groq", got, 0.75)
