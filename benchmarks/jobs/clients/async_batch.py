"""async-batch-llm: ``process_prompts`` with its client for OpenAI-compatible servers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ..spec import KEY, MAX_TOKENS, JobSpec, Tally, prompt

PACKAGES = ("async-batch-llm", "openai")


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job. The option ``is_limit_given`` passes the limit on."""
    from async_batch_llm import ProcessorConfig, llm, process_prompts

    logging.disable(logging.CRITICAL)
    config = ProcessorConfig(
        concurrency=spec.concurrent,
        max_requests_per_minute=spec.rpm if spec.options.get("is_limit_given") else None,
    )

    async def run() -> str:
        batch = await process_prompts(
            llm(
                f"openai-compatible:{spec.model}",
                base_url=f"{spec.url}/openai/v1",
                api_key=KEY,
                generation_config={"max_tokens": MAX_TOKENS},
            ),
            [(str(index), prompt(index)) for index in range(spec.count)],
            config=config,
            preserve_order=True,
        )
        for result in batch.results:
            if result.success:
                tally.add(int(result.item_id), result.output)
        kind = str(batch.termination.kind)
        return "" if kind == "completed" else kind

    return lambda: asyncio.run(run())
