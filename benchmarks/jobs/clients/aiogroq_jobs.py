"""`aiogroq.jobs`: one job with a journal, and results in order. The limits are learned unless they are given."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..spec import KEY, MAX_TOKENS, JobSpec, Tally, prompt

PACKAGES = ("aiogroq",)


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job. The option ``is_limit_given`` passes the limit on."""
    import aiohttp  # noqa: F401 -- the first client imports it

    from aiogroq import AsyncGroq
    from aiogroq.limits import Limits

    jobs: Any = importlib.import_module("aiogroq.jobs")
    limits = Limits(rpm=spec.rpm) if spec.options.get("is_limit_given") else None

    async def run() -> str:
        async with AsyncGroq(api_key=KEY, base_url=spec.url) as client:
            job = jobs.run(
                client,
                ({"text": prompt(index)} for index in range(spec.count)),
                model=spec.model,
                prompt="{text}",
                params={"max_completion_tokens": MAX_TOKENS},
                journal=Path(spec.folder, "journal.jsonl"),
                limits=limits,
            )
            index = 0
            async for result in job:
                if result.index != index:
                    return f"result {result.index} instead of {index}"
                tally.add(index, result.text if result.status == "done" else None)
                index += 1
            report = await job
        return "" if report.exit_code == 0 else f"exit code {report.exit_code}"

    return lambda: asyncio.run(run())
