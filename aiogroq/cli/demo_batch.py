"""The last step of the demo: a batch, from the upload to the results."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from .defaults import CHAT_MODEL

if TYPE_CHECKING:
    from aiogroq.types.batches import Batch

    from .demo_context import DemoContext

REQUESTS_FILE = "batch_requests.jsonl"
RESULTS_FILE = "batch_results.jsonl"

_ENDED = ("completed", "failed", "expired", "cancelled")
_QUESTIONS = ("What is 6 times 7?", "What is the capital of Portugal?", "Say hello.")
_MIN_POLL_S, _MAX_POLL_S = 0.02, 2.0


async def run_batch(context: DemoContext) -> None:
    """Upload requests, run a batch over them, show the results, and delete all files from the service."""
    requests = context.folder / REQUESTS_FILE
    await asyncio.to_thread(requests.write_text, _request_lines(), encoding="utf-8")
    files: list[str] = []
    try:
        uploaded = await context.client.files.create(file=requests, purpose="batch")
        files.append(uploaded.id)
        context.show("uploaded:", f"{uploaded.filename}, {uploaded.bytes} bytes, {len(_QUESTIONS)} requests")
        batch = await context.client.batches.create(
            input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        batch = await _wait_for_batch(context, batch)
        files += [found for found in (batch.output_file_id, batch.error_file_id) if found]
        if batch.output_file_id:
            results = await context.client.files.content(batch.output_file_id)
            await results.write_to_file(context.folder / RESULTS_FILE)
            _show_results(context, results.content)
    finally:
        for file_id in files:
            await context.client.files.delete(file_id)


def _request_lines() -> str:
    lines: list[str] = []
    for number, question in enumerate(_QUESTIONS, 1):
        body = {"model": CHAT_MODEL, "messages": [{"role": "user", "content": question}]}
        line = {
            "custom_id": f"request-{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": body,
        }
        lines.append(json.dumps(line) + "\n")
    return "".join(lines)


async def _wait_for_batch(context: DemoContext, batch: Batch) -> Batch:
    """Wait for the batch to end. Cancel it after ``max_wait_s``, as the service may take a day for one."""
    poll_s = _MIN_POLL_S
    deadline_s = time.monotonic() + context.max_wait_s
    seen = [batch.status]
    while batch.status not in _ENDED:
        if time.monotonic() > deadline_s:
            await context.client.batches.cancel(batch.id)
            context.show("status:", " > ".join(seen))
            context.note(
                f"cancelled after {context.max_wait_s:.0f} s: a batch may take up to its window of 24 hours"
            )
            return batch
        await asyncio.sleep(poll_s)
        poll_s = min(poll_s * 1.15, _MAX_POLL_S)
        batch = await context.client.batches.retrieve(batch.id)
        if batch.status != seen[-1]:
            seen.append(batch.status)
    context.show("status:", " > ".join(seen))
    return batch


def _show_results(context: DemoContext, output: bytes) -> None:
    results: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines() if line.strip()]
    for result in sorted(results, key=lambda result: result["custom_id"]):
        content = result["response"]["body"]["choices"][0]["message"]["content"]
        context.show(f"{result['custom_id']}:", content)
    context.note(f"{len(results)} of {len(_QUESTIONS)} requests completed")
