"""The last step of the demo: a batch, from its upload to its results."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from .defaults import CHAT_MODEL

if TYPE_CHECKING:
    from aiogroq.types.batches import Batch

    from .stage import Stage

REQUESTS_FILE = "batch_requests.jsonl"
RESULTS_FILE = "batch_results.jsonl"

_ENDED = ("completed", "failed", "expired", "cancelled")
_QUESTIONS = ("What is 6 times 7?", "What is the capital of Portugal?", "Say hello.")
_FIRST_POLL_S, _SLOWEST_POLL_S = 0.02, 2.0


async def run_batch(stage: Stage) -> None:
    """Upload requests, start a batch over them, follow it, show its results, and delete all files from the service."""
    requests = stage.folder / REQUESTS_FILE
    await asyncio.to_thread(requests.write_text, _request_lines(), encoding="utf-8")
    files: list[str] = []
    try:
        uploaded = await stage.client.files.create(file=requests, purpose="batch")
        files.append(uploaded.id)
        stage.say("uploaded:", f"{uploaded.filename}, {uploaded.bytes} bytes, {len(_QUESTIONS)} requests")
        batch = await stage.client.batches.create(
            input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        batch = await _followed(stage, batch)
        files += [found for found in (batch.output_file_id, batch.error_file_id) if found]
        if batch.output_file_id:
            results = await stage.client.files.content(batch.output_file_id)
            await results.write_to_file(stage.folder / RESULTS_FILE)
            _show_results(stage, results.content)
    finally:
        for file_id in files:
            await stage.client.files.delete(file_id)


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


async def _followed(stage: Stage, batch: Batch) -> Batch:
    """The batch at its end. The service may take a day for one: after the stage's patience it is cancelled."""
    poll_s = _FIRST_POLL_S
    deadline_s = time.monotonic() + stage.patience_s
    seen = [batch.status]
    while batch.status not in _ENDED:
        if time.monotonic() > deadline_s:
            await stage.client.batches.cancel(batch.id)
            stage.say("status:", " > ".join(seen))
            stage.fact(
                f"cancelled after {stage.patience_s:.0f} s: a batch may take up to its window of 24 hours"
            )
            return batch
        await asyncio.sleep(poll_s)
        poll_s = min(poll_s * 1.15, _SLOWEST_POLL_S)
        batch = await stage.client.batches.retrieve(batch.id)
        if batch.status != seen[-1]:
            seen.append(batch.status)
    stage.say("status:", " > ".join(seen))
    return batch


def _show_results(stage: Stage, output: bytes) -> None:
    results: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines() if line.strip()]
    for result in sorted(results, key=lambda result: result["custom_id"]):
        content = result["response"]["body"]["choices"][0]["message"]["content"]
        stage.say(f"{result['custom_id']}:", content)
    stage.fact(f"{len(results)} of {len(_QUESTIONS)} answered")
