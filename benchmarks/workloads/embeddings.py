"""Embeddings, as lists of numbers or in base64. The unit is a request."""

from __future__ import annotations

from ..clients import build_async
from ..load.responses import DIMENSIONS, vector
from ..spec import Result, Spec
from .clock import Stopwatch, WrongResult, check


async def measure(spec: Spec) -> Result:
    """Send ``count`` requests in sequence, each with ``inputs`` inputs in ``encoding``."""
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
                raise WrongResult("a vector has other numbers than the server sent")

    await one()
    with Stopwatch() as watch:
        for _ in range(count):
            await one()
    await client.close()
    return watch.result(count, requests=1 + count)
