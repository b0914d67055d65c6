"""What the scenarios share: an account at the embedded server, a workload, and what a job made of them, in virtual time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from virtual_time import current_loop

from aiogroq import AsyncGroq, jobs
from aiogroq.jobs import AsyncJob, JobReport, JobResult
from aiogroq.limits import MemoryStore, Pacing
from aiogroq.local import Admission, LocalGroq, RateLimit, ReceivedRequest
from aiogroq.local.rate_limits import KINDS, Amount
from aiogroq.types.chat import ChatCompletion

MODEL = "openai/gpt-oss-20b"
FREE = RateLimit(rpm=30, rpd=1_000, tpm=8_000, tpd=200_000)
DEVELOPER = RateLimit(rpm=1_000, rpd=500_000, tpm=250_000)
MAX_COMPLETION_TOKENS = 512


@dataclass
class Workload:
    """Prompts of different lengths, and a reply of its own for each of them."""

    count: int
    words: int = 80
    """The mean length of a prompt."""
    completion_words: int = 250
    """The mean length of a reply."""
    max_completion_tokens: int = MAX_COMPLETION_TOKENS
    seed: int = 10

    def items(self) -> Iterator[dict[str, Any]]:
        """Yield the items, in order. The first word of each is its number."""
        lengths = random.Random(self.seed)
        for number in range(self.count):
            words = max(1, round(self.words * lengths.uniform(0.5, 1.5)))
            yield {"messages": [{"role": "user", "content": f"{number} " + "word " * words}]}

    def reply(self, body: dict[str, Any]) -> str:
        """Return the reply to a request, the same each time that it is sent."""
        number = int(body["messages"][-1]["content"].partition(" ")[0])
        length = random.Random(self.seed * 1_000_003 + number).uniform(0.4, 1.6) * self.completion_words
        return f"{number} " + "word " * max(0, round(min(length, self.max_completion_tokens - 60)))

    @property
    def params(self) -> dict[str, Any]:
        """The arguments that all items share."""
        return {"max_completion_tokens": self.max_completion_tokens}


@dataclass
class Account:
    """A running server with its limits, and how it counts."""

    server: LocalGroq
    client: AsyncGroq
    admission: Admission
    store: MemoryStore
    started_s: float = 0.0
    ended_s: float = 0.0
    job: AsyncJob[ChatCompletion] = field(init=False)
    report: JobReport = field(init=False)

    async def run(self, workload: Workload, **options: Any) -> list[JobResult[ChatCompletion]]:
        """Run a job over the whole workload. Asserts that results come in order, each its own, and of each item if it completes."""
        self.started_s = current_loop().time()
        options = {"pacing": self.pacing(priority="batch"), **options}
        items = list(workload.items())
        self.job = jobs.run(self.client, items, model=MODEL, params=workload.params, **options)
        results: list[JobResult[ChatCompletion]] = []
        async for result in self.job:
            assert not results or result.index > results[-1].index
            assert result.status == "failed" or result.text.startswith(f"{result.index} ")
            results.append(result)
        self.ended_s = current_loop().time()
        self.report = await self.job
        assert self.report.reason != "complete" or len(results) == workload.count
        return results

    @property
    def elapsed_s(self) -> float:
        """Seconds from the start to the end of the last job."""
        return self.ended_s - self.started_s

    def pacing(self, **options: Any) -> Pacing:
        """Options of pacing on the clock of the loop."""
        return Pacing(store=self.store, max_wait_s=None, **options)

    def rejected(self) -> Counter[str]:
        """How many requests were rejected with a 429 or 413, by the kind of limit."""
        return Counter(entry.limit_kind for entry in self.server.requests if entry.limit_kind)

    def demand(self, workload: Workload) -> Amount:
        """What the accepted requests took of the limits."""
        accepted = [entry for entry in self.server.requests if entry.status == 200]
        if self.admission == "reserve_keep":
            completion = workload.max_completion_tokens * len(accepted)
        else:
            completion = sum(entry.completion_tokens for entry in accepted)
        return Amount(len(accepted), sum(entry.prompt_tokens for entry in accepted), completion)

    def ideal_s(self, workload: Workload, limits: RateLimit | None = None) -> float:
        """The shortest time in which the limits allow what was used: a full bucket, then its rate."""
        limits = limits or self.server.rate_limits["*"]
        amount = self.demand(workload)
        times = [0.0]
        for kind in KINDS.values():
            limit = getattr(limits, kind.option)
            if limit is not None:
                times.append((amount.of(kind.name) - limit) * kind.window_s / limit)
        return max(times)


def tokens(groq: Account, workload: Workload, entries: Iterable[ReceivedRequest]) -> int:
    """Return what accepted requests took of the limit of tokens."""
    kept = workload.max_completion_tokens if groq.admission == "reserve_keep" else None
    return sum(
        entry.prompt_tokens + (entry.completion_tokens if kept is None else kept)
        for entry in entries
        if entry.status == 200
    )


@asynccontextmanager
async def account(
    limits: RateLimit, admission: Admission, workload: Workload, *, latency_s: float = 0.5, **options: Any
) -> AsyncIterator[Account]:
    """Serve an account on the running loop, and give it a client."""
    loop = current_loop()
    server = LocalGroq(
        clock=loop.clock,
        rate_limits={"*": limits},
        admission=admission,
        reply=workload.reply,
        latency_s=latency_s,
        log_limit=None,
        request_timeout_s=86_400,
        keepalive_timeout_s=86_400,
        **options,
    )
    async with (
        server.serve_here(),
        AsyncGroq(api_key="gsk_job", base_url=server.base_url) as client,
    ):
        yield Account(server, client, admission, MemoryStore(loop.time))
