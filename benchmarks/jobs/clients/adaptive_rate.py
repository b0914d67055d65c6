"""The idea of botocore's adaptive mode over the official package: a request rate that CUBIC finds, without any number given.

Nothing is limited before the first 429. Then a bucket hands out requests at a rate that a 429 multiplies by 0.7 and that
grows again along a cubic curve through the last good rate, never above twice the measured rate. A refused request is sent
again with exponential back-off, up to the number of attempts.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..spec import KEY, MAX_TOKENS, JobSpec, Tally, prompt

PACKAGES = ("groq",)
_ATTEMPTS = 10
_CUT = 0.7
_CURVE = 0.4
_SMOOTHING = 0.8
_BIN_S = 0.5
_LONGEST_WAIT_S = 20.0


@dataclass
class _Rate:
    """The measured rate of requests and the rate that is allowed."""

    measured: float = 0.0
    allowed: float | None = None
    """Requests per second; None before the first 429."""
    good: float = 0.0
    cut_at_s: float = 0.0
    level: float = 0.0
    filled_at_s: float = 0.0
    bin_s: float = 0.0
    in_bin: int = 0

    async def take(self) -> None:
        """Wait until the bucket has a request."""
        while self.allowed is not None:
            now_s = time.monotonic()
            self.level = min(max(1.0, self.allowed), self.level + (now_s - self.filled_at_s) * self.allowed)
            self.filled_at_s = now_s
            if self.level >= 1:
                self.level -= 1
                return
            await asyncio.sleep((1 - self.level) / self.allowed)

    def ended(self, *, is_refused: bool) -> None:
        """Count a response and set the rate."""
        now_s = time.monotonic()
        self._measure(now_s)
        if is_refused:
            self.good = self.measured if self.allowed is None else min(self.measured, self.allowed)
            self.cut_at_s = now_s
            rate = self.good * _CUT
            if self.allowed is None:
                self.level, self.filled_at_s = 0.0, now_s
        elif self.allowed is None:
            return
        else:
            flat_s = (self.good * (1 - _CUT) / _CURVE) ** (1 / 3)
            rate = _CURVE * (now_s - self.cut_at_s - flat_s) ** 3 + self.good
        self.allowed = max(0.5, min(rate, 2 * self.measured))

    def _measure(self, now_s: float) -> None:
        self.in_bin += 1
        start_s = now_s // _BIN_S * _BIN_S
        if start_s > self.bin_s:
            rate = self.in_bin / (start_s - self.bin_s) if self.bin_s else self.in_bin / _BIN_S
            self.measured = rate * _SMOOTHING + self.measured * (1 - _SMOOTHING)
            self.bin_s, self.in_bin = start_s, 0


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job."""
    from groq import APIError, AsyncGroq, RateLimitError

    async def run() -> str:
        limit, rate = asyncio.Semaphore(spec.concurrent), _Rate()
        async with AsyncGroq(api_key=KEY, base_url=spec.url, max_retries=0) as client:

            async def attempt(index: int) -> str | None:
                await rate.take()
                try:
                    response = await client.chat.completions.create(
                        model=spec.model,
                        messages=[{"role": "user", "content": prompt(index)}],
                        max_completion_tokens=MAX_TOKENS,
                    )
                except RateLimitError:
                    rate.ended(is_refused=True)
                    raise
                rate.ended(is_refused=False)
                return response.choices[0].message.content

            async def call(index: int) -> None:
                async with limit:
                    for number in range(_ATTEMPTS):
                        try:
                            tally.add(index, await attempt(index))
                            return
                        except RateLimitError:
                            await asyncio.sleep(min(random.random() * 2**number, _LONGEST_WAIT_S))
                        except APIError:
                            return

            await asyncio.gather(*(call(index) for index in range(spec.count)))
        return ""

    return lambda: asyncio.run(run())
