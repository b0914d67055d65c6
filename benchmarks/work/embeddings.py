"""Embeddings, as lists of numbers or in base64. The unit is a request."""

from __future__ import annotations

from ..clients import build_async
from ..load.answers import DIMENSIONS, vector
from ..spec import Found, Spec
from .clock import Stopwatch, WrongAnswer, check


async def measure(spec: Spec) -> Found:
    """``count`` requests one after another, of ``inputs`` inputs each, in ``encoding``."""
    inputs, count = int(spec.params["inputs"]), int(spec.params["count"])
    encoding = str(spec.params["encoding"])
    client = build_async(spec.client, spec.url)
    texts = [f"The text number {number}, of some words." for number in range(inputs)]
    first, last = vector(0), vector(inputs - 1)

    async def one() -> None:
        vectors = await client.embed(f"embed-{inputs}", texts, encoding)
        check(len(vectors), inputs)
        check((len(vectors[0]), len(vectors[-1])), (DIMENSIONS, DIMENSIONS))
        for got, sent in ((vectors[0], first), (vectors[-1], last)):
            if max(abs(got[k] - sent[k]) for k in (0, 1, DIMENSIONS // 2, DIMENSIONS - 1)) > 1e-6:
                raise WrongAnswer("the numbers of a vector are others than those sent")

    await one()
    with Stopwatch() as watch:
        for _ in range(count):
            await one()
    await client.close()
    return watch.found(count, requests=1 + count)
