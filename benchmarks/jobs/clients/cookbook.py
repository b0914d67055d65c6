"""The approach of the OpenAI cookbook's script for parallel requests, written anew on aiohttp.

One loop takes the next item when a bucket of requests and one of tokens have room for it; both are given the limits and are
full at the start. A request that fails goes to a queue that is served first, up to a number of attempts. The reservation of
tokens is the maximum and is never corrected. The script's pause after a 429 is left out: it looks for an error with the code
"429", and the service's code is "rate_limit_exceeded".
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator

from ..spec import KEY, MAX_TOKENS, JobSpec, Tally, prompt

PACKAGES = ("aiohttp",)
_ATTEMPTS = 5
_TICK_S = 0.001
_TOKENS_PER_MINUTE = 100_000_000


class _Bucket:
    """An amount that refills evenly up to the limit of a minute."""

    def __init__(self, limit: float) -> None:
        self._limit, self._level, self._at_s = limit, limit, time.monotonic()

    def has(self, amount: float) -> bool:
        """Refill, and return whether *amount* is there."""
        now_s = time.monotonic()
        self._level = min(self._limit, self._level + (now_s - self._at_s) * self._limit / 60)
        self._at_s = now_s
        return self._level >= amount

    def take(self, amount: float) -> None:
        """Take *amount*."""
        self._level -= amount


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job."""
    import aiohttp

    retries: deque[tuple[int, int]] = deque()

    async def call(session: aiohttp.ClientSession, index: int, attempts_left: int) -> None:
        body = {
            "model": spec.model,
            "messages": [{"role": "user", "content": prompt(index)}],
            "max_completion_tokens": MAX_TOKENS,
        }
        try:
            async with session.post(f"{spec.url}/openai/v1/chat/completions", json=body) as response:
                found = await response.json()
                response.raise_for_status()
            tally.add(index, found["choices"][0]["message"]["content"])
        except (aiohttp.ClientError, ValueError):
            if attempts_left > 1:
                retries.append((index, attempts_left - 1))

    async def run() -> str:
        running: set[asyncio.Task[None]] = set()
        requests, tokens = _Bucket(spec.rpm or 1_000_000), _Bucket(_TOKENS_PER_MINUTE)
        need = len(prompt(0)) / 4 + MAX_TOKENS
        items: Iterator[tuple[int, int]] = ((index, _ATTEMPTS) for index in range(spec.count))
        following: tuple[int, int] | None = None
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:
            while True:
                if following is None:
                    following = retries.popleft() if retries else next(items, None)
                if following is None and not running:
                    return ""
                if following is not None and requests.has(1) and tokens.has(need):
                    requests.take(1)
                    tokens.take(need)
                    task = asyncio.create_task(call(session, *following))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    following = None
                await asyncio.sleep(_TICK_S)

    return lambda: asyncio.run(run())
