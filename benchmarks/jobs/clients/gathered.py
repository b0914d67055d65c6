"""`asyncio.gather` over a package with the interface of the official one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ..spec import KEY, MAX_TOKENS, JobSpec, Tally, prompt


def gathered(package: Any, spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return a job of one call per item, a number of them at a time. An item whose call raises is lost."""

    async def run() -> str:
        limit = asyncio.Semaphore(spec.concurrent)
        async with package.AsyncGroq(api_key=KEY, base_url=spec.url, **spec.options) as client:

            async def call(index: int) -> None:
                async with limit:
                    try:
                        response = await client.chat.completions.create(
                            model=spec.model,
                            messages=[{"role": "user", "content": prompt(index)}],
                            max_completion_tokens=MAX_TOKENS,
                        )
                    except package.APIError:
                        return
                tally.add(index, response.choices[0].message.content)

            await asyncio.gather(*(call(index) for index in range(spec.count)))
        return ""

    return lambda: asyncio.run(run())
