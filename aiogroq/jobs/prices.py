"""What a job costs: the prices of models, and `cost_usd`, the price of what an item used.

Those of gpt-oss are in the service's list of models (``pricing``); the others were public in September 2026 and were not
compared with https://groq.com/pricing since. Prices change, so each figure of cost is an estimate, and every one can be
replaced: `Price.parse` reads a price from a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..limits.need import MIN_AUDIO_S
from .batches.rules import PRICE_FACTOR
from .errors import JobInputError
from .outcome import ItemUsage

PRICES_AS_OF = "2026-09"
"""The month that `PRICES` are of."""
CACHED_FACTOR = 0.5
"""The price of a cached prompt token, as a part of that of others. https://console.groq.com/docs/prompt-caching"""


@dataclass(frozen=True)
class Price:
    """The price of a model in US dollars."""

    prompt_usd: float = 0.0
    """Of a million prompt tokens."""
    completion_usd: float = 0.0
    """Of a million completion tokens."""
    audio_usd: float = 0.0
    """Of an hour of audio."""

    @classmethod
    def parse(cls, text: str) -> Price:
        """Return the price that a text names: ``0.15/0.60`` a million prompt and completion tokens, ``0.04/h`` of audio.

        Raises `JobInputError` for another text.
        """
        first, slash, second = (part.strip().removeprefix("$") for part in text.partition("/"))
        try:
            price = cls(audio_usd=float(first)) if second == "h" else cls(float(first), float(second))
        except ValueError:
            price = None
        if not slash or price is None or not all(0 <= each < float("inf") for each in price._amounts()):
            raise JobInputError(
                f"{text!r} is no price; write it in dollars as 0.15/0.60 (a million prompt and completion tokens) "
                "or 0.04/h (an hour of audio)"
            )
        return price

    def _amounts(self) -> tuple[float, float, float]:
        return self.prompt_usd, self.completion_usd, self.audio_usd

    def cost_usd(self, usage: ItemUsage, *, is_batch: bool = False) -> float:
        """Return what ``usage`` of one item costs. The discount of cached tokens and that of batches are not added up."""
        cached = 0 if is_batch else min(usage.cached_tokens, usage.prompt_tokens)
        prompt_tokens = usage.prompt_tokens - cached * (1 - CACHED_FACTOR)
        audio_s = max(usage.audio_s, MIN_AUDIO_S) if usage.audio_s else 0.0
        cost = (
            prompt_tokens * self.prompt_usd / 1e6
            + usage.completion_tokens * self.completion_usd / 1e6
            + audio_s * self.audio_usd / 3600
        )
        return cost * PRICE_FACTOR if is_batch else cost


PRICES: Mapping[str, Price] = {
    "openai/gpt-oss-120b": Price(0.15, 0.60),
    "openai/gpt-oss-20b": Price(0.075, 0.30),
    "llama-3.3-70b-versatile": Price(0.59, 0.79),
    "llama-3.1-8b-instant": Price(0.05, 0.08),
    "whisper-large-v3-turbo": Price(audio_usd=0.04),
}
"""The prices of models at the service, as far as they are known here. Speech has none: it is billed by characters, which no response counts."""


def price_of(model: str, prices: Mapping[str, Price] | None = None) -> Price | None:
    """Return the price of a model, None where it is not known. Those of ``prices`` go first."""
    found = None if prices is None else prices.get(model)
    return PRICES.get(model) if found is None else found


def cost_usd(
    model: str,
    usage: ItemUsage,
    *,
    is_batch: bool = False,
    prices: Mapping[str, Price] | None = None,
) -> float | None:
    """Return what ``usage`` of one item costs in US dollars, None where the price of the model is not known."""
    price = price_of(model, prices)
    return None if price is None else price.cost_usd(usage, is_batch=is_batch)
