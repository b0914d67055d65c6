"""A service with rate limits, simulated in virtual time, and clients of it. It knows nothing of `aiogroq.limits`.

The limits are token buckets, as the texts of the service show. A request is admitted when every bucket has room for it, in
one of the three ways in which the service has counted requests in flight over the years.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

import msgspec

from aiogroq.errors import APIStatusError, RequestInfo
from aiogroq.limits import Pacer
from aiogroq.protocol.status_errors import status_error

Admission = Literal["check", "reserve", "reserve_keep"]
ADMISSIONS: tuple[Admission, ...] = ("check", "reserve", "reserve_keep")
WINDOWS_S = {"RPM": 60.0, "RPD": 86_400.0, "TPM": 60.0, "TPD": 86_400.0, "OTPM": 60.0, "ASPH": 3_600.0}
WORDS = {
    "RPM": ("requests per minute", "requests"),
    "RPD": ("requests per day", "requests"),
    "TPM": ("tokens per minute", "tokens"),
    "TPD": ("tokens per day", "tokens"),
    "OTPM": ("output tokens per minute", "tokens"),
    "ASPH": ("seconds of audio per hour", "seconds"),
}
_HEADERS = {"RPD": "requests", "TPM": "tokens"}


@dataclass(frozen=True)
class Item:
    """One request, as it really is."""

    prompt_tokens: int
    completion_tokens: int
    max_completion_tokens: int | None = 512
    latency_s: float = 0.5

    @property
    def body(self) -> bytes:
        """The body: four bytes are a token."""
        limit = (
            ""
            if self.max_completion_tokens is None
            else f'"max_completion_tokens":{self.max_completion_tokens},'
        )
        return f'{{{limit}"messages":"{"x" * (4 * self.prompt_tokens - 60)}"}}'.encode()

    @property
    def tokens(self) -> int:
        """The tokens that it is charged."""
        return self.prompt_tokens + self.completion_tokens


def items(
    count: int, seed: int = 1, *, prompt: int = 120, completion: int = 250, maximum: int = 512
) -> list[Item]:
    """Return a workload: prompts and completions vary around their means."""
    chance = random.Random(seed)
    return [
        Item(
            chance.randint(prompt // 2 + 10, prompt * 3 // 2),
            min(maximum, chance.randint(completion // 2, completion * 3 // 2)),
            maximum,
            chance.uniform(0.2, 0.8),
        )
        for _ in range(count)
    ]


def shortest_s(work: Iterable[Item], limits: Mapping[str, float], admission: Admission = "check") -> float:
    """Return the shortest time in which any client can finish: what is over a full bucket flows in at its rate."""
    work = list(work)
    kept = admission == "reserve_keep"
    tokens = sum(
        item.prompt_tokens + (item.max_completion_tokens or 0) if kept else item.tokens for item in work
    )
    demand = {"RPM": len(work), "RPD": len(work), "TPM": tokens, "TPD": tokens}
    return max((demand[kind] - limit) * WINDOWS_S[kind] / limit for kind, limit in limits.items())


@dataclass
class _Bucket:
    limit: float
    window_s: float
    level: float
    at_s: float = 0.0

    def refill(self, now_s: float) -> None:
        self.level = min(self.limit, self.level + (now_s - self.at_s) * self.limit / self.window_s)
        self.at_s = now_s


@dataclass
class Service:
    """The service. `respond` is one request and its response."""

    limits: Mapping[str, float]
    admission: Admission = "check"
    has_headers: bool = True
    is_down: Callable[[float], bool] = lambda now_s: False
    """Whether it responds 503 at a time."""
    rejected: Counter[str] = field(default_factory=Counter[str])
    """The 429s, by kind."""
    served: int = 0
    attempts: int = 0
    charged: Counter[str] = field(default_factory=Counter[str])
    """What requests that were served were charged, by kind."""

    def __post_init__(self) -> None:
        self._start_s = asyncio.get_running_loop().time()
        self.buckets = {kind: _Bucket(limit, WINDOWS_S[kind], limit) for kind, limit in self.limits.items()}

    @property
    def now_s(self) -> float:
        """Seconds since the start."""
        return asyncio.get_running_loop().time() - self._start_s

    def change(self, **limits: float) -> None:
        """Change limits now. What is above a lower limit is lost."""
        self.refill()
        for kind, limit in limits.items():
            self.buckets[kind].limit = limit
            self.buckets[kind].level = min(self.buckets[kind].level, limit)

    def refill(self) -> None:
        """Let the time flow in."""
        for bucket in self.buckets.values():
            bucket.refill(self.now_s)

    async def respond(self, item: Item) -> tuple[Mapping[str, str], Any]:
        """Return headers and usage. Raises `APIStatusError`."""
        await asyncio.sleep(item.latency_s * 0.1)
        self.attempts += 1
        if self.is_down(self.now_s):
            await asyncio.sleep(0.05)
            raise error_of(503, "over capacity", {}, {})
        self.admit(item)
        await asyncio.sleep(item.latency_s * 0.8)
        self.charge(item)
        headers = self.headers()
        self.served += 1
        await asyncio.sleep(item.latency_s * 0.1)
        usage = SimpleNamespace(prompt_tokens=item.prompt_tokens, completion_tokens=item.completion_tokens)
        return headers, usage

    @staticmethod
    def prompt_and_maximum(item: Item) -> int:
        """Return what the service counts at admission."""
        return item.prompt_tokens + (item.max_completion_tokens or 0)

    def headers(self) -> dict[str, str]:
        """Return the headers of a response now."""
        found: dict[str, str] = {}
        for kind, word in _HEADERS.items():
            if kind in self.buckets and self.has_headers:
                bucket = self.buckets[kind]
                found[f"x-ratelimit-limit-{word}"] = f"{bucket.limit:.0f}"
                found[f"x-ratelimit-remaining-{word}"] = f"{max(0, int(bucket.level))}"
        return found

    def charge(self, item: Item) -> None:
        """Charge a request that was admitted, when it ends."""
        self.refill()
        reserved = self.prompt_and_maximum(item)
        charge = max(item.tokens, reserved) if self.admission == "reserve_keep" else item.tokens
        for kind, bucket in self.buckets.items():
            if kind in ("TPM", "TPD"):
                bucket.level -= charge - (0 if self.admission == "check" else reserved)
                self.charged[kind] += charge
            elif kind == "OTPM":
                maximum = item.max_completion_tokens or 0
                bucket.level -= {
                    "check": item.completion_tokens,
                    "reserve": item.completion_tokens - maximum,
                    "reserve_keep": max(0, item.completion_tokens - maximum),
                }[self.admission]

    def admit(self, item: Item) -> None:
        """Count a request that begins. Raises `APIStatusError` where a limit has no room for it."""
        self.refill()
        reserved = self.prompt_and_maximum(item)
        needs = {
            "RPM": 1,
            "RPD": 1,
            "TPM": reserved,
            "TPD": reserved,
            "OTPM": item.max_completion_tokens or 0,
        }
        for kind, bucket in self.buckets.items():
            if needs[kind] > bucket.level:
                self._reject(kind, bucket, needs[kind])
        for kind, bucket in self.buckets.items():
            if kind in ("RPM", "RPD"):
                bucket.level -= 1
            elif self.admission != "check":
                bucket.level -= needs[kind]

    def _reject(self, kind: str, bucket: _Bucket, need: int) -> None:
        words, error_type = WORDS[kind]
        self.rejected[kind] += 1
        described = f"on {words} ({kind}): Limit {bucket.limit:.0f}"
        details = {"type": error_type, "code": "rate_limit_exceeded"}
        if need > bucket.limit:
            text = f"Request too large for model `m` {described}, Requested {need}, please reduce"
            raise error_of(429 if kind == "OTPM" else 413, text, details, {})
        wait_s = (need - bucket.level) * bucket.window_s / bucket.limit
        minutes, seconds = divmod(wait_s, 60)
        wait = f"{minutes:.0f}m{seconds:.3f}s" if minutes else f"{seconds:.3f}s"
        text = (
            f"Rate limit reached for model `m` {described}, Used {bucket.limit - bucket.level:.0f}, Requested {need}. "
            f"Please try again in {wait}."
        )
        headers = self.headers()
        if kind == "RPM":
            headers = {name: value for name, value in headers.items() if "tokens" not in name}
        raise error_of(429, text, details, {**headers, "retry-after": str(int(wait_s) + 1)})


def error_of(
    status: int, text: str, details: Mapping[str, str], headers: Mapping[str, str]
) -> APIStatusError:
    """Return the error of a response as the client makes it."""
    body = msgspec.json.encode({"error": {"message": text, **details}})
    request = RequestInfo("POST", "https://x/openai/v1/chat/completions")
    head: Any = SimpleNamespace(status=status, headers=dict(headers), request=request, sent={})
    return status_error(head, body, is_path_added=False)


async def send(pacer: Pacer, service: Service, item: Item, *, max_attempts: int = 1_000) -> None:
    """Send one item until it succeeds, as a job does."""
    is_front = False
    for _ in range(max_attempts):
        grant = await pacer.acquire(pacer.need_of("/chat/completions", item.body), front=is_front)
        try:
            headers, usage = await service.respond(item)
        except APIStatusError as error:
            grant.failed(error)
            is_front = True
            continue
        grant.succeeded(headers, usage)
        return
    raise AssertionError(f"{item} has no response after {max_attempts} attempts")


async def run_job(pacer: Pacer, service: Service, work: Iterable[Item], workers: int = 500) -> float:
    """Send all of ``work`` and return the seconds that it took."""
    pending = iter(work)

    async def worker() -> None:
        for item in pending:
            await send(pacer, service, item)

    await asyncio.gather(*(worker() for _ in range(workers)))
    return service.now_s


async def neighbour(service: Service, rate: float, duration_s: float, seed: int = 2) -> tuple[int, int]:
    """Offer requests at ``rate`` per second, whatever happens, and never again. Return how many were served and offered."""
    chance = random.Random(seed)
    tasks: list[asyncio.Task[bool]] = []

    async def offer(item: Item) -> bool:
        try:
            await service.respond(item)
        except APIStatusError:
            return False
        return True

    pool = items(1000, seed)
    while service.now_s < duration_s:
        tasks.append(asyncio.ensure_future(offer(pool[len(tasks) % len(pool)])))
        await asyncio.sleep(chance.expovariate(rate))
    results = await asyncio.gather(*tasks)
    return sum(results), len(results)
